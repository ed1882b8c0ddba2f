import { setImmediate as tick } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { Pace } from '../../src/core/pace/pace.ts';
import type { Turn } from '../../src/core/pace/pace-controller.ts';
import { quickClock } from '../support/clocks.ts';

/** Takes turns, and tells in which order they came. */
function queue(atOnce: number, more: object = {}) {
  const clock = quickClock();
  const pace = new Pace({ start: atOnce, most: atOnce, ...more }, clock);
  const came: [string, Turn | undefined][] = [];
  const join = (name: string, signal?: AbortSignal) =>
    void pace.turn(signal).then((turn) => void came.push([name, turn]));
  return { clock, pace, came, join, names: () => came.map(([name]) => name) };
}

describe('turns', () => {
  it('come one after the other, and whoever comes back stands at the end', async () => {
    const { pace, came, join, names } = queue(1);
    for (const name of ['a', 'b', 'c']) join(name);
    await tick();
    expect(names()).toEqual(['a']);
    for (let round = 0; round < 3; round += 1) {
      const turn = came.at(-1)?.[1];
      if (round === 0) join('a again');
      pace.end(turn!, { signal: 'well' });
      await tick();
    }
    expect(names()).toEqual(['a', 'b', 'c', 'a again']);
    expect(pace.summary).toMatchObject({ most: 1, refused: 0, now: 1 });
  });

  it('are not waited for any longer once the signal is aborted', async () => {
    const { pace, came, join } = queue(1);
    const stop = new AbortController();
    join('first');
    join('second', stop.signal);
    stop.abort();
    join('third', stop.signal);
    await tick();
    expect(came.map(([name, turn]) => [name, turn !== undefined])).toEqual([
      ['first', true],
      ['second', false],
      ['third', false],
    ]);
    expect(pace.idle).toBe(false);
  });

  it('wait as long as the other side asks for, and a minute at most', async () => {
    const { clock, pace, came, join } = queue(2);
    join('a');
    await tick();
    expect(pace.end(came[0]![1]!, { signal: 'refused', retryAfterMs: 10 * 365 * 86_400_000 })).toBe(60_000);
    join('b');
    await tick();
    await tick();
    expect(came).toHaveLength(2);
    expect(clock.pauses).toEqual([60_000]);
    expect(pace.summary.refused).toBe(1);
  });

  it('are over for all once nothing but refusals came for two minutes', async () => {
    const { clock, pace, came, join } = queue(1);
    join('a');
    join('b');
    await tick();
    clock.beat(1);
    pace.end(came[0]![1]!, { signal: 'refused' });
    for (let round = 0; round < 100 && !pace.standsStill; round += 1) {
      const [, turn] = came.at(-1)!;
      clock.beat(10_000);
      if (round > 0 && turn !== undefined) pace.end(turn, { signal: 'refused' });
      join(`${round}`);
      await tick();
      await tick();
    }
    join('later');
    await tick();
    expect(came.at(-1)).toEqual(['later', undefined]);
  });
});
