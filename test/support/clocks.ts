import { randomBytes } from 'node:crypto';
import { setImmediate as tick } from 'node:timers/promises';
import type { Clock } from '../../src/terms/clock.ts';

/** A clock whose pauses take no time: they only move its own hands, and are written down. */
export function quickClock(): Clock & { pauses: number[] } {
  let ahead = 0;
  const pauses: number[] = [];
  return {
    pauses,
    now: () => Date.now() + ahead,
    sleep: async (ms) => {
      pauses.push(ms);
      ahead += ms;
      await tick();
    },
    randomHex: (bytes) => randomBytes(bytes).toString('hex'),
  };
}
