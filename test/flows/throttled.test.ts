import { afterEach, describe, expect, it } from 'vitest';
import { importInto } from '../support/import-run.ts';
import { quickClock, type QuickClock } from '../support/clocks.ts';
import { startSandbox, type Sandbox } from '../support/start-sandbox.ts';

let sandbox: Sandbox;
afterEach(() => sandbox.stop());

const keysOf = (count: number) =>
  Array.from({ length: count }, (_, index) => `sk-good-pace-${String(index).padStart(12, '0')}`);

/** An import whose vendor takes so many in a second of the clock that the run goes by. */
async function importThrottled(perSecond: number, count: number, more: Parameters<typeof importInto>[2] = {}) {
  const clock: QuickClock = quickClock();
  sandbox = await startSandbox({ vendorPerSecond: perSecond, now: () => clock.now() });
  const from = clock.now();
  const done = await importInto(sandbox, keysOf(count), { clock, concurrency: null, probe: 'none', ...more });
  return { ...done, tookMs: clock.now() - from };
}

describe('a vendor that throttles (N17)', () => {
  it.each([null, 64])('costs no account its verdict, nor an attempt (concurrency %s)', async (concurrency) => {
    const { report, events } = await importThrottled(5, 60, { concurrency });
    expect(report.summary).toMatchObject({ passed: 60, warning: 0, failedVerdict: 0 });
    expect(report.warnings.filter(({ stage }) => stage === 'verify')).toEqual([]);
    expect(report.accounts.map(({ probe }) => probe?.attempts)).toEqual(Array.from({ length: 60 }, () => 1));
    expect(report.run.pace?.refused).toBeGreaterThan(0);
    expect(report.run.pace?.perMinute).toBeGreaterThan(0);
    const paces = events.flatMap((event) => (event.type === 'progress' ? [event.pace] : []));
    expect(paces).toHaveLength(60);
    expect(paces.some(({ perMinute }) => perMinute !== null)).toBe(true);
  });

  it('and never takes anything is told as busy after two minutes, of every account', async () => {
    const { report, tookMs } = await importThrottled(0, 30);
    expect(report.summary).toMatchObject({ passed: 0, warning: 30, failedVerdict: 0 });
    expect(new Set(report.accounts.map(({ code }) => code))).toEqual(new Set(['UPSTREAM_BUSY']));
    expect(tookMs).toBeLessThan(180_000);
  });

  it('by one key alone is no matter of pace: three attempts, and the others pass', async () => {
    const clock = quickClock();
    sandbox = await startSandbox();
    const keys = [...keysOf(20), 'sk-throttled-pace-0000000001'];
    const { report } = await importInto(sandbox, keys, { clock, concurrency: null, probe: 'none' });
    expect(report.summary).toMatchObject({ passed: 20, warning: 1, failedVerdict: 0 });
    expect(report.accounts.at(-1)).toMatchObject({ code: 'UPSTREAM_BUSY', probe: { attempts: 3 } });
  });
});

describe('an account whose test the vendor had no time for', () => {
  it('is proven by nothing yet, so that the next import tests it, and it alone', async () => {
    sandbox = await startSandbox();
    const keys = [...keysOf(2), 'sk-throttled-pace-0000000001'];
    await importInto(sandbox, keys, { probe: 'none' });
    const tests = () => sandbox.requests.filter(({ path }) => path.endsWith('/test')).length;
    const before = tests();
    const { plan, report } = await importInto(sandbox, keys, { probe: 'none' });
    const retests = plan.accounts.map((step) => ('retest' in step ? step.retest : null));
    expect(retests).toEqual([null, null, 'untested']);
    expect(tests() - before).toBe(report.accounts.at(-1)?.probe?.attempts);
  });
});

describe('how often the accounts of a host are listed', () => {
  it('is three times at most in an import, and but for the first time only those of the place', async () => {
    sandbox = await startSandbox();
    await importInto(sandbox, keysOf(120), { concurrency: null });
    const lists = sandbox.requests.filter(({ method, path }) => method === 'GET' && path === '/api/v1/admin/accounts');
    expect(lists.filter(({ query }) => query['group'] === undefined)).toHaveLength(2);
    expect(lists.length).toBeLessThanOrEqual(4);
  });
});
