import type { Account, Group } from '../host/objects.ts';
import { readGroupMarker } from './group-marker.ts';
import type { Desired } from './observed.ts';

/** The name of a group beside the managed one, in which a run proves accounts before users can meet them (rule N6). */
export function stagingGroupName(run: string, number = 0): string {
  return `relay-staging-${run}${number === 0 ? '' : `-${number}`}`;
}

/** Whether a group bears such a name. */
export function isStagingGroup(name: string): boolean {
  return name.startsWith(stagingGroupName(''));
}

/** Groups that interrupted runs of this provider and mode have left, and in which nothing is that others made. */
export function staleStagingGroups(
  { provider, access, run }: Pick<Desired, 'provider' | 'access' | 'run'>,
  groups: readonly Group[],
  accounts: readonly Account[],
): Group[] {
  return groups.filter((group) => {
    const marker = readGroupMarker(group.description);
    const inside = accounts.filter((account) => account.groupIds.includes(group.id));
    return (
      marker?.provider === provider.id &&
      marker.access === access &&
      marker.run !== run &&
      group.name.startsWith(stagingGroupName(marker.run)) &&
      inside.every((account) => account.marker?.provider === provider.id && account.marker.access === access)
    );
  });
}
