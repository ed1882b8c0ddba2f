import { describe, expect, it } from 'vitest';
import { CallBudget } from '../../src/host/http/call-budget.ts';
import type { Clock } from '../../src/core/clock.ts';
import { quickClock } from '../support/clocks.ts';

const windowMs = 180_000;

/** A host that counts requests in a sliding window, as new-api does, on a clock that jumps. */
function limited(most: number, { tells, others = [] }: { tells: boolean; others?: number[] }) {
  let now = 1_000_000;
  const clock: Clock = {
    ...quickClock(),
    now: () => now,
    sleep: async (ms) => {
      now += ms;
    },
  };
  const met = others.map((at) => now + at);
  const waits: number[] = [];
  const budget = new CallBudget(clock, (ms) => void waits.push(ms));
  const outcomes: boolean[] = [];
  const send = async (): Promise<void> => {
    for (;;) {
      await budget.turn();
      now += 5;
      const counting = met.filter((at) => at > now - windowMs).length;
      outcomes.push(counting < most);
      if (counting < most) {
        met.push(now);
        return;
      }
      budget.refused(tells ? windowMs : undefined);
    }
  };
  const startedAt = now;
  return { send, outcomes, waits, elapsed: () => now - startedAt, state: () => budget.state };
}

describe('a limit of requests that nobody told', () => {
  it.each([
    ['whose refusal tells for how long', true],
    ['whose refusal tells nothing', false],
  ])('is met once, and kept to from then on: one %s', async (_, tells) => {
    const host = limited(180, { tells });
    for (let index = 0; index < 400; index += 1) await host.send();
    expect(host.outcomes.filter((ok) => ok)).toHaveLength(400);
    expect(host.outcomes.filter((ok) => !ok)).toHaveLength(1);
    // 180 at once, and as many after each whole window: that is what the host dictates, to within ten per cent.
    expect(host.elapsed()).toBeLessThan(2 * windowMs * 1.1);
    expect(host.waits.length).toBeGreaterThan(0);
  });

  it('is shared by whoever asks from the same address: what they have used up is waited for', async () => {
    const host = limited(10, { tells: false, others: Array.from({ length: 10 }, () => 0) });
    for (let index = 0; index < 5; index += 1) await host.send();
    expect(host.outcomes.filter((ok) => ok)).toHaveLength(5);
    // As often as a request is sent at most.
    expect(host.outcomes.filter((ok) => !ok).length).toBeLessThan(5);
  });

  it('makes nobody wait who never meets it', async () => {
    const host = limited(1000, { tells: false });
    for (let index = 0; index < 500; index += 1) await host.send();
    expect(host.waits).toEqual([]);
  });

  it('lets go of whoever waits for its turn behind others, once that is told to end', async () => {
    const clock: Clock = { ...quickClock(), sleep: () => new Promise<void>(() => undefined) };
    const budget = new CallBudget(clock, () => undefined);
    await budget.turn();
    budget.refused(undefined);
    void budget.turn();
    const stop = new AbortController();
    const behind = budget.turn(stop.signal);
    stop.abort();
    await expect(behind).resolves.toBeUndefined();
  });

  it('waits no longer for whoever is told to end', async () => {
    const host = limited(1, { tells: false });
    await host.send();
    const budget = new CallBudget(quickClock(), () => undefined);
    await budget.turn();
    budget.refused(undefined);
    await expect(budget.turn(AbortSignal.abort())).resolves.toBeUndefined();
  });

  it('tells how much of it is used, where it comes from, and whom it has held up', async () => {
    const host = limited(180, { tells: false });
    const unknown = { windowMs, limit: null, why: 'starting', refused: 0, heldBack: 0 };
    expect(host.state()).toEqual({ ...unknown, now: 0 });
    for (let index = 0; index < 180; index += 1) await host.send();
    expect(host.state()).toEqual({ ...unknown, now: 180 });
    await host.send();
    expect(host.state()).toMatchObject({ windowMs, limit: 180, why: 'refused', refused: 1, heldBack: 1 });
    expect(host.state().now).toBeLessThanOrEqual(180);
  });

  it('learns nothing of it where others have used it up, and says so', async () => {
    const host = limited(10, { tells: false, others: Array.from({ length: 10 }, () => 0) });
    await host.send();
    expect(host.state()).toMatchObject({ limit: null, why: 'busy' });
  });
});
