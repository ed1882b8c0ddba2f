import { afterEach, describe, expect, it } from 'vitest';
import { Pace } from '../../src/core/pace/pace.ts';
import type { AccessMode } from '../../src/core/modes.ts';
import { reportSchema } from '../../src/report/report-schema.ts';
import { quickClock } from '../support/clocks.ts';
import { importIntoHost } from '../support/import-into-host.ts';
import { paceOf } from '../support/paces.ts';
import { startNewApi, type NewApi } from '../support/start-sandbox.ts';

let host: NewApi;
afterEach(() => host.stop());

const keysOf = (count: number) =>
  Array.from({ length: count }, (_, index) => `sk-good-budget-${String(index).padStart(12, '0')}`);

const access: AccessMode = 'self_service';

describe('a host that takes so many requests in so much time', () => {
  it('is kept to, and its limit is told while accounts are tested and in the report', async () => {
    const clock = quickClock();
    host = await startNewApi({ apiLimit: { calls: 60, seconds: 180 }, now: () => clock.now() });
    const { report, events } = await importIntoHost(host, 'strict', access, keysOf(40), { clock });
    expect(report.summary).toMatchObject({ passed: 40, failed: 0, failedVerdict: 0 });
    const { budget } = reportSchema.parse(report).run;
    expect(budget).toMatchObject({ windowMs: 180_000, why: 'refused' });
    // What was under way at the refusal is taken for a part of it.
    expect(budget?.limit).toBeGreaterThanOrEqual(60);
    expect(budget?.limit).toBeLessThan(65);
    expect(budget?.refused).toBeGreaterThan(0);
    expect(budget?.heldBack).toBeGreaterThan(0);
    const told = events.flatMap((event) => (event.type === 'progress' ? [event.budget] : []));
    expect(told).toHaveLength(40);
    for (const each of told) expect(each?.now).toBeLessThanOrEqual(each?.limit ?? 65);
    expect(told.at(-1)).toMatchObject({ why: 'refused', limit: expect.any(Number) });
    // What waited for its turn was no sign of a slow host.
    expect(report.run.pace?.why).not.toBe('slow');
  });

  it('has no limit to tell of where it refuses nothing', async () => {
    host = await startNewApi();
    const { report } = await importIntoHost(host, 'strict', access, keysOf(3));
    expect(report.run.budget).toMatchObject({ limit: null, why: 'starting', refused: 0, heldBack: 0 });
  });
});

describe('a host that wants a request for each account', () => {
  it('is asked at the pace of the host, which grows while it answers', async () => {
    const clock = quickClock();
    const calls = new Pace({ start: 2, most: 6 }, clock);
    host = await startNewApi();
    const { report } = await importIntoHost(host, 'strict', access, keysOf(40), { clock, calls });
    expect(report.summary).toMatchObject({ passed: 40 });
    expect(calls.summary).toMatchObject({ most: 6, now: 0, refused: 0 });
  });

  it.each([
    ['a run that succeeds', [], 0],
    ['a run that is undone', ['sk-dead-budget-0000000001'], 4],
  ])('is asked by one request after the other where its pace says so: %s', async (_, more, exitCode) => {
    const clock = quickClock();
    const calls = paceOf(1, clock);
    host = await startNewApi();
    const keys = [...keysOf(5), ...more];
    const { report } = await importIntoHost(host, 'strict', access, keys, { clock, calls });
    expect(report.exitCode).toBe(exitCode);
    expect(calls.summary).toMatchObject({ most: 1, now: 0 });
  });
});
