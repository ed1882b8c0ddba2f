import type { Group } from '../host/objects.ts';
import type { AccessMode } from '../core/modes.ts';
import { isHidden } from '../core/secrets/hidden-text.ts';
import { problem, type Problem } from '../core/relay-error.ts';
import type { GroupStep } from './import-plan.ts';
import { readGroupMarker, withGroupMarker } from './group-marker.ts';
import { resourceName } from './names.ts';
import type { HostSnapshot, Desired } from './observed.ts';

export type Planned<Step> = { step: Step } | { problem: Problem };

/** The managed group, when the host has it: by its name and its marker. */
export function managedGroup(desired: Desired, snapshot: Pick<HostSnapshot, 'groups'>): Group | undefined {
  const name = resourceName(desired.provider.id, desired.access);
  return snapshot.groups.find((group) => group.name === name && isMarkedFor(group, desired));
}

/** Whether a group says in its description that it is the one of this provider and mode. */
export function isMarkedFor(group: Group, desired: { provider: { id: string }; access: AccessMode }): boolean {
  const marker = readGroupMarker(group.description);
  return marker?.provider === desired.provider.id && marker.access === desired.access;
}

/** Rules B7, B9 and N4 for the group. */
export function planGroup(desired: Desired, snapshot: HostSnapshot): Planned<GroupStep> {
  const { provider, access } = desired;
  const name = resourceName(provider.id, access);
  const type = access === 'subscription' ? 'subscription' : 'standard';
  const marker = { provider: provider.id, access, run: desired.run };
  const found = snapshot.groups.filter((group) => group.name === name);
  const [group] = found;
  if (group === undefined) {
    const description = withGroupMarker(provider.displayName, marker);
    return {
      step: {
        action: 'create',
        name,
        spec: {
          name,
          description,
          platform: provider.platform,
          type,
          rateMultiplier: provider.groupTemplate.rateMultiplier,
        },
      },
    };
  }
  if (found.length > 1)
    return {
      problem: problem(
        'NAME_AMBIGUOUS',
        `${found.length} groups are named "${name}" (${found.map((each) => each.id).join(', ')}).`,
      ),
    };
  if (!isMarkedFor(group, desired) && !desired.adopt)
    return { problem: problem('FOREIGN_OBJECT', `The group "${name}" (${group.id}) was not made by relay.`) };
  if (group.platform !== provider.platform || group.type !== type) {
    return {
      problem: problem(
        'GROUP_MISMATCH',
        `The group "${name}" (${group.id}) is of platform ${group.platform} and type ${group.type}; ${provider.platform} and ${type} are needed.`,
      ),
    };
  }
  if (isHidden(group.description) && !isMarkedFor(group, desired))
    return {
      problem: problem(
        'FOREIGN_OBJECT',
        `The description of the group "${name}" (${group.id}) may hold a key and cannot be kept; take the key out of it first.`,
      ),
    };
  if (isMarkedFor(group, desired)) return { step: { action: 'unchanged', name, id: group.id } };
  return {
    step: {
      action: 'adopt',
      name,
      id: group.id,
      before: group,
      description: withGroupMarker(group.description, marker),
    },
  };
}
