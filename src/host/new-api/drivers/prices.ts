import { createHash } from 'node:crypto';
import { z } from 'zod';
import { firstOf } from '../../../core/counted.ts';
import type { Others, ResourceDriver } from '../../driver.ts';
import type { ApiClient } from '../../http/api-client.ts';
import { priceList, type ModelRatios, type PriceParts, type Prices } from '../objects.ts';
import { editMaps, type Options } from '../options.ts';
import { additions, isNear, partsIn, withdrawals } from '../prices.ts';
import type { NewApiReads } from '../reads.ts';

const ratio = z.number().optional();
const schema = z.object({
  models: z.record(z.string(), z.object({ input: ratio, output: ratio, cacheRead: ratio, cacheWrite: ratio })),
});
export type PricesState = z.infer<typeof schema>;

/** Parts of prices as they stand in the maps. */
export type StoredPrices = Pick<Prices, 'id' | 'name' | 'parts'>;

/** The parts that a state names, as far as they are there; nothing where none is. */
export function storedPrices(options: Options, state: PricesState): StoredPrices[] {
  const parts = partsIn(options, state.models);
  return Object.keys(parts).length === 0 ? [] : [{ id: idOf(parts), name: priceList.name, parts }];
}

/** By what is there, whatever it costs: a run that was interrupted adds what it had not yet added as something else. */
function idOf(parts: PriceParts): string {
  const names = Object.entries(parts).map(([name, found]) => `${name} ${Object.keys(found).toSorted().join(' ')}`);
  return createHash('sha256').update(names.toSorted().join('\n')).digest('hex').slice(0, 8);
}

/**
 * Prices bear no mark: those that a run has added are known by their models, as long as what is there of them is as it left
 * it. They stand in four maps, so that some of it can be there alone.
 */
export function pricesDriver(reads: NewApiReads, client: ApiClient): ResourceDriver<PricesState, StoredPrices> {
  const isAs = ({ parts }: StoredPrices, { models }: PricesState) =>
    Object.entries(parts).every(([name, found]) =>
      Object.entries(found).every(([part, value]) => isNear(value, models[name]?.[part as keyof ModelRatios])),
    );
  return {
    kind: priceList.kind,
    schema,
    find: async (state) => storedPrices(await reads.options(), state),
    isMadeAs: (prices, _, made) => isAs(prices, made),
    isStill: (prices, _, made) => isAs(prices, made),
    differences: ({ parts }, { models }) =>
      Object.entries(models).flatMap(([name, made]) =>
        Object.entries(made).every(([part, value]) => isNear(value, parts[name]?.[part as keyof ModelRatios]))
          ? []
          : [`price of ${name}`],
      ),
    stateOf: ({ parts }) => ({ models: parts }),
    placed: (state) => state,
    create: ({ models }) => editMaps(client, additions(models)),
    // A price that is there is never overwritten.
    update: (_, { after }) => editMaps(client, additions(after.models)),
    remove: ({ parts }) => editMaps(client, withdrawals(parts)),
    restore: async () => undefined,
    usedBy,
  };
}

/** Whoever offers one of the models by now would lose it. */
function usedBy({ parts }: StoredPrices, { accounts }: Others): string | null {
  if (accounts === undefined) return 'used by what could not be read';
  const used = Object.keys(parts).filter((name) => accounts.some(({ mapping }) => Object.hasOwn(mapping, name)));
  return used.length === 0 ? null : `other channels offer ${firstOf(used)}`;
}
