import { afterAll, describe, expect, it } from 'vitest';
import type { ImportMode } from '../../src/core/modes.ts';
import { RelayError } from '../../src/core/relay-error.ts';
import { commonFaults, type Fault } from '../support/faults.ts';
import { importIntoHost } from '../support/import-into-host.ts';
import { goodKeys as keys } from '../support/keys.ts';
import { startCliProxy, type CliProxy } from '../support/start-sandbox.ts';
import { sweeping } from '../support/sweep.ts';

/** Every request meets every fourth fault here; `npm run sweep` tries them all. */
const step = sweeping ? 1 : 4;

let cases = 0;
afterAll(() => {
  process.stdout.write(`fault sweep of CLIProxyAPI: ${cases} runs met a fault\n`);
});

/** What the list and the file hold: keys of relay's, and whether all client keys are those that were there before. */
function holdings({ state, clientKey }: CliProxy) {
  const { 'openai-compatibility': providers, 'api-keys': clients } = state.config;
  const managed = providers.flatMap((each) => (each['api-key-entries'] ?? []).map((key) => key['api-key']));
  return { managed: managed.toSorted(), inFile: keys.filter((key) => state.file.includes(key)), clients, clientKey };
}
const of = (held: readonly string[]) => (host: CliProxy) => ({
  managed: held.toSorted(),
  inFile: [...held],
  clients: [host.clientKey],
  clientKey: host.clientKey,
});
const empty = of([]);
const imported = of(keys);

/** One run on a host that plays one fault at its k-th request; nothing when the run sends fewer. */
async function runWith(k: number, fault: Fault, mode: ImportMode): Promise<number | null> {
  const host = await startCliProxy({ faults: [{ path: '*', nth: k, ...fault }] });
  const done = await importIntoHost(host, mode, 'self_service', keys).catch((error: unknown) => {
    if (error instanceof RelayError) return error;
    throw error;
  });
  const request = host.requests[k - 1];
  const held = holdings(host);
  const [nothing, all] = [empty(host), imported(host)];
  await host.stop();
  if (request === undefined) return null;
  cases += 1;
  const where = `${fault.fault} at request ${k}, ${request.method} ${request.path}`;
  if (done instanceof RelayError) {
    expect({ where, held }).toEqual({ where, held: nothing });
    return 3;
  }
  const { exitCode, leftovers, unsettled } = done.report;
  expect({ where, exitCode, named: leftovers.length + unsettled.length > 0 }).toEqual({
    where,
    exitCode,
    named: exitCode === 6,
  });
  expect({ where, doubles: held.managed }).toEqual({ where, doubles: [...new Set(held.managed)] });
  if (exitCode === 0) expect({ where, exitCode, held }).toEqual({ where, exitCode, held: all });
  if (exitCode === 4) expect({ where, exitCode, held }).toEqual({ where, exitCode, held: nothing });
  expect({ where, exitCode: [0, 4, 5, 6, 7].includes(exitCode) }).toEqual({ where, exitCode: true });
  return exitCode;
}

describe.each(['strict', 'partial'] as const)('a %s import into a CLIProxyAPI', (mode) => {
  it.each(Object.keys(commonFaults))('%s', async (name) => {
    const fault = commonFaults[name];
    if (fault === undefined) throw new Error(`no fault ${name}`);
    const codes: Record<number, number> = {};
    for (let k = 1 + (Object.keys(commonFaults).indexOf(name) % step); ; k += step) {
      const code = await runWith(k, fault, mode);
      if (code === null) break;
      codes[code] = (codes[code] ?? 0) + 1;
    }
    expect(codes[0] ?? 0).toBeGreaterThan(0);
  });
});
