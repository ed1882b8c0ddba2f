import type { Clock } from '../core/clock.ts';
import { Pace } from '../core/pace/pace.ts';
import type { Capabilities } from '../host/capabilities.ts';
import type { Provider } from '../pack/manifest.ts';

/** How many tests begin side by side, and how many there ever are, where nobody says otherwise. */
const usual = { start: 16, most: 128 };

/**
 * The pace at which accounts of a provider are tested: as many at once as were asked for, or, with `null`, as many as host and
 * vendor turn out to take; never more than the pack says.
 */
export function testPace(
  atOnce: number | null,
  { pace = {} }: Pick<Provider, 'pace'>,
  capabilities: Capabilities,
  clock: Pick<Clock, 'now' | 'sleep'>,
): Pace {
  const perMinute = pace.perMinute === undefined ? {} : { perMinute: pace.perMinute };
  if (atOnce !== null) return new Pace({ start: atOnce, most: atOnce, fixed: true, ...perMinute }, clock);
  const most = Math.min(usual.most, capabilities.atOnce.tests, pace.atOnce ?? Infinity);
  return new Pace({ start: Math.min(usual.start, most), most, ...perMinute }, clock);
}
