import { compareNames } from '../core/name-order.ts';
import { RelayError } from '../core/relay-error.ts';
import type { PackProvider, Provider } from './manifest.ts';
import { isPattern, matchesPattern } from './name-pattern.ts';

/** A provider whose models are those that its upstream lists, as far as these are meant. */
export interface LiveOrder {
  pack: PackProvider;
  /** Names and patterns that the operator wants, in this order; all that the pack lets through where there are none. */
  asked: readonly string[];
}

/** A provider as it is to be imported; where `live` is given, it has no model until the upstream was asked. */
export interface Settled {
  provider: Provider;
  live: LiveOrder | null;
}

/** Most models of a live list, where the pack does not say. */
const usualMost = 200;

/**
 * A provider of a pack as it is to be imported, from `baseUrl`, with the models that the operator wants, by names and by
 * patterns; without any, with those of the pack. Names alone need no list. Throws `USAGE` where patterns stand for no model.
 */
export function settleProvider(pack: PackProvider, baseUrl: string, asked: readonly string[] = []): Settled {
  const isNamed = asked.length > 0 && !asked.some(isPattern);
  const { defaultModels } = pack;
  if (isNamed) return { provider: withModels({ pack, asked }, baseUrl, asked), live: null };
  if (defaultModels === 'live') return { provider: withModels({ pack, asked }, baseUrl, []), live: { pack, asked } };
  const models = asked.length === 0 ? defaultModels : chosen(defaultModels, asked);
  if (models.length > 0) return { provider: withModels({ pack, asked }, baseUrl, models), live: null };
  throw new RelayError('USAGE', `No model of "${pack.id}" is one that --model ${asked.join(' ')} stands for.`, {
    hint: `It has ${defaultModels.join(', ')}.`,
  });
}

/**
 * Of what an upstream lists, the models that are meant, in alphabetical order, and how many may be taken. Hosts know no names apart
 * that differ in case alone: the first of such stays, `alike` has the others.
 */
export function listedModels(
  { pack, asked }: { pack: Pick<PackProvider, 'liveModels'>; asked: readonly string[] },
  listed: readonly string[],
): { models: string[]; most: number; alike: string[] } {
  const { only = ['*'], without = [], most = usualMost } = { ...pack.liveModels };
  const stands = (patterns: readonly string[]) => (name: string) => patterns.some((each) => matchesPattern(name, each));
  const open = [...new Set(listed)].filter(stands(only)).filter((name) => !stands(without)(name));
  const sorted = open.toSorted(compareNames);
  const meant = asked.length === 0 ? sorted : chosen(sorted, asked);
  const known = new Set<string>();
  const models = meant.filter((name) => known.size < known.add(name.toLowerCase()).size);
  return { models, most, alike: meant.filter((name) => !models.includes(name)) };
}

/** The same provider with the models that its upstream lists. */
export function withListed(
  live: LiveOrder,
  { baseUrl }: Pick<Provider, 'baseUrl'>,
  models: readonly string[],
): Provider {
  return withModels(live, baseUrl, models);
}

/** What a name stands for is sent upstream; what a pattern stands for is looked for in the list. */
function chosen(list: readonly string[], asked: readonly string[]): string[] {
  return [
    ...new Set(asked.flatMap((word) => (isPattern(word) ? list.filter((name) => matchesPattern(name, word)) : [word]))),
  ];
}

function withModels({ pack, asked }: LiveOrder, baseUrl: string, names: readonly string[]): Provider {
  const { keys: _keys, liveModels: _live, prices: _prices, ...rest } = pack;
  const { modelMapping } = pack.channelTemplate;
  const sent = (name: string) => (Object.hasOwn(modelMapping, name) ? (modelMapping[name] ?? name) : name);
  const models = [...new Set(names.map(sent))];
  const mapping = Object.entries(modelMapping).filter(([, target]) => models.includes(target));
  const named = asked.find((word) => !isPattern(word));
  const usual = pack.smokeTestModel;
  const isOffered = usual !== undefined && models.includes(sent(usual));
  const smokeTestModel = named === undefined ? (isOffered ? usual : (models[0] ?? '')) : sent(named);
  const prices = pricesOf(pack, models);
  return {
    ...rest,
    baseUrl,
    defaultModels: models,
    smokeTestModel,
    channelTemplate: { ...pack.channelTemplate, modelMapping: Object.fromEntries(mapping) },
    ...(prices === undefined ? {} : { prices }),
  };
}

function pricesOf({ prices }: PackProvider, models: readonly string[]): Provider['prices'] {
  if (prices === undefined) return undefined;
  if (prices === 'free')
    return {
      currency: 'USD',
      perMillionTokens: Object.fromEntries(models.map((name) => [name, { input: 0, output: 0 }])),
    };
  const known = Object.entries(prices.perMillionTokens).filter(([name]) => models.includes(name));
  return known.length === 0 ? undefined : { ...prices, perMillionTokens: Object.fromEntries(known) };
}
