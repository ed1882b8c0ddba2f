import { afterAll, describe, expect, it } from 'vitest';
import { startSandbox, type Sandbox } from '../support/start-sandbox.ts';
import { RelayError } from '../../src/core/relay-error.ts';
import type { Report } from '../../src/report/report-schema.ts';
import { quickClock } from '../support/clocks.ts';
import { commonFaults, type Fault } from '../support/faults.ts';
import { sweeping } from '../support/sweep.ts';
import {
  holdings,
  imported,
  importInto,
  passTimeoutsAt,
  type FinishedImport,
  type RunOptions,
} from '../support/import-run.ts';
import { goodKeys as keys } from '../support/keys.ts';
import { endsOfKeys } from '../support/ends-of-keys.ts';

const user = [{ asked: 'user@relay.test', user: { email: 'user@relay.test' }, days: 7 }];

const faults: Record<string, Fault> = {
  ...commonFaults,
  'a time-out before the work': { fault: 'delay', ms: 3_600_000 },
  'a time-out after the work': { fault: 'delay', ms: 3_600_000, after: true },
};

const empty = {
  groups: ['default'],
  channels: [],
  plans: [],
  accounts: [],
  users: ['admin@relay.test', 'user@relay.test'],
  subscriptions: 0,
  keys: 0,
};

/** Every request meets every fourth fault here, and each fault every fourth request; `npm run sweep` tries them all. */
const step = sweeping ? 1 : 4;
const which = sweeping ? 'each request' : 'every fourth request';

let cases = 0;
afterAll(() => {
  process.stdout.write(`fault sweep: ${cases} runs met a fault\n`);
});

/** One run on a host that plays one fault at its k-th request; `null` when the run sends fewer. */
async function runWith(
  k: number,
  fault: Fault,
  options: RunOptions,
): Promise<{ host: Sandbox; done: FinishedImport | RelayError } | null> {
  const host = await startSandbox({ faults: [{ path: '*', nth: k, ...fault }] });
  const clock = quickClock();
  let ended = false;
  const running = importInto(host, keys, { targets: user, clock, ...options })
    .catch((error: unknown) => {
      if (error instanceof RelayError) return error;
      throw error;
    })
    .finally(() => {
      ended = true;
    });
  if (fault.fault === 'delay') await passTimeoutsAt(k, host, clock, () => ended);
  const done = await running;
  if (host.requests.length >= k) return { host, done };
  await host.stop();
  return null;
}

/** What must hold whatever happened. */
function check(where: string, host: Sandbox, done: FinishedImport | RelayError): void {
  const held = holdings(host);
  for (const name of ['groups', 'channels', 'plans', 'accounts'] as const) {
    const names = held[name] as string[];
    expect({ where, [name]: names }).toEqual({ where, [name]: [...new Set(names)] });
  }
  const unmarked = [...host.state.accounts.values()].filter((account) => account.extra['relay'] === undefined);
  expect({ where, unmarked }).toEqual({ where, unmarked: [] });
  if (done instanceof RelayError) {
    expect({ where, held }).toEqual({ where, held: empty });
    return;
  }
  checkReport(where, done.report, held);
}

function checkReport(where: string, report: Report, held: Record<string, unknown>): void {
  const { summary, exitCode } = report;
  expect({ where, outcomes: report.keys.map((key) => key.line) }).toEqual({ where, outcomes: [1, 2, 3] });
  expect({ where, sum: endsOfKeys(summary) }).toEqual({ where, sum: summary.accepted });
  const uncertain = report.leftovers.length + report.unsettled.length;
  expect({ where, exitCode, uncertain: uncertain > 0 }).toEqual({ where, exitCode, uncertain: exitCode === 6 });
  if (exitCode === 0 || exitCode === 7) expect({ where, exitCode, held }).toEqual({ where, exitCode, held: imported });
  if (exitCode === 4) expect({ where, exitCode, held }).toEqual({ where, exitCode, held: empty });
  if (exitCode === 5) {
    const serving = report.accounts.filter((account) => account.scheduled === true).map((account) => account.name);
    expect({ where, accounts: held['accounts'] }).toEqual({
      where,
      accounts: expect.arrayContaining(serving) as unknown,
    });
  }
  expect({ where, exitCode: [0, 4, 5, 6, 7].includes(exitCode) }).toEqual({ where, exitCode: true });
}

async function sweep(name: string, options: RunOptions): Promise<Record<number, number>> {
  const fault = faults[name];
  if (fault === undefined) throw new Error(`no fault ${name}`);
  const codes: Record<number, number> = {};
  for (let k = 1 + (Object.keys(faults).indexOf(name) % step); ; k += step) {
    const met = await runWith(k, fault, options);
    if (met === null) return codes;
    const { host, done } = met;
    const request = host.requests[k - 1];
    check(`${name} at request ${k}, ${request?.method} ${request?.path}`, host, done);
    const code = done instanceof RelayError ? 3 : done.report.exitCode;
    codes[code] = (codes[code] ?? 0) + 1;
    cases += 1;
    await host.stop();
  }
}

describe(`a strict import, with ${which}`, () => {
  it.each(Object.keys(faults))('%s', async (name) => {
    const codes = await sweep(name, {});
    // Many a single fault is overcome; how many depends on how the requests of a run fall.
    expect(codes[0] ?? 0).toBeGreaterThan(sweeping ? 1 : 0);
  });
});

describe(`a partial import, with ${which}`, () => {
  it.each([
    'dropped after the work',
    'a cut answer or event stream',
    'an error that quotes all secrets',
    'a time-out after the work',
  ])('%s', async (name) => {
    const codes = await sweep(name, { mode: 'partial' });
    expect(codes[0] ?? 0).toBeGreaterThan(sweeping ? 1 : 0);
  });
});
