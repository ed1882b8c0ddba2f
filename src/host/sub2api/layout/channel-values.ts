import type { ValueChange } from '../../layout.ts';
import type { ChannelPrice, ChannelSpec } from '../objects.ts';

/** What an edit of a channel would change, value by value: names of models, and what each costs. */
export function channelValues(before: ChannelSpec, after: ChannelSpec): ValueChange[] {
  return [...mappingValues(before.mappings, after.mappings), ...priceValues(before.prices, after.prices)];
}

function mappingValues(before: ChannelSpec['mappings'], after: ChannelSpec['mappings']): ValueChange[] {
  return keysOf(before, after).flatMap((platform) => {
    const [was, is] = [before[platform] ?? {}, after[platform] ?? {}];
    return keysOf(was, is)
      .filter((name) => was[name] !== is[name])
      .map((name) => ({ name: `model ${name}`, from: was[name] ?? null, to: is[name] ?? null }));
  });
}

/** In US dollars for a million tokens, as packs and vendors tell prices. */
function priceValues(before: readonly ChannelPrice[], after: readonly ChannelPrice[]): ValueChange[] {
  const [was, is] = [byModel(before), byModel(after)];
  return [...new Set([...was.keys(), ...is.keys()])].flatMap((key) => {
    const [from, to] = [was.get(key), is.get(key)];
    const model = (from ?? to)?.model ?? '';
    return components.flatMap(([field, word]) => {
      const change = { from: priceText(from?.price[field]), to: priceText(to?.price[field]) };
      return change.from === change.to ? [] : [{ name: `${model} ${word}`, ...change }];
    });
  });
}

const components = [
  ['input', 'input'],
  ['output', 'output'],
  ['cacheRead', 'cache read'],
  ['cacheWrite', 'cache write'],
] as const;

function byModel(prices: readonly ChannelPrice[]): Map<string, { model: string; price: ChannelPrice }> {
  return new Map(
    prices.flatMap((price) =>
      price.models.map((model) => [`${price.platform} ${model.toLowerCase()}`, { model, price }] as const),
    ),
  );
}

function priceText(perToken: number | null | undefined): string | null {
  return perToken === null || perToken === undefined ? null : `$${Number((perToken * 1_000_000).toPrecision(6))}`;
}

function keysOf(one: object, other: object): string[] {
  return [...new Set([...Object.keys(one), ...Object.keys(other)])];
}
