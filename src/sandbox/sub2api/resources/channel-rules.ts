import { priceFields } from './channel-pricing.ts';
import { refusal } from '../envelope.ts';
import type { Features } from '../features.ts';
import type { JsonObject } from '../../json-object.ts';
import type { Channel, Pricing } from '../rows.ts';

interface Pattern {
  text: string;
  prefix: string;
  wildcard: boolean;
}

function toPattern(text: string, normalise: boolean): Pattern {
  let lower = text.toLowerCase();
  if (normalise && lower.startsWith('claude-')) lower = lower.replaceAll('.', '-');
  const wildcard = lower.endsWith('*');
  return { text, prefix: wildcard ? lower.slice(0, -1) : lower, wildcard };
}

function overlap(a: Pattern, b: Pattern): boolean {
  if (a.wildcard && b.prefix.startsWith(a.prefix)) return true;
  if (b.wildcard && a.prefix.startsWith(b.prefix)) return true;
  return a.prefix === b.prefix;
}

function refuseOverlaps(patterns: Pattern[], platform: string, reason: string, label: string): void {
  patterns.forEach((a, index) => {
    const b = patterns.slice(index + 1).find((other) => overlap(a, other));
    if (b === undefined) return;
    throw refusal(
      400,
      `${label} '${a.text}' and '${b.text}' conflict in platform '${platform}': overlapping match range`,
      reason,
    );
  });
}

const isNumber = (value: unknown): value is number => typeof value === 'number';

function intervalProblem(intervals: JsonObject[]): string | undefined {
  for (const [index, { min_tokens: min, max_tokens: max }] of intervals.entries())
    if (isNumber(min) && isNumber(max) && max <= min)
      return `interval #${index + 1}: max_tokens (${max}) must be > min_tokens (${min})`;
  return undefined;
}

function checkPrices(pricing: Pricing): void {
  const perRequest = pricing.billing_mode === 'per_request' || pricing.billing_mode === 'image';
  if (perRequest && !isNumber(pricing['per_request_price']) && pricing.intervals.length === 0) {
    const text = 'per-request price or intervals required for per_request/image billing mode';
    throw refusal(400, text, 'BILLING_MODE_MISSING_PRICE');
  }
  const negative = priceFields.find((field) => isNumber(pricing[field]) && pricing[field] < 0);
  if (negative !== undefined) throw refusal(400, `${negative} must be >= 0`, 'NEGATIVE_PRICE');
  const unpriced = pricing.intervals.find((interval) => !priceFields.some((field) => isNumber(interval[field])));
  if (unpriced === undefined) return;
  const end = isNumber(unpriced['max_tokens']) ? unpriced['max_tokens'] : '∞';
  const text = `interval [${String(unpriced['min_tokens'] ?? 0)}, ${end}] has no price fields set for model [${pricing.models.join(' ')}]`;
  throw refusal(400, text, 'INTERVAL_MISSING_PRICE');
}

function checkPricing(features: Features, rows: readonly Pricing[]): void {
  for (const platform of new Set(rows.map((row) => row.platform))) {
    const models = rows.filter((row) => row.platform === platform).flatMap((row) => row.models);
    const patterns = models.map((model) => toPattern(model, features.normalisesClaudeNames));
    refuseOverlaps(patterns, platform, 'MODEL_PATTERN_CONFLICT', 'model patterns');
  }
  for (const row of rows) {
    const problem = intervalProblem(row.intervals);
    if (problem === undefined) continue;
    const text = `invalid pricing intervals for platform '${row.platform}' models [${row.models.join(' ')}]: ${problem}`;
    throw refusal(400, text, 'INVALID_PRICING_INTERVALS');
  }
  rows.forEach(checkPrices);
}

/** Refuses prices and mappings that contradict themselves. */
export function checkChannel(features: Features, channel: Pick<Channel, 'model_pricing' | 'model_mapping'>): void {
  checkPricing(features, channel.model_pricing);
  for (const [platform, mapping] of Object.entries(channel.model_mapping)) {
    const sources = Object.keys(mapping).map((source) => toPattern(source, false));
    refuseOverlaps(sources, platform, 'MAPPING_PATTERN_CONFLICT', 'mapping source patterns');
  }
}
