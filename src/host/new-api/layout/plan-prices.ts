import { priceMissing } from '../../price-missing.ts';
import { counted, firstOf } from '../../../core/counted.ts';
import { problem, type Problem } from '../../../core/relay-error.ts';
import type { Owner } from '../../layout.ts';
import type { PricesState } from '../drivers/prices.ts';
import { priceList, type ModelRatios, type Prices } from '../objects.ts';
import { desiredRatios, sameRatios } from '../prices.ts';
import type { NewApiResources, Planned } from './held.ts';

/**
 * Prices that are missing are added, since this host refuses a model that has none. One that is there with another price
 * is others' too, and stays.
 */
export function planPrices({ provider }: Owner, { prices }: NewApiResources): Planned {
  const none: Planned = { steps: [], warnings: [], problems: [] };
  // Only root is shown them; whoever is not cannot set them either.
  if (prices === undefined) return none;
  const desired = Object.entries(desiredRatios(provider));
  const missing = desired.filter(([name]) => !Object.hasOwn(prices.models, name));
  const unpriced = missing.flatMap(([name, ratios]) => (ratios === null ? [name] : []));
  const warnings = [
    ...desired.flatMap(([name, ratios]) =>
      driftOf(name, Object.hasOwn(prices.models, name) ? prices.models[name] : undefined, ratios),
    ),
    ...priceMissing(prices.servesUnpriced ? unpriced : []),
  ];
  if (unpriced.length > 0 && !prices.servesUnpriced) return { ...none, warnings, problems: [priceless(unpriced)] };
  const step = { kind: priceList.kind, name: priceList.name };
  const after: PricesState = {
    models: Object.fromEntries(
      missing.flatMap(([name, ratios]) =>
        ratios === null ? [] : [[name, without(Object.hasOwn(prices.parts, name) ? prices.parts[name] : {}, ratios)]],
      ),
    ),
  };
  const names = Object.keys(after.models);
  if (names.length === 0)
    return { ...none, warnings, steps: [{ ...step, action: 'unchanged', id: priceList.id, detail: '' }] };
  const detail = `${counted(names.length, 'model')}, for the whole host: ${firstOf(names)}`;
  return { ...none, warnings, steps: [{ ...step, action: 'create', id: null, after, detail }] };
}

/** What of a price is missing: the rest is somebody else's. */
function without(there: Partial<ModelRatios> = {}, ratios: ModelRatios): Partial<ModelRatios> {
  return Object.fromEntries(Object.entries(ratios).filter(([part]) => !Object.hasOwn(there, part)));
}

function priceless(names: readonly string[]): Problem {
  return problem(
    'PRICE_NEEDED',
    `The host refuses models that have no price, and neither it nor the pack has one for ${firstOf(names)}.`,
  );
}

function driftOf(name: string, now: Prices['models'][string] | undefined, ratios: ModelRatios | null): Problem[] {
  if (now === undefined || ratios === null || sameRatios(now, ratios)) return [];
  const is = now === 'per call' ? 'billed per call' : priceText(now);
  return [problem('DRIFT', `The price of "${name}" differs from the pack: it is ${is}, not ${priceText(ratios)}.`)];
}

/** In US dollars for a million tokens, as packs and vendors tell prices. */
function priceText({ input, output, cacheRead }: ModelRatios): string {
  const usd = (multiple: number) => `$${Number((input * 2 * multiple).toPrecision(6))}`;
  return `${usd(1)} input, ${usd(output)} output, ${usd(cacheRead)} cached`;
}
