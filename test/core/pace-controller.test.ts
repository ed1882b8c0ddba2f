import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PaceController, type PaceBounds, type PaceSignal, type Turn } from '../../src/core/pace/pace-controller.ts';

const bounds = (more: Partial<PaceBounds> = {}): PaceBounds => ({ start: 8, most: 128, ...more });

/** Starts as many as may start now. */
function fill(pace: PaceController, now: number): Turn[] {
  const turns: Turn[] = [];
  while (pace.waitMs(now) === 0) turns.push(pace.begin(now));
  return turns;
}

/** Rounds of requests that all take `ms` and end in the same way. */
function rounds(pace: PaceController, count: number, from: number, signal: PaceSignal, ms = 400): number {
  let now = from;
  for (let round = 0; round < count; round += 1) {
    const turns = fill(pace, now);
    now += ms;
    for (const turn of turns) pace.end(turn, signal, now);
  }
  return now;
}

describe('how many requests are under way at once', () => {
  it('starts small, and triples in each round in which all answers come well', () => {
    const pace = new PaceController(bounds());
    expect(fill(pace, 0)).toHaveLength(8);
    expect(pace.waitMs(0)).toBe(Infinity);
    expect(pace.state()).toEqual({ now: 8, limit: 8, perMinute: null, why: 'starting' });
    const other = new PaceController(bounds());
    rounds(other, 2, 0, 'well');
    expect(other.state()).toMatchObject({ limit: 72, why: 'growing' });
    rounds(other, 1, 800, 'well');
    expect(other.state()).toMatchObject({ limit: 128, why: 'most' });
  });

  it('does not grow where nobody had to wait', () => {
    const pace = new PaceController(bounds());
    for (let now = 0; now < 10_000; now += 100) pace.end(pace.begin(now), 'well', now + 50);
    expect(pace.state().limit).toBe(8);
  });

  it.each(['refused', 'busy'] as const)(
    'halves once for a whole round that was %s, then grows by one a round',
    (signal) => {
      const pace = new PaceController(bounds({ start: 64 }));
      rounds(pace, 1, 0, signal);
      expect(pace.state()).toMatchObject({ limit: 32, why: signal });
      if (signal === 'busy') rounds(pace, 2, 2000, 'well');
      if (signal === 'busy') expect(pace.state().limit).toBeGreaterThanOrEqual(33);
      expect(pace.state().limit).toBeLessThanOrEqual(34);
    },
  );

  it('never goes below one', () => {
    const pace = new PaceController(bounds());
    rounds(pace, 60, 0, 'busy', 5000);
    expect(pace.state().limit).toBe(1);
  });

  it('halves where the host itself takes longer and longer', () => {
    const pace = new PaceController(bounds({ start: 64 }));
    for (let at = 0; at < 20; at += 1) pace.felt(20, at);
    expect(pace.state().limit).toBe(64);
    for (let at = 0; at < 40; at += 1) pace.felt(3000, 1000 + at);
    expect(pace.state()).toMatchObject({ limit: 32, why: 'slow' });
  });

  it('stays as it is told where it is fixed', () => {
    const pace = new PaceController({ start: 32, most: 32, fixed: true });
    rounds(pace, 3, 0, 'busy');
    expect(pace.state()).toMatchObject({ limit: 32, why: 'fixed' });
  });
});

describe('how often requests leave', () => {
  it('follows what was taken in the last second, once the other side has refused some', () => {
    const pace = new PaceController(bounds({ start: 32 }));
    const turns = fill(pace, 0);
    turns.forEach((turn, index) => pace.end(turn, index < 20 ? 'well' : 'refused', 400));
    const { perMinute } = pace.state();
    expect(perMinute).toBeGreaterThanOrEqual(20 * 60);
    expect(perMinute).toBeLessThan(32 * 60);
  });

  it.each([
    ['as told', 3000, 3000],
    ['a minute at most, where it is told ten years', 315_360_000_000, 60_000],
  ])('waits %s', (_, told, waits) => {
    const pace = new PaceController(bounds());
    pace.end(pace.begin(0), 'refused', 10, told);
    expect(pace.waitMs(10)).toBe(waits);
  });

  it('spreads what a minute takes', () => {
    const pace = new PaceController(bounds({ perMinute: 60 }));
    pace.begin(0);
    expect(pace.waitMs(0)).toBeGreaterThan(900);
    expect(pace.waitMs(0)).toBeLessThan(1100);
  });

  it('tells after two minutes of refusals alone that it gets nowhere', () => {
    const pace = new PaceController(bounds());
    pace.end(pace.begin(0), 'refused', 0);
    expect(pace.standsStill(119_999)).toBe(false);
    expect(pace.standsStill(120_000)).toBe(true);
    pace.end(pace.begin(120_000), 'well', 120_001);
    expect(pace.standsStill(500_000)).toBe(false);
  });

  it('knows of a request that it was alone: no other can have been the reason of its refusal', () => {
    const pace = new PaceController(bounds());
    const first = pace.begin(0);
    expect(pace.isAlone(first)).toBe(true);
    const second = pace.begin(1);
    expect([pace.isAlone(first), pace.isAlone(second)]).toEqual([false, false]);
    pace.end(first, 'well', 2);
    pace.end(second, 'well', 2);
    expect(pace.isAlone(pace.begin(900))).toBe(false);
  });
});

/** A vendor that takes so many in any second, and answers after so long. What it dictates, and what it took. */
function throttled(perSecond: number, latencyMs: number, requests: number): { ms: number; refusals: number } {
  const pace = new PaceController(bounds());
  const taken: number[] = [];
  const flying: { turn: Turn; at: number; ok: boolean }[] = [];
  let [now, open, done, refusals] = [0, requests, 0, 0];
  while (done < requests) {
    while (open > 0 && pace.waitMs(now) === 0) {
      while (taken[0] !== undefined && taken[0] <= now - 1000) taken.shift();
      const ok = taken.length < perSecond;
      if (ok) taken.push(now);
      open -= 1;
      flying.push({ turn: pace.begin(now), at: now + (ok ? latencyMs : 5), ok });
    }
    const wait = open > 0 ? pace.waitMs(now) : Infinity;
    const next = Math.min(now + wait, ...flying.map(({ at }) => at));
    now = Math.max(now, Math.ceil(next));
    for (const each of flying.filter(({ at }) => at <= now)) {
      flying.splice(flying.indexOf(each), 1);
      pace.end(each.turn, each.ok ? 'well' : 'refused', now);
      if (each.ok) done += 1;
      else [open, refusals] = [open + 1, refusals + 1];
    }
  }
  return { ms: now, refusals };
}

describe('against a vendor that throttles', () => {
  it.each([
    [20, 0, 1000, 1.08],
    [20, 400, 1000, 1.08],
    [5, 400, 200, 1.1],
    [100, 400, 3000, 1.1],
    [1, 400, 60, 1.3],
    // It takes rounds of two seconds to find out how many have to be under way.
    [20, 2000, 1000, 1.35],
  ])('%i a second at %i ms: %i requests take what that dictates, times %f', (perSecond, latencyMs, requests, times) => {
    const { ms, refusals } = throttled(perSecond, latencyMs, requests);
    expect(ms / ((requests / perSecond) * 1000)).toBeLessThan(times);
    expect(refusals / requests).toBeLessThan(0.65);
  });
});

const signals = fc.constantFrom<PaceSignal>('well', 'refused', 'busy', 'none');
const history = fc.array(
  fc.record({ signal: signals, ms: fc.integer({ min: 0, max: 5000 }), told: fc.option(fc.nat()) }),
  {
    maxLength: 200,
  },
);
const anyBounds = fc
  .record({
    start: fc.integer({ min: 1, max: 64 }),
    more: fc.integer({ min: 0, max: 192 }),
    perMinute: fc.option(fc.integer({ min: 1, max: 10_000 }), { nil: undefined }),
  })
  .map(({ start, more, perMinute }): PaceBounds => ({
    start,
    most: start + more,
    ...(perMinute === undefined ? {} : { perMinute }),
  }));

/** Plays a history: fills up, then ends what is under way, in turn. Returns when it ended, and all beginnings. */
function play(pace: PaceController, events: readonly { signal: PaceSignal; ms: number; told: number | null }[]) {
  const starts: number[] = [];
  let now = 0;
  const flying: Turn[] = [];
  for (const { signal, ms, told } of events) {
    for (let n = 0; n < 300 && pace.waitMs(now) === 0; n += 1) {
      flying.push(pace.begin(now));
      starts.push(now);
    }
    now += ms;
    const turn = flying.shift();
    if (turn !== undefined) pace.end(turn, signal, now, told ?? undefined);
  }
  return { now, flying, starts };
}

describe('whatever happens', () => {
  it('is never above its limits', () => {
    fc.assert(
      fc.property(anyBounds, history, (limits, events) => {
        const pace = new PaceController(limits);
        const { starts, flying } = play(pace, events);
        expect(flying.length).toBeLessThanOrEqual(limits.most);
        expect(pace.state().limit).toBeLessThanOrEqual(limits.most);
        expect(pace.state().limit).toBeGreaterThanOrEqual(1);
        const most = limits.perMinute ?? Infinity;
        for (const start of starts)
          expect(starts.filter((at) => at >= start && at < start + 60_000).length).toBeLessThanOrEqual(most);
      }),
    );
  });

  it('goes on within two minutes once nothing is under way', () => {
    fc.assert(
      fc.property(anyBounds, history, (limits, events) => {
        const pace = new PaceController(limits);
        const { now, flying } = play(pace, events);
        for (const turn of flying) pace.end(turn, 'none', now);
        const wait = pace.waitMs(now);
        expect(wait).toBeLessThanOrEqual(120_000);
        expect(pace.waitMs(now + Math.ceil(wait))).toBe(0);
      }),
    );
  });

  it('is back at its most some minutes after answers come well again', () => {
    fc.assert(
      fc.property(history, (events) => {
        const pace = new PaceController(bounds());
        const { now: then, flying } = play(pace, events);
        for (const turn of flying) pace.end(turn, 'none', then);
        let now = then;
        const until = then + 600_000;
        while (now < until && pace.state().limit < 128) {
          const turns = fill(pace, now);
          now += 400;
          for (const turn of turns) pace.end(turn, 'well', now);
        }
        expect(pace.state()).toMatchObject({ limit: 128 });
      }),
      { numRuns: 30 },
    );
  });
});
