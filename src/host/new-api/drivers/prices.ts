import { z } from 'zod';
import { firstOf } from '../../../core/counted.ts';
import type { Others, ResourceDriver } from '../../driver.ts';
import type { ApiClient } from '../../http/api-client.ts';
import { priceList, type Prices } from '../objects.ts';
import { editMaps } from '../options.ts';
import { priceEdits, pricesIn, sameRatios } from '../prices.ts';
import type { NewApiReads } from '../reads.ts';

const schema = z.object({
  models: z.record(
    z.string(),
    z.object({ input: z.number(), output: z.number(), cacheRead: z.number(), cacheWrite: z.number() }),
  ),
});
export type PricesState = z.infer<typeof schema>;

/** Prices bear no mark: those that a run has added are known by their models, as long as they are as it left them. */
export function pricesDriver(reads: NewApiReads, client: ApiClient): ResourceDriver<PricesState, Prices> {
  const isAs = ({ models }: Prices, made: PricesState) =>
    Object.entries(made.models).every(([name, ratios]) => sameRatios(models[name], ratios));
  return {
    kind: priceList.kind,
    schema,
    find: async (state) => {
      // What is built into the host counts for users, and is not what was stored.
      const found = pricesIn({ ...(await reads.options()), locked: new Map() }, Object.keys(state.models));
      return Object.keys(found.models).length === 0 ? [] : [found];
    },
    isMadeAs: (prices, _, made) => isAs(prices, made),
    isStill: (prices, _, made) => isAs(prices, made),
    differences: ({ models }, state) =>
      Object.entries(state.models).flatMap(([name, ratios]) =>
        sameRatios(models[name], ratios) ? [] : [`price of ${name}`],
      ),
    stateOf: (_, made) => made,
    placed: (state) => state,
    create: ({ models }) => editMaps(client, priceEdits(models)),
    // A price that is there is never overwritten.
    update: (_, { after }) => editMaps(client, priceEdits(after.models)),
    remove: ({ models }) =>
      editMaps(client, priceEdits(Object.fromEntries(Object.keys(models).map((name) => [name, null]))).toReversed()),
    restore: async () => undefined,
    usedBy,
  };
}

/** Whoever offers one of the models by now would lose it. */
function usedBy({ models }: Prices, { accounts }: Others): string | null {
  if (accounts === undefined) return 'used by what could not be read';
  const used = Object.keys(models).filter((name) => accounts.some(({ mapping }) => Object.hasOwn(mapping, name)));
  return used.length === 0 ? null : `other channels offer ${firstOf(used)}`;
}
