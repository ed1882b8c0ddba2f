import { setMaxListeners } from 'node:events';
import { expect } from 'vitest';
import { noJournal } from '../../src/apply/journal.ts';
import type { RunTools } from '../../src/apply/run-tools.ts';
import type { AccessMode, ImportMode } from '../../src/core/modes.ts';
import type { Pace } from '../../src/core/pace/pace.ts';
import type { RunEvent } from '../../src/core/run-event.ts';
import { Redactor } from '../../src/core/secrets/redactor.ts';
import { Secret } from '../../src/core/secrets/secret.ts';
import { executeImport } from '../../src/flows/import/execute-import.ts';
import { prepareImport } from '../../src/flows/import/prepare-import.ts';
import { connectCliproxyapi } from '../../src/host/cliproxyapi/session/connect.ts';
import { connectNewApi } from '../../src/host/new-api/session/connect.ts';
import { chooseProvider, findPack } from '../../src/pack/find-pack.ts';
import type { Report } from '../../src/report/report-schema.ts';
import { leaksIn } from './canaries.ts';
import { quickClock, type QuickClock } from './clocks.ts';
import { jobDefaults, keyFileOf } from './import-run.ts';
import { paceOf } from './paces.ts';
import type { CliProxy, NewApi } from './start-sandbox.ts';
import { settled } from './builders.ts';

/** An import inside this process, with a clock whose pauses take no time. */
export async function importIntoHost(
  host: NewApi | CliProxy,
  mode: ImportMode,
  access: AccessMode,
  keys: readonly string[],
  { clock = quickClock(), calls = paceOf(4, clock) }: { clock?: QuickClock; calls?: Pace } = {},
): Promise<{ report: Report; events: RunEvent[] }> {
  const redactor = new Redactor();
  const file = keyFileOf(keys);
  for (const entry of file.entries) if (entry.kind === 'key') redactor.learn(entry.key);
  const events: RunEvent[] = [];
  const http = { baseUrl: host.url, userAgent: 'relay/test', timeoutMs: 30_000, clock, redactor };
  const isProxy = 'clientKey' in host;
  const connect = isProxy ? connectCliproxyapi : connectNewApi;
  const base = await connect(http, { key: new Secret(host.adminKey) });
  const stop = new AbortController().signal;
  setMaxListeners(0, stop);
  const tools: RunTools = {
    host: base.until(stop),
    base,
    clock,
    emit: (event) => void events.push(event),
    journal: noJournal,
    phaseOf: async () => 'unknown',
    calls,
    stop,
  };
  const pack = await findPack('kimi');
  const prepared = await prepareImport(
    {
      run: `test-${clock.randomHex(4)}`,
      relayVersion: '0.0.0-test',
      pack,
      provider: { ...settled(chooseProvider(pack, undefined)), baseUrl: `${host.vendorUrl}/v1` },
      ...jobDefaults,
      keyFile: file,
      mode,
      access,
      targets: isProxy ? [] : [{ asked: host.userEmail, user: { email: host.userEmail }, days: null }],
    },
    { tools },
  );
  const startedAt = clock.now();
  const report = await executeImport(prepared, { tools, startedAt, stages: () => [], openJournal: async () => null });
  const userKeys = isProxy ? [host.clientKey] : [...host.state.tokens.values()].map((token) => token.key);
  const told = JSON.stringify([report, events]);
  expect(leaksIn(told, [...keys, host.adminKey, ...userKeys])).toEqual([]);
  return { report, events };
}
