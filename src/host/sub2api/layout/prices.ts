import type { ChannelPrice } from '../objects.ts';
import type { Provider } from '../../../pack/manifest.ts';

/** What one model costs in US dollars per token; `null` where the pack does not say. */
type TokenPrice = Pick<ChannelPrice, 'input' | 'output' | 'cacheRead' | 'cacheWrite'>;

const unpriced: TokenPrice = { input: null, output: null, cacheRead: null, cacheWrite: null };

/** The models of a provider that have no price in the pack. */
export function unpricedModels(provider: Provider): string[] {
  return provider.defaultModels.filter((model) => provider.prices?.perMillionTokens[model] === undefined);
}

/** The price entries that a provider asks for: one for each distinct price, and one for what has none (rules B10, N18). */
export function desiredPrices(provider: Provider): ChannelPrice[] {
  const entries = new Map<string, ChannelPrice>();
  for (const model of provider.defaultModels) {
    const price = tokenPrice(provider, model);
    const same = JSON.stringify(price);
    const entry = entries.get(same) ?? {
      platform: provider.platform,
      models: [],
      billing: 'token',
      ...price,
      rest: {},
    };
    entry.models.push(model);
    entries.set(same, entry);
  }
  return [...entries.values()];
}

function tokenPrice(provider: Provider, model: string): TokenPrice {
  const list = provider.prices;
  const price = list?.perMillionTokens[model];
  if (list === undefined || price === undefined) return unpriced;
  const perUsd = list.currency === 'USD' ? 1 : (list.usdRate ?? 1);
  const usd = (perMillion: number) => roundToken(perMillion / perUsd / 1_000_000);
  return {
    input: usd(price.input),
    output: usd(price.output),
    // What has no price of its own is input. A host that is told nothing bills nothing for it.
    cacheRead: usd(price.cacheRead ?? price.input),
    cacheWrite: usd(price.cacheWrite ?? price.input),
  };
}

/** Hosts keep twelve decimals of a price per token. */
function roundToken(value: number): number {
  return Number(value.toFixed(12));
}

/**
 * The entries of a channel after relay has set its prices. Entries of other platforms stay; of this platform, a model
 * that the pack prices moves to the pack's entry, and everything that others set stays where it is.
 */
export function mergePrices(snapshot: readonly ChannelPrice[], provider: Provider): ChannelPrice[] {
  const own = new Set(provider.defaultModels.map((model) => model.toLowerCase()));
  const open = new Set(unpricedModels(provider).map((model) => model.toLowerCase()));
  const kept: ChannelPrice[] = [];
  const pricedByOthers = new Set<string>();
  for (const entry of snapshot) {
    if (entry.platform !== provider.platform) {
      kept.push(entry);
      continue;
    }
    const models = entry.models.filter(
      (model) => !own.has(model.toLowerCase()) || (open.has(model.toLowerCase()) && hasPrice(entry)),
    );
    for (const model of models) pricedByOthers.add(model.toLowerCase());
    if (models.length > 0) kept.push({ ...entry, models });
  }
  const desired = desiredPrices(provider)
    .map((entry) => ({ ...entry, models: entry.models.filter((model) => !pricedByOthers.has(model.toLowerCase())) }))
    .filter((entry) => entry.models.length > 0)
    .map((entry) => ({
      ...entry,
      rest:
        snapshot.find((old) => samePrice(old, entry) && old.models.some((model) => entry.models.includes(model)))
          ?.rest ?? {},
    }));
  return [...kept, ...desired];
}

function hasPrice(entry: ChannelPrice): boolean {
  const { input, output, cacheRead, cacheWrite, billing, rest } = entry;
  if ([input, output, cacheRead, cacheWrite].some((price) => price !== null)) return true;
  return billing !== 'token' || (Array.isArray(rest['intervals']) && rest['intervals'].length > 0);
}

/** Equal as far as money goes; what hosts add beside the prices does not count. */
export function samePrice(one: ChannelPrice, other: ChannelPrice): boolean {
  const near = (a: number | null, b: number | null) => (a === null || b === null ? a === b : Math.abs(a - b) < 5e-13);
  return (
    one.platform === other.platform &&
    one.billing === other.billing &&
    near(one.input, other.input) &&
    near(one.output, other.output) &&
    near(one.cacheRead, other.cacheRead) &&
    near(one.cacheWrite, other.cacheWrite)
  );
}

/** Whether two lists of entries bill every model alike, however the models are spread over the entries. */
export function samePriceList(one: readonly ChannelPrice[], other: readonly ChannelPrice[]): boolean {
  const flat = (list: readonly ChannelPrice[]) =>
    new Map(list.flatMap((entry) => entry.models.map((model) => [`${entry.platform} ${model}`, entry] as const)));
  const a = flat(one);
  const b = flat(other);
  return (
    a.size === b.size &&
    [...a].every(([key, entry]) => {
      const match = b.get(key);
      return match !== undefined && samePrice(entry, match);
    })
  );
}
