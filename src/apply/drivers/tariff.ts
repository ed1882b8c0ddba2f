import type { Driver } from './driver.ts';

/** Tariffs bear no mark: name, content, and the group of relay that they are bound to tell whose they are. */
export const tariffDriver: Driver<'tariff'> = {
  find: (host) => host.reads.plans(),
  isMadeAs: (plan, name, made) => plan.name === name && plan.groupId === made.groupId,
  isStill: (plan, name, made, groups) =>
    (plan.groupId === made.groupId && groups.isMarked(plan.groupId)) ||
    (plan.name === name && tariffDriver.differences(plan, made, groups).length === 0),
  differences: (plan, state, groups) => [
    ...(state.name === undefined || plan.name === state.name ? [] : ['name']),
    // A group that is gone leaves its tariffs bound to nothing.
    ...(state.groupId === undefined || plan.groupId === state.groupId || groups?.exists(state.groupId) === false
      ? []
      : ['group']),
    // Hosts keep cents of a price.
    ...(state.price === undefined || Math.abs(plan.price - state.price) < 0.005 ? [] : ['price']),
    ...((state.validityDays ?? plan.validityDays) === plan.validityDays &&
    (state.validityUnit ?? plan.validityUnit) === plan.validityUnit
      ? []
      : ['validity']),
    ...((state.forSale ?? plan.forSale) === plan.forSale ? [] : ['sale flag']),
  ],
  stateOf: ({ id: _id, ...spec }) => spec,
  remove: (host, { id }) => host.writes.deletePlan(id),
  restore: async (host, { id }, { before }) =>
    before.groupId === undefined ? undefined : host.writes.movePlan(id, before.groupId),
};
