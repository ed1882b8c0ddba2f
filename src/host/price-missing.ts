import { firstOf } from '../core/counted.ts';
import { problem, type Problem } from '../core/relay-error.ts';

/** One warning for all models that a pack has no price for, on a host that serves them all the same. */
export function priceMissing(names: readonly string[]): Problem[] {
  if (names.length === 0) return [];
  const message = `The pack has no price for ${firstOf(names.map((name) => `"${name}"`))}; the host may bill nothing for ${names.length === 1 ? 'it' : 'them'}.`;
  return [problem('PRICE_MISSING', message)];
}
