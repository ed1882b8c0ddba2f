import { systemClock, type Clock } from '../../src/core/clock.ts';
import { Pace } from '../../src/core/pace/pace.ts';

/** So many at once, whatever is answered. */
export function paceOf(atOnce: number, clock: Pick<Clock, 'now' | 'sleep'> = systemClock): Pace {
  return new Pace({ start: atOnce, most: atOnce, fixed: true }, clock);
}
