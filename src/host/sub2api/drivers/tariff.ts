import { z } from 'zod';
import type { ResourceDriver } from '../../driver.ts';
import type { Sub2apiReads, Sub2apiWrites } from '../admin-port.ts';
import type { Tariff, TariffSpec } from '../objects.ts';
import type { GroupSurroundings } from '../survey.ts';
import { keptGroup } from './channel.ts';

const schema = z
  .object({
    name: z.string(),
    groupId: z.string(),
    price: z.number(),
    validityDays: z.int(),
    validityUnit: z.string(),
    forSale: z.boolean(),
  })
  .partial();
type State = z.infer<typeof schema>;

/** Tariffs bear no mark: name, content, and the group of relay that they are bound to tell whose they are. */
export function tariffDriver(
  reads: Sub2apiReads,
  writes: Sub2apiWrites,
): ResourceDriver<State, Tariff, GroupSurroundings> {
  return {
    kind: 'tariff',
    schema,
    find: () => reads.tariffs(),
    isMadeAs: (tariff, name, made) => tariff.name === name && tariff.groupId === made.groupId,
    isStill: (tariff, name, made, around) =>
      (tariff.groupId === made.groupId && around.isMarked(tariff.groupId)) ||
      (tariff.name === name && differences(tariff, made, around).length === 0),
    differences,
    stateOf: ({ id: _id, ...spec }) => spec,
    placed: (state, ids) => ({ ...state, ...(ids.has('group') ? { groupId: ids.get('group') } : {}) }),
    create: (state) => writes.createTariff(state as TariffSpec),
    update: (id, { after }) => writes.moveTariff(id, after.groupId ?? ''),
    remove: ({ id }) => writes.deleteTariff(id),
    restore: async ({ id }, { before }) =>
      before.groupId === undefined ? undefined : writes.moveTariff(id, before.groupId),
    usedBy: ({ groupId }, { kept }) => keptGroup([groupId], kept),
  };
}

function differences(tariff: Tariff, state: State, around?: GroupSurroundings): string[] {
  return [
    ...(state.name === undefined || tariff.name === state.name ? [] : ['name']),
    // A group that is gone leaves its tariffs bound to nothing.
    ...(state.groupId === undefined || tariff.groupId === state.groupId || around?.placeExists(state.groupId) === false
      ? []
      : ['group']),
    // Hosts keep cents of a price.
    ...(state.price === undefined || Math.abs(tariff.price - state.price) < 0.005 ? [] : ['price']),
    ...((state.validityDays ?? tariff.validityDays) === tariff.validityDays &&
    (state.validityUnit ?? tariff.validityUnit) === tariff.validityUnit
      ? []
      : ['validity']),
    ...((state.forSale ?? tariff.forSale) === tariff.forSale ? [] : ['sale flag']),
  ];
}
