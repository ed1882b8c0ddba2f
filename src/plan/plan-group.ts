import type { Group } from '../host/objects.ts';
import type { AccessMode } from '../terms/modes.ts';
import { isHidden } from '../terms/hidden-text.ts';
import { problem, type Problem } from '../terms/relay-error.ts';
import type { GroupStep } from './import-plan.ts';
import { readGroupMarker, withGroupMarker } from './group-marker.ts';
import { resourceName } from './names.ts';
import type { Observed, Wanted } from './observed.ts';

export type Planned<Step> = { step: Step } | { problem: Problem };

/** The managed group, when the host has it: by its name and its marker. */
export function managedGroup(wanted: Wanted, observed: Pick<Observed, 'groups'>): Group | undefined {
  const name = resourceName(wanted.provider.id, wanted.access);
  return observed.groups.find((group) => group.name === name && isMarkedFor(group, wanted));
}

/** Whether a group says in its description that it is the one of this provider and mode. */
export function isMarkedFor(group: Group, wanted: { provider: { id: string }; access: AccessMode }): boolean {
  const marker = readGroupMarker(group.description);
  return marker?.provider === wanted.provider.id && marker.access === wanted.access;
}

/** Rules B7, B9 and N4 for the group. */
export function planGroup(wanted: Wanted, observed: Observed): Planned<GroupStep> {
  const { provider, access } = wanted;
  const name = resourceName(provider.id, access);
  const type = access === 'subscription' ? 'subscription' : 'standard';
  const marker = { provider: provider.id, access, run: wanted.run };
  const found = observed.groups.filter((group) => group.name === name);
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
  if (!isMarkedFor(group, wanted) && !wanted.adopt)
    return { problem: problem('FOREIGN_OBJECT', `The group "${name}" (${group.id}) was not made by relay.`) };
  if (group.platform !== provider.platform || group.type !== type) {
    return {
      problem: problem(
        'GROUP_MISMATCH',
        `The group "${name}" (${group.id}) is of platform ${group.platform} and type ${group.type}; ${provider.platform} and ${type} are needed.`,
      ),
    };
  }
  if (isHidden(group.description) && !isMarkedFor(group, wanted))
    return {
      problem: problem(
        'FOREIGN_OBJECT',
        `The description of the group "${name}" (${group.id}) may hold a key and cannot be kept; take the key out of it first.`,
      ),
    };
  if (isMarkedFor(group, wanted)) return { step: { action: 'unchanged', name, id: group.id } };
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
