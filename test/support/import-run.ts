import { setMaxListeners } from 'node:events';
import { noJournal } from '../../src/apply/journal.ts';
import { Ledger } from '../../src/apply/ledger.ts';
import { beginRecord } from '../../src/flows/import-record.ts';
import type { ImportJob } from '../../src/flows/import-job.ts';
import { planImport } from '../../src/flows/plan-import.ts';
import { runImport } from '../../src/flows/run-import.ts';
import { connectSub2api } from '../../src/host/sub2api/connect.ts';
import { parseKeyLines } from '../../src/keys/parse-key-lines.ts';
import { chooseProvider, findPack } from '../../src/pack/find-pack.ts';
import type { ImportPlan } from '../../src/plan/import-plan.ts';
import { buildReport } from '../../src/report/build-report.ts';
import { reportSchema, type Report } from '../../src/report/report-schema.ts';
import type { Sandbox } from '../../src/sandbox/start-sandbox.ts';
import { Redactor } from '../../src/terms/redactor.ts';
import type { RunEvent } from '../../src/terms/run-event.ts';
import { Secret } from '../../src/terms/secret.ts';
import { quickClock } from './clocks.ts';

export interface RunOptions extends Partial<Omit<ImportJob, 'pack' | 'provider' | 'keyFile'>> {
  pack?: string;
  providerId?: string;
  /** Below the vendor's address; `/v1` when absent. */
  vendorPath?: string;
  stop?: AbortController;
  onEvent?: (event: RunEvent) => void;
}

let runs = 0;

/** An import inside this process, with a clock whose pauses take no time. */
export async function importInto(
  sandbox: Sandbox,
  keys: readonly string[] | string,
  options: RunOptions = {},
): Promise<{ report: Report; plan: ImportPlan; pauses: number[]; events: RunEvent[] }> {
  const {
    pack: packId = 'kimi',
    providerId,
    vendorPath = '/v1',
    stop = new AbortController(),
    onEvent,
    ...more
  } = options;
  setMaxListeners(0, stop.signal);
  const clock = quickClock();
  const redactor = new Redactor();
  const pack = await findPack(packId);
  const keyFile = parseKeyLines(typeof keys === 'string' ? keys : `${keys.join('\n')}\n`);
  for (const entry of keyFile.entries) if (entry.kind === 'key') redactor.learn(entry.key);
  runs += 1;
  const job: ImportJob = {
    run: `test-${runs}-${clock.randomHex(2)}`,
    relayVersion: '0.0.0-test',
    pack,
    provider: { ...chooseProvider(pack, providerId), baseUrl: `${sandbox.vendorUrl}${vendorPath}` },
    keyFile,
    mode: 'strict',
    access: 'subscription',
    targets: [],
    extend: false,
    adopt: false,
    failed: 'disable',
    probe: 'auto',
    probeKey: null,
    concurrency: 4,
    batchSize: 50,
    gatewayWaitMs: 60_000,
    ...more,
  };
  const events: RunEvent[] = [];
  const emit = (event: RunEvent) => {
    events.push(event);
    onEvent?.(event);
  };
  const host = await connectSub2api(
    { baseUrl: sandbox.url, userAgent: 'relay/test', timeoutMs: 5000, clock, redactor },
    { key: new Secret(sandbox.adminKey) },
  );
  const tools = { host, clock, emit, journal: noJournal, stop: stop.signal };
  const planned = await planImport(job, tools);
  const record = beginRecord(job, planned.plan, host, new Ledger(noJournal), clock.now());
  await runImport(job, planned, tools, record);
  record.run.finishedAt = clock.now();
  return { report: reportSchema.parse(buildReport(record)), plan: planned.plan, pauses: clock.pauses, events };
}

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
