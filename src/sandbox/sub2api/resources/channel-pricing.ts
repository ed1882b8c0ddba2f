import { roundedPrice } from '../decimals.ts';
import type { Features } from '../features.ts';
import { isJsonObject } from '../../json-object.ts';
import type { JsonObject } from '../../json-object.ts';
import type { Pricing } from '../rows.ts';

/** The prices that an entry may have. */
export const priceFields = [
  'input_price',
  'output_price',
  'cache_write_price',
  'cache_read_price',
  'image_output_price',
  'per_request_price',
];
const multipliers = ['input_multiplier', 'output_multiplier', 'cache_write_multiplier', 'cache_read_multiplier'];
const newerPrices = ['fast_multiplier', 'flex_multiplier', 'image_input_price'];

function readInterval(features: Features, source: JsonObject): JsonObject {
  const whole = (name: string) => (typeof source[name] === 'number' ? source[name] : 0);
  return {
    id: 0,
    min_tokens: whole('min_tokens'),
    max_tokens: typeof source['max_tokens'] === 'number' ? source['max_tokens'] : null,
    ...(typeof source['tier_label'] === 'string' && source['tier_label'] !== ''
      ? { tier_label: source['tier_label'] }
      : {}),
    ...Object.fromEntries(
      priceFields
        .filter((name) => name !== 'image_output_price')
        .map((name) => [name, roundedPrice(name, source[name])]),
    ),
    ...(features.newerFields ? Object.fromEntries(multipliers.map((name) => [name, source[name] ?? null])) : {}),
    sort_order: whole('sort_order'),
  };
}

/** Price entries out of a request; what is left out becomes the host's default, `anthropic` for the platform included. */
export function readPricing(features: Features, entries: readonly unknown[], nextId: () => number): Pricing[] {
  const names = features.newerFields ? [...priceFields, ...newerPrices] : priceFields;
  return entries.filter(isJsonObject).map((entry) => ({
    id: nextId(),
    platform: typeof entry['platform'] === 'string' && entry['platform'] !== '' ? entry['platform'] : 'anthropic',
    models: Array.isArray(entry['models']) ? entry['models'].filter((model) => typeof model === 'string') : [],
    billing_mode:
      typeof entry['billing_mode'] === 'string' && entry['billing_mode'] !== '' ? entry['billing_mode'] : 'token',
    ...Object.fromEntries(names.map((name) => [name, roundedPrice(name, entry[name])])),
    intervals: (Array.isArray(entry['intervals']) ? entry['intervals'] : [])
      .filter(isJsonObject)
      .map((interval) => readInterval(features, interval)),
    ...(features.newerFields
      ? { time_pricing: isJsonObject(entry['time_pricing']) ? entry['time_pricing'] : null }
      : {}),
  }));
}
