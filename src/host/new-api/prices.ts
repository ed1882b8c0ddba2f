import type { Provider } from '../../pack/manifest.ts';
import { effectiveMapping } from '../../pack/model-mapping.ts';
import { priceList, type ModelRatios, type PriceParts, type Prices } from './objects.ts';
import type { MapEdit, Options } from './options.ts';

/** In US dollars for a million input tokens, what this host counts as 1. */
const unit = 2;

/** What the pack says that each name costs; `null` where it does not say. An alias costs what it stands for. */
export function desiredRatios(provider: Provider): Record<string, ModelRatios | null> {
  return Object.fromEntries(
    Object.entries(effectiveMapping(provider)).map(([name, model]) => {
      const list = provider.prices;
      const price = list?.perMillionTokens[name] ?? list?.perMillionTokens[model];
      if (list === undefined || price === undefined) return [name, null];
      const perUsd = list.currency === 'USD' ? 1 : (list.usdRate ?? 1);
      // A model that is given away has no price for others to be a multiple of.
      const of = (part: number) => (price.input === 0 ? 1 : rounded(part / price.input));
      return [
        name,
        {
          input: rounded(price.input / perUsd / unit),
          output: of(price.output),
          // What has no price of its own is input.
          cacheRead: of(price.cacheRead ?? price.input),
          cacheWrite: of(price.cacheWrite ?? price.input),
        },
      ];
    }),
  );
}

function rounded(value: number): number {
  return Number(value.toPrecision(10));
}

/** The prices of these models as the host bills them, or of all; a model that it does not price is left out. */
export function pricesIn({ maps, locked, broken, servesUnpriced }: Options, names?: readonly string[]): Prices {
  const all = names ?? [...new Set([...Object.keys(maps.ModelRatio), ...Object.keys(maps.ModelPrice)])];
  const models = all.flatMap((name): [string, Prices['models'][string]][] => {
    if (Object.hasOwn(maps.ModelPrice, name)) return [[name, 'per call']];
    const input = numberIn(maps.ModelRatio, name);
    if (input === undefined) return [];
    return [
      [
        name,
        {
          input,
          output: locked.get(name) ?? numberIn(maps.CompletionRatio, name) ?? 1,
          cacheRead: numberIn(maps.CacheRatio, name) ?? 1,
          cacheWrite: numberIn(maps.CreateCacheRatio, name) ?? 1.25,
        },
      ],
    ];
  });
  return {
    id: priceList.id,
    name: priceList.name,
    models: Object.fromEntries(models),
    parts: partsIn({ maps }),
    servesUnpriced,
    broken,
  };
}

/** What stands in the maps of these models, and of them these parts, or of all. */
export function partsIn({ maps }: Pick<Options, 'maps'>, asked?: PriceParts): PriceParts {
  const found: PriceParts = {};
  for (const [map, part] of parts)
    for (const name of Object.keys(asked ?? maps[map])) {
      const value = numberIn(maps[map], name);
      if (value !== undefined && (asked === undefined || Object.hasOwn(asked[name] ?? {}, part)))
        found[name] = { ...found[name], [part]: value };
    }
  return found;
}

function numberIn(map: Record<string, unknown>, name: string): number | undefined {
  const value = Object.hasOwn(map, name) ? map[name] : undefined;
  return typeof value === 'number' ? value : undefined;
}

/** Whether two prices are one, to within what JSON and the host's own arithmetic keep. */
export function sameRatios(one: ModelRatios | 'per call' | undefined, other: ModelRatios): boolean {
  if (one === undefined || one === 'per call') return false;
  // Nothing is a multiple of nothing.
  if (one.input === 0 && other.input === 0) return true;
  return (
    isNear(one.input, other.input) &&
    isNear(one.output, other.output) &&
    isNear(one.cacheRead, other.cacheRead) &&
    isNear(one.cacheWrite, other.cacheWrite)
  );
}

const parts = [
  ['CompletionRatio', 'output'],
  ['CacheRatio', 'cacheRead'],
  ['CreateCacheRatio', 'cacheWrite'],
  // Last: a model that has it works, and is then billed by the others too.
  ['ModelRatio', 'input'],
] as const;

/** The edits that give models these parts of their prices where they have none, in the order in which they are safe. */
export function additions(models: PriceParts): MapEdit[] {
  return parts.flatMap(([map, part]) =>
    Object.entries(models).flatMap(([entry, ratios]) =>
      ratios[part] === undefined ? [] : [{ map, entry, value: ratios[part], ifAbsent: true }],
    ),
  );
}

/** The edits that take these parts away again, the other way round. */
export function withdrawals(models: PriceParts): MapEdit[] {
  return additions(models)
    .map(({ map, entry }): MapEdit => ({ map, entry, value: undefined }))
    .toReversed();
}

/** Whether two numbers are one, to within what JSON and the host's own arithmetic keep. */
export function isNear(one: number | undefined, other: number | undefined): boolean {
  return one !== undefined && other !== undefined && Math.abs(one - other) <= 1e-6 * Math.max(1, Math.abs(one));
}
