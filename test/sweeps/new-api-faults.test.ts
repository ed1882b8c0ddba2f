import { setMaxListeners } from 'node:events';
import { afterAll, describe, expect, it } from 'vitest';
import { noJournal } from '../../src/apply/journal.ts';
import type { RunTools } from '../../src/apply/run-tools.ts';
import type { ImportMode } from '../../src/core/modes.ts';
import { RelayError } from '../../src/core/relay-error.ts';
import type { RunEvent } from '../../src/core/run-event.ts';
import { Redactor } from '../../src/core/secrets/redactor.ts';
import { Secret } from '../../src/core/secrets/secret.ts';
import { executeImport } from '../../src/flows/import/execute-import.ts';
import { prepareImport } from '../../src/flows/import/prepare-import.ts';
import { connectNewApi } from '../../src/host/new-api/session/connect.ts';
import { parseKeyFile } from '../../src/keys/parse-key-file.ts';
import { chooseProvider, findPack } from '../../src/pack/find-pack.ts';
import type { Report } from '../../src/report/report-schema.ts';
import type { FaultRule } from '../../src/sandbox/faults/faults.ts';
import { leaksIn } from '../support/canaries.ts';
import { quickClock } from '../support/clocks.ts';
import { goodKeys as keys } from '../support/keys.ts';
import { startNewApi, type NewApi } from '../support/start-sandbox.ts';
import { sweeping } from '../support/sweep.ts';

type Fault = Omit<FaultRule, 'path'>;
const faults: Record<string, Fault> = {
  'dropped before the work': { fault: 'drop-before' },
  'dropped after the work': { fault: 'drop-after' },
  'a 500 after the work': { fault: 'status', status: 500, after: true },
  'a 503 with Retry-After': { fault: 'status', status: 503, headers: { 'retry-after': '1' } },
  'a 429': { fault: 'status', status: 429 },
  'a page of a proxy': { fault: 'html' },
  'a cut answer': { fault: 'cut' },
  'an error that quotes all secrets': { fault: 'echo' },
};

/** Every request meets every fourth fault here; `npm run sweep` tries them all. */
const step = sweeping ? 1 : 4;

let cases = 0;
afterAll(() => {
  process.stdout.write(`fault sweep of new-api: ${cases} runs met a fault\n`);
});

/** An import inside this process, with a clock whose pauses take no time. */
async function importInto(host: NewApi, mode: ImportMode): Promise<Report> {
  const clock = quickClock();
  const redactor = new Redactor();
  const file = parseKeyFile(`${keys.join('\n')}\n`);
  if ('faults' in file) throw new Error('not a key file');
  for (const entry of file.entries) if (entry.kind === 'key') redactor.learn(entry.key);
  const events: RunEvent[] = [];
  const http = { baseUrl: host.url, userAgent: 'relay/test', timeoutMs: 30_000, clock, redactor };
  const base = await connectNewApi(http, { key: new Secret(host.adminKey) });
  const stop = new AbortController().signal;
  setMaxListeners(0, stop);
  const tools: RunTools = {
    host: base.until(stop),
    base,
    clock,
    emit: (event) => void events.push(event),
    journal: noJournal,
    phaseOf: async () => 'unknown',
    stop,
  };
  const pack = await findPack('kimi');
  const prepared = await prepareImport(
    {
      run: `test-${clock.randomHex(4)}`,
      relayVersion: '0.0.0-test',
      pack,
      provider: { ...chooseProvider(pack, undefined), baseUrl: `${host.vendorUrl}/v1` },
      keyFile: file,
      keysFrom: null,
      mode,
      access: 'self_service',
      accounts: 'reconcile',
      targets: [{ asked: host.userEmail, user: { email: host.userEmail }, days: null }],
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
    },
    { tools },
  );
  const startedAt = clock.now();
  const report = await executeImport(prepared, { tools, startedAt, stages: () => [], openJournal: () => null });
  const told = JSON.stringify([report, events]);
  expect(leaksIn(told, [...keys, host.adminKey, ...[...host.state.tokens.values()].map((token) => token.key)])).toEqual(
    [],
  );
  return report;
}

function holdings({ state }: NewApi) {
  const map = (name: string) => Object.keys(JSON.parse(state.options.get(name) ?? '{}') as object);
  return {
    channels: [...state.channels.values()].map(({ name }) => name).toSorted(),
    groups: [...map('GroupRatio'), ...map('UserUsableGroups')].filter((name) => name.startsWith('relay-')),
    priced: map('ModelRatio').includes('kimi-k3'),
    tokens: [...state.tokens.values()].map(({ name }) => name),
    user: [...state.users.values()].find(({ email }) => email !== '')?.group,
  };
}
const empty = { channels: [], groups: [], priced: false, tokens: [], user: 'default' };
const imported = {
  channels: ['kimi-cn-self-01', 'kimi-cn-self-02', 'kimi-cn-self-03'],
  groups: ['relay-kimi-cn-self-service', 'relay-kimi-cn-self-service'],
  priced: true,
  tokens: [],
  user: 'relay-kimi-cn-self-service',
};

/** One run on a host that plays one fault at its k-th request; nothing when the run sends fewer. */
async function runWith(k: number, fault: Fault, mode: ImportMode): Promise<number | null> {
  const host = await startNewApi({ faults: [{ path: '*', nth: k, ...fault }] });
  const done = await importInto(host, mode).catch((error: unknown) => {
    if (error instanceof RelayError) return error;
    throw error;
  });
  const request = host.requests[k - 1];
  const held = holdings(host);
  await host.stop();
  if (request === undefined) return null;
  cases += 1;
  const where = `${fault.fault} at request ${k}, ${request.method} ${request.path}`;
  if (done instanceof RelayError) {
    expect({ where, held }).toEqual({ where, held: empty });
    return 3;
  }
  const { exitCode } = done;
  const named = [...done.leftovers, ...done.unsettled].length > 0;
  expect({ where, exitCode, named }).toEqual({ where, exitCode, named: exitCode === 6 });
  expect({ where, doubles: held.channels }).toEqual({ where, doubles: [...new Set(held.channels)] });
  // What did not answer through the gateway is not let in, and goes again.
  const kept = exitCode === 7 && held.channels.length === 0 ? { ...imported, channels: [] } : imported;
  if (exitCode === 0 || exitCode === 7) expect({ where, exitCode, held }).toEqual({ where, exitCode, held: kept });
  if (exitCode === 4) expect({ where, exitCode, held }).toEqual({ where, exitCode, held: empty });
  expect({ where, exitCode: [0, 4, 5, 6, 7].includes(exitCode) }).toEqual({ where, exitCode: true });
  return exitCode;
}

describe.each(['strict', 'partial'] as const)('a %s import into new-api', (mode) => {
  it.each(Object.keys(faults))('%s', async (name) => {
    const fault = faults[name];
    if (fault === undefined) throw new Error(`no fault ${name}`);
    const codes: Record<number, number> = {};
    for (let k = 1 + (Object.keys(faults).indexOf(name) % step); ; k += step) {
      const code = await runWith(k, fault, mode);
      if (code === null) break;
      codes[code] = (codes[code] ?? 0) + 1;
    }
    expect(codes[0] ?? 0).toBeGreaterThan(0);
  });
});
