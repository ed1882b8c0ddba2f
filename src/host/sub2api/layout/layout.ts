import type { Problem } from '../../../core/relay-error.ts';
import type { Held, Layout, LayoutPlan, ManagedResource, Owner, ResourceStep } from '../../layout.ts';
import { resourceName } from '../../names.ts';
import { groupDrift, tariffDrift } from './drift.ts';
import { managedGroup, resourcesOf, type Sub2apiResources } from './held.ts';
import { planChannel } from './plan-channel.ts';
import { planGroup } from './plan-group.ts';
import { planTariff } from './plan-tariff.ts';
import { priceMissing } from '../../price-missing.ts';
import { unpricedModels } from './prices.ts';
import { statusOf } from './status.ts';

/** A provider is a group, a channel that prices its models, and where access is by subscription a tariff. */
export const sub2apiLayout: Layout = {
  place: (owner, held) => {
    const group = managedGroup(owner, resourcesOf(held.resources));
    return group && { kind: 'group', id: group.id, name: group.name };
  },
  plan: planLayout,
  status: (owner, held, present) => statusOf(owner, resourcesOf(held.resources), held.accounts, present),
  managed,
};

function planLayout(job: Owner & { run: string; adopt: boolean }, held: Held): LayoutPlan {
  const resources = resourcesOf(held.resources);
  const name = resourceName(job.provider.id, job.access);
  // An adopted group counts as the managed one for all that hangs on it.
  const group =
    managedGroup(job, resources) ?? (job.adopt ? resources.groups.find((each) => each.name === name) : undefined);
  const planned = [planGroup(job, resources), planChannel(job, resources, group), planTariff(job, resources, group)];
  const steps = planned.flatMap((each) => ('step' in each && each.step !== null ? [each.step] : []));
  return {
    place: { kind: 'group', name, id: group?.id ?? null },
    steps,
    problems: planned.flatMap((each) => ('problem' in each ? [each.problem] : [])),
    warnings: [...priceWarnings(job), ...driftWarnings(job, resources, steps)],
  };
}

function priceWarnings({ provider }: Owner): Problem[] {
  return priceMissing(unpricedModels(provider));
}

function driftWarnings(
  { provider }: Owner,
  { groups, tariffs }: Sub2apiResources,
  steps: readonly ResourceStep[],
): Problem[] {
  const isPlanned = (kind: string, id: string) => steps.some((step) => step.kind === kind && step.id === id);
  return [
    ...groups.filter(({ id }) => isPlanned('group', id)).flatMap((each) => groupDrift(each, provider)),
    ...tariffs.filter(({ id }) => isPlanned('tariff', id)).flatMap((each) => tariffDrift(each, provider)),
  ];
}

/** Tariff and channel go before the accounts, the group after them, so that nothing dangles. */
function managed(owner: Owner, held: Held): ManagedResource[] {
  const { groups, channels, tariffs } = resourcesOf(held.resources);
  const group = managedGroup(owner, { groups });
  if (group === undefined) return [];
  const name = resourceName(owner.provider.id, owner.access);
  const tariff = tariffs.find((each) => each.name === name && each.groupId === group.id);
  const channel = channels.find((each) => each.name === name && each.groupIds.includes(group.id));
  const others = channel?.groupIds.filter((id) => id !== group.id && groups.some((each) => each.id === id)) ?? [];
  const shared =
    others.length === 0 ? null : `it also holds ${others.length} group${others.length === 1 ? '' : 's'} of others`;
  return [
    ...(tariff === undefined ? [] : [{ kind: 'tariff', object: tariff, when: 'first' as const, shared: null }]),
    ...(channel === undefined ? [] : [{ kind: 'channel', object: channel, when: 'first' as const, shared }]),
    { kind: 'group', object: group, when: 'last', shared: null },
  ];
}
