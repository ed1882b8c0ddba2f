import { randomBytes } from 'node:crypto';
import { setImmediate as tick } from 'node:timers/promises';
import type { Clock } from '../../src/core/clock.ts';

export interface QuickClock extends Clock {
  pauses: number[];
  /** Makes every time-out that was set so far pass. */
  passTimeouts(): void;
  /** Moves the hands on by so much, and lets everything that comes again and again come once. */
  beat(ms: number): void;
}

/**
 * A clock that only its own pauses move; they take no time, and are written down. Time-outs pass, and beats come,
 * when told to.
 */
export function quickClock(): QuickClock {
  const from = Date.now();
  let ahead = 0;
  const pauses: number[] = [];
  const limits = new Set<AbortController>();
  const beats = new Set<() => void>();
  return {
    pauses,
    passTimeouts: () => {
      for (const limit of limits) limit.abort();
      limits.clear();
    },
    beat: (ms) => {
      ahead += ms;
      for (const beat of beats) beat();
    },
    every: (_ms, beat) => {
      beats.add(beat);
      return () => void beats.delete(beat);
    },
    timeout: () => {
      const limit = new AbortController();
      limits.add(limit);
      return limit.signal;
    },
    now: () => from + ahead,
    monotonic: () => ahead,
    sleep: async (ms) => {
      pauses.push(ms);
      ahead += ms;
      await tick();
    },
    randomHex: (bytes) => randomBytes(bytes).toString('hex'),
  };
}
