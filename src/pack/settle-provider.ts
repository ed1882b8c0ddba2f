import { RelayError } from '../core/relay-error.ts';
import type { PackProvider, Provider } from './manifest.ts';
import { overlap } from './model-mapping.ts';
import { apart, chosen, isPattern, matchesPattern } from './name-pattern.ts';

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

/**
 * A provider of a pack as it is to be imported, from `baseUrl`, with the models that the operator wants, by names and by
 * patterns; without any, with those of the pack. Names alone need no list. Throws `USAGE` where patterns stand for no model, and
 * for names that hosts do not tell apart.
 */
export function settleProvider(pack: PackProvider, baseUrl: string, asked: readonly string[] = []): Settled {
  const order = { pack, asked };
  const names = [...new Set(asked.filter((word) => !isPattern(word)))];
  const [alike] = apart([...new Set([...names, ...names.map((name) => leadsTo(pack, name))])]).alike;
  if (alike !== undefined)
    throw new RelayError('USAGE', `--model names "${alike}" twice, as hosts read it: in capitals and small letters.`, {
      hint: 'Name one of them.',
    });
  const { defaultModels } = pack;
  if (names.length > 0 && !asked.some(isPattern)) return { provider: withModels(order, baseUrl, names), live: null };
  if (defaultModels === 'live') return { provider: withModels(order, baseUrl, []), live: order };
  const models =
    asked.length === 0
      ? defaultModels
      : apart(chosen([...defaultModels, ...Object.keys(pack.channelTemplate.modelMapping)], asked)).names;
  if (models.length > 0) return { provider: withModels(order, baseUrl, models), live: null };
  throw new RelayError('USAGE', `No model of "${pack.id}" is one that --model ${asked.join(' ')} stands for.`, {
    hint: `It has ${defaultModels.join(', ')}.`,
  });
}

/**
 * A provider of a pack with these names for its models; what the pack leads on is sent under the name that it leads to. The one
 * to test with is the first that the operator names, else that of the pack where it is offered, else the first.
 */
export function withModels({ pack, asked }: LiveOrder, baseUrl: string, names: readonly string[]): Provider {
  const { keys: _keys, liveModels: _live, prices: _prices, ...rest } = pack;
  const led = names.map((name) => [name, leadsTo(pack, name)] as const);
  const models = [...new Set(led.map(([, target]) => target))];
  const isAsked = (alias: string) => asked.length === 0 || asked.some((word) => matchesPattern(alias, word));
  // A model of this name goes before an alias that could stand for it: hosts refuse both.
  const isFree = (alias: string) => !models.some((model) => model !== alias && overlap(alias, model));
  const aliases = Object.entries(pack.channelTemplate.modelMapping).filter(
    ([alias, target]) => models.includes(target) && isAsked(alias) && isFree(alias),
  );
  const modelMapping = Object.fromEntries([...aliases, ...led.filter(([name, target]) => name !== target)]);
  const prices = pricesOf(pack, models);
  return {
    ...rest,
    baseUrl,
    defaultModels: models,
    smokeTestModel: testedModel({ pack, asked }, models, modelMapping),
    channelTemplate: { ...pack.channelTemplate, modelMapping },
    ...(prices === undefined ? {} : { prices }),
  };
}

function testedModel(
  { pack, asked }: LiveOrder,
  models: readonly string[],
  mapping: Readonly<Record<string, string>>,
): string {
  const named = asked.find((word) => !isPattern(word));
  if (named !== undefined) return leadsTo(pack, named);
  const { smokeTestModel: usual } = pack;
  if (usual !== undefined && (Object.hasOwn(mapping, usual) || models.includes(usual))) return usual;
  return models[0] ?? '';
}

/** The name that is sent upstream: an alias leads on, by its name or as a pattern; a model of the pack is itself. */
function leadsTo({ channelTemplate: { modelMapping }, defaultModels }: PackProvider, name: string): string {
  if (Object.hasOwn(modelMapping, name)) return modelMapping[name] ?? name;
  if (defaultModels === 'live' || defaultModels.includes(name)) return name;
  const pattern = Object.keys(modelMapping).find((alias) => isPattern(alias) && matchesPattern(name, alias));
  return pattern === undefined ? name : (modelMapping[pattern] ?? name);
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
