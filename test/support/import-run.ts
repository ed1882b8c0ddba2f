import { setMaxListeners } from 'node:events';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setImmediate as tick } from 'node:timers/promises';
import { inspect } from 'node:util';
import { noJournal, type Journal, type RunJournal } from '../../src/apply/journal.ts';
import { writableStates } from '../../src/apply/reopen-changes.ts';
import type { RunPhase, RunTools } from '../../src/apply/run-tools.ts';
import type { ImportJob } from '../../src/flows/import/import-job.ts';
import { resumeJob } from '../../src/flows/import/resume-job.ts';
import { rollbackRun, type Rollback } from '../../src/flows/rollback-run.ts';
import { executeImport, type ExecuteEnv } from '../../src/flows/import/execute-import.ts';
import { prepareImport, type PreparedImport } from '../../src/flows/import/prepare-import.ts';
import type { RunOrder } from '../../src/journal/entries.ts';
import { reopenRun } from '../../src/flows/import/reopen-run.ts';
import { reachSub2api } from '../../src/host/sub2api/session/connect.ts';
import { readRun, runsIn } from './state-folder.ts';
import { RunRecorder, type JournalTools } from '../../src/journal/run-recorder.ts';
import type { KeyFile } from '../../src/keys/key-file.ts';
import { fingerprintKey } from '../../src/keys/fingerprint.ts';
import { parseKeyFile } from '../../src/keys/parse-key-file.ts';
import { chooseProvider, findPack } from '../../src/pack/find-pack.ts';
import type { ImportPlan } from '../../src/plan/import-plan.ts';
import { viewPlan } from '../../src/plan/plan-view.ts';
import { reportSchema, type Report } from '../../src/report/report-schema.ts';
import type { Sandbox } from './start-sandbox.ts';
import { Redactor } from '../../src/core/secrets/redactor.ts';
import type { RunEvent } from '../../src/core/run-event.ts';
import { Secret } from '../../src/core/secrets/secret.ts';
import { keepsSecrets } from './canaries.ts';
import { quickClock, type QuickClock } from './clocks.ts';
import { toolsOver, type Sub2apiTools } from './sub2api-tools.ts';
import { settled } from './builders.ts';

export interface RunOptions extends Partial<Omit<ImportJob, 'pack' | 'provider' | 'keyFile'>> {
  pack?: string;
  providerId?: string;
  /** Another upstream than the sandbox's vendor. */
  baseUrl?: string;
  keyCheck?: 'models-list' | 'none';
  /** Below the vendor's address; `/v1` when absent. */
  vendorPath?: string;
  stop?: AbortController;
  /** Whose time-outs a test lets pass; one of its own when absent. */
  clock?: QuickClock;
  onEvent?: (event: RunEvent) => void;
  /** What is known of every other run; nothing when absent. */
  phase?: RunPhase;
  /** Keeps a journal there. */
  stateDir?: string;
  /** Stands between the run and what it works with. */
  between?: (tools: Sub2apiTools) => RunTools;
}

export interface FinishedImport {
  report: Report;
  plan: ImportPlan;
  pauses: number[];
  events: RunEvent[];
}

/** Reading one takes longer than most of an import does. */
const packs = new Map<string, ReturnType<typeof findPack>>();

function packOf(id: string): ReturnType<typeof findPack> {
  const pack = packs.get(id) ?? findPack(id);
  packs.set(id, pack);
  return pack;
}

export type Keys = readonly string[] | string;

/** What an import is asked for when nothing is said. */
export const jobDefaults = {
  keysFrom: null,
  live: null,
  modelsFrom: 'pack',
  mode: 'strict',
  access: 'subscription',
  accounts: 'reconcile',
  targets: [],
  extend: false,
  adopt: false,
  failed: 'disable',
  allowMassRemoval: true,
  probe: 'auto',
  probeKey: null,
  resumed: false,
  warnings: [],
  concurrency: 4,
  batchSize: 50,
  gatewayWaitMs: 60_000,
} satisfies Partial<ImportJob>;

let runs = 0;

export function keyFileOf(keys: Keys): KeyFile {
  const file = parseKeyFile(typeof keys === 'string' ? keys : `${keys.join('\n')}\n`);
  if ('faults' in file) throw new Error(`not a key file: ${JSON.stringify(file.faults)}`);
  return file;
}

/** An import inside this process, with a clock whose pauses take no time. */
export async function importInto(sandbox: Sandbox, keys: Keys, options: RunOptions = {}): Promise<FinishedImport> {
  const {
    pack: packId = 'kimi',
    providerId,
    vendorPath = '/v1',
    baseUrl,
    keyCheck,
    stop,
    clock = quickClock(),
    onEvent,
    stateDir,
    phase,
    between,
    ...more
  } = options;
  const pack = await packOf(packId);
  runs += 1;
  const job: ImportJob = {
    run: `test-${String(runs).padStart(5, '0')}-${clock.randomHex(2)}`,
    relayVersion: '0.0.0-test',
    pack,
    provider: {
      ...settled(chooseProvider(pack, providerId)),
      baseUrl: baseUrl ?? `${sandbox.vendorUrl}${vendorPath}`,
      ...(keyCheck === undefined ? {} : { keyCheck }),
    },
    keyFile: keyFileOf(keys),
    ...jobDefaults,
    ...more,
  };
  const { tools, events, said, hide, kept } = await toolsFor(sandbox, job.keyFile, { stop, clock, onEvent, phase });
  const prepared = await prepareImport(job, { tools }).catch((error: unknown) => {
    keepsSecrets(sandbox, [said, inspect(error, { depth: 8 }), events]);
    throw error;
  });
  const through: NonNullable<typeof between> = between ?? ((same) => same);
  const openJournal = async (line: RunOrder): Promise<RunJournal> => {
    const begin = { ...line, machine: 'test' };
    const journal = stateDir === undefined ? undefined : await RunRecorder.begin(runsIn(stateDir), begin, kept);
    const seen = through({ ...tools, journal: journal ?? noJournal }).journal;
    return {
      note: (...notes) => seen.note(...notes),
      end: async (outcome, exitCode) => journal?.end(outcome, exitCode),
      tally: journal?.tally ?? { notes: 0, flushes: 0, ms: 0 },
    };
  };
  const done = await execute(prepared, through(tools), openJournal);
  const written = stateDir === undefined ? '' : await journalText(stateDir, job.run);
  return finished(sandbox, { ...done, events }, hide, [said, written]);
}

/** A run that has ended, and told no secret. */
function finished(
  sandbox: Sandbox,
  done: FinishedImport,
  hide: (text: string) => string,
  texts: unknown[],
): FinishedImport {
  keepsSecrets(sandbox, [...texts, done.report, viewPlan(done.plan, done.report, hide), done.events]);
  return done;
}

/** Finishes a run of which only the journal is left. */
export async function resumeIn(
  sandbox: Sandbox,
  stateDir: string,
  run: string,
  keys: Keys,
  onEvent?: (event: RunEvent) => void,
): Promise<FinishedImport> {
  const recorded = await readRun(stateDir, run);
  const keyFile = keyFileOf(keys);
  const { tools, events, said, hide, kept } = await toolsFor(sandbox, keyFile, { onEvent });
  const journal = await RunRecorder.reopen(runsIn(stateDir), run, kept);
  const working = { ...tools, journal };
  const job = resumeJob(recorded, keyFile, null, { relayVersion: '0.0.0-test', allowMassRemoval: true });
  const earlier = await reopenRun(recorded, working);
  const prepared = await prepareImport(job, { tools: working });
  const done = await execute({ ...prepared, earlier }, working, async () => journal);
  return finished(sandbox, { ...done, events }, hide, [said, await journalText(stateDir, run)]);
}

/** Lets the run's time-outs pass once, when nothing but the `k`-th request of the host is still under way. */
export async function passTimeoutsAt(
  k: number,
  sandbox: Sandbox,
  clock: QuickClock,
  ended: () => boolean,
): Promise<void> {
  for (let quiet = 0; quiet < 20 && !ended();) {
    await tick();
    const others = sandbox.requests.filter((request, index) => request.status === 0 && index !== k - 1);
    quiet = sandbox.requests.length >= k && others.length === 0 ? quiet + 1 : 0;
  }
  clock.passTimeouts();
}

/** Undoes a run of which only the journal is left. */
export async function rollbackIn(
  sandbox: Sandbox,
  stateDir: string,
  run: string,
  given: readonly string[] = [],
): Promise<Rollback> {
  const { tools, events, said, kept } = await toolsFor(sandbox, keyFileOf(''), {});
  const keys = new Map(given.map((key) => [fingerprintKey(new Secret(key)).fingerprint, new Secret(key)]));
  const journal = await RunRecorder.reopen(runsIn(stateDir), run, kept);
  const done = await rollbackRun(await readRun(stateDir, run), keys, { ...tools, journal });
  keepsSecrets(sandbox, [said, done, events]);
  return done;
}

async function execute(
  prepared: PreparedImport,
  tools: RunTools,
  openJournal: ExecuteEnv['openJournal'],
): Promise<Omit<FinishedImport, 'events'>> {
  const startedAt = tools.clock.now();
  const report = await executeImport(prepared, { tools, startedAt, stages: () => [], openJournal });
  const pauses = 'pauses' in tools.clock ? (tools.clock.pauses as number[]) : [];
  return { report: reportSchema.parse(report), plan: prepared.plan, pauses };
}

/** A run with nothing to do keeps no journal. */
const journalText = (stateDir: string, run: string) =>
  readFile(join(stateDir, 'runs', `${run}.jsonl`), 'utf8').catch(() => '');

async function toolsFor(
  sandbox: Sandbox,
  keyFile: KeyFile,
  {
    stop = new AbortController(),
    clock = quickClock(),
    onEvent,
    phase = 'unknown',
  }: { [K in 'stop' | 'clock' | 'onEvent' | 'phase']?: RunOptions[K] | undefined },
): Promise<{
  tools: Sub2apiTools;
  events: RunEvent[];
  said: string[];
  hide: (text: string) => string;
  kept: JournalTools;
}> {
  setMaxListeners(0, stop.signal);
  const redactor = new Redactor();
  for (const entry of keyFile.entries) if (entry.kind === 'key') redactor.learn(entry.key);
  const events: RunEvent[] = [];
  const emit = (event: RunEvent) => {
    events.push(event);
    onEvent?.(event);
  };
  const said: string[] = [];
  const trace = (line: string) => void said.push(line);
  const http = { baseUrl: sandbox.url, userAgent: 'relay/test', timeoutMs: 30_000, clock, redactor, trace };
  const parts = await reachSub2api(http, { key: new Secret(sandbox.adminKey) });
  const journal: Journal = noJournal;
  const phaseOf = async () => phase;
  const tools = toolsOver(parts, { clock, emit, journal, phaseOf, stop: stop.signal });
  const hide = (text: string) => redactor.hide(text);
  const writable = writableStates(tools.base, hide);
  return { tools, events, said, hide, kept: { clock, writable } };
}

/** What a host holds when three keys were imported into it, and its user was given a subscription. */
export const imported = {
  groups: ['default', 'relay-kimi-cn-subscription'],
  channels: ['relay-kimi-cn-subscription'],
  plans: ['relay-kimi-cn-subscription'],
  accounts: ['kimi-cn-01', 'kimi-cn-02', 'kimi-cn-03'],
  users: ['admin@relay.test', 'user@relay.test'],
  subscriptions: 1,
  keys: 0,
};

/** What the host holds, by name. */
export function holdings(sandbox: Sandbox): Record<string, unknown> {
  const { state } = sandbox;
  const names = (rows: Map<number, { name: string }>) => [...rows.values()].map((row) => row.name);
  return {
    groups: names(state.groups),
    channels: names(state.channels),
    plans: names(state.plans),
    accounts: names(state.accounts),
    users: [...state.users.values()].map((user) => user.email),
    subscriptions: state.subscriptions.size,
    keys: state.apiKeys.size,
  };
}

/** What the host holds, in all that relay manages, without ids, times and the names of runs. */
export function wholeState(sandbox: Sandbox): unknown {
  const { state } = sandbox;
  const groupName = new Map([...state.groups.values()].map((group) => [group.id, group.name]));
  const userName = new Map([...state.users.values()].map((user) => [user.id, user.email]));
  const sorted = <T>(rows: T[]) => rows.toSorted((a, b) => JSON.stringify(a).localeCompare(JSON.stringify(b)));
  return {
    groups: sorted(
      [...state.groups.values()].map((group) => [
        group.name,
        group.description.replace(/\S+\]$/, 'RUN]'),
        group.platform,
        group.subscription_type,
        group.rate_multiplier,
        group.daily_limit_usd,
        group.status,
      ]),
    ),
    channels: sorted(
      [...state.channels.values()].map((channel) => [
        channel.name,
        channel.group_ids.map((id) => groupName.get(id)),
        channel.model_mapping,
        channel.model_pricing.map(({ id: _id, ...price }) => price),
        channel.restrict_models,
      ]),
    ),
    plans: sorted([...state.plans.values()].map((plan) => [plan.name, groupName.get(plan.group_id), plan.price])),
    accounts: sorted(
      [...state.accounts.values()].map((account) => [
        account.name,
        account.credentials,
        withoutRun(account.extra),
        account.status,
        account.schedulable,
        account.priority,
        account.concurrency,
      ]),
    ),
    bindings: state.accounts.size,
    users: [...state.users.values()].map((user) => user.email),
    subscriptions: sorted(
      [...state.subscriptions.values()].map((each) => [
        userName.get(each.user_id),
        groupName.get(each.group_id),
        each.status,
      ]),
    ),
    keys: state.apiKeys.size,
  };
}

function withoutRun(extra: Record<string, unknown>): unknown {
  // The host learns the last by itself, in its own time.
  const { relay, relay_tested: tested, relay_paused: paused, openai_responses_supported: _learnt, ...rest } = extra;
  const { run: _run, ...marker } = (relay ?? {}) as Record<string, unknown>;
  return { ...rest, marker, tested: tested !== undefined, paused: paused === true };
}
