import type { Problem } from '../../../core/relay-error.ts';
import type { Resources } from '../../driver.ts';
import { readGroupMarker } from '../../group-marker.ts';
import type { MarkedOwner, ResourceStep } from '../../layout.ts';
import { resourceName } from '../../names.ts';
import { groupMarkerOf, priceList, type Group, type Prices, type Tariff } from '../objects.ts';

/** What is to become of one part of a layout. */
export interface Planned {
  steps: ResourceStep[];
  warnings: Problem[];
  problems: Problem[];
}

/** What this adapter has listed, by its own types. */
export interface NewApiResources {
  groups: readonly Group[];
  tariffs: readonly Tariff[];
  /** Nothing where only root would be shown them. */
  prices: Prices | undefined;
}

/** From what was listed for the engine. */
export function resourcesOf(resources: Resources): NewApiResources {
  return {
    groups: (resources['group'] ?? []) as readonly Group[],
    tariffs: (resources['tariff'] ?? []) as readonly Tariff[],
    prices: (resources[priceList.kind] ?? [])[0] as Prices | undefined,
  };
}

/**
 * The managed group, when the host has it: by its name and its marker, or the one of the plan that gives it: the marker of a
 * group that nobody may choose is shown to root alone.
 */
export function managedGroup(
  owner: MarkedOwner,
  { groups, tariffs }: Pick<NewApiResources, 'groups' | 'tariffs'>,
): Group | undefined {
  const { provider, access } = owner;
  const name = resourceName(provider.id, access);
  const isGiven = ownTariffs(owner, tariffs).some(({ groupId }) => groupId === name);
  return groups.find((group) => {
    const marker = groupMarkerOf(group);
    return group.name === name && (isGiven || (marker?.provider === provider.id && marker.access === access));
  });
}

/** Plans that bear the marker of their owner, in use or not. */
export function ownTariffs({ provider, access }: MarkedOwner, tariffs: readonly Tariff[]): Tariff[] {
  return tariffs.filter(({ text }) => {
    const marker = readGroupMarker(text);
    return marker?.provider === provider.id && marker.access === access;
  });
}
