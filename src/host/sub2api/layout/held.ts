import type { AccessMode } from '../../../core/modes.ts';
import type { Problem } from '../../../core/relay-error.ts';
import type { Resources } from '../../driver.ts';
import type { ResourceStep } from '../../layout.ts';
import { resourceName } from '../../names.ts';
import { readGroupMarker } from '../../group-marker.ts';
import type { Channel, Group, Tariff } from '../objects.ts';

export type Planned = { step: ResourceStep | null } | { problem: Problem };

/** Whose group is meant: that of one provider, in one access mode. */
export interface GroupOwner {
  provider: { id: string };
  access: AccessMode;
}

export interface Sub2apiResources {
  groups: readonly Group[];
  channels: readonly Channel[];
  tariffs: readonly Tariff[];
}

/** What this adapter itself has listed, by its own types. */
export function resourcesOf({ group, channel, tariff }: Resources): Sub2apiResources {
  return {
    groups: (group ?? []) as readonly Group[],
    channels: (channel ?? []) as readonly Channel[],
    tariffs: (tariff ?? []) as readonly Tariff[],
  };
}

/** The managed group, when the host has it: by its name and its marker. */
export function managedGroup(owner: GroupOwner, { groups }: Pick<Sub2apiResources, 'groups'>): Group | undefined {
  const name = resourceName(owner.provider.id, owner.access);
  return groups.find((group) => group.name === name && isMarkedFor(group, owner));
}

/** Whether a group says in its description that it is the one of this provider and mode. */
export function isMarkedFor(group: Group, { provider, access }: GroupOwner): boolean {
  const marker = readGroupMarker(group.description);
  return marker?.provider === provider.id && marker.access === access;
}
