import type { AccessMode } from '../../core/modes.ts';
import type { Account } from '../account.ts';
import type { StagingPort } from '../layout.ts';
import { stagingName } from '../names.ts';
import { readGroupMarker, withGroupMarker } from '../group-marker.ts';
import { resourcesOf } from './layout/held.ts';
import type { Group, GroupSpec } from './objects.ts';

/** Accounts are proven in groups of their own. */
export const groupIsolation: StagingPort = {
  by: 'place',
  kind: 'group',
  state: ({ provider, access, run }, name): GroupSpec => ({
    name,
    description: withGroupMarker('proves accounts, then goes', { provider: provider.id, access, run }),
    platform: provider.platform,
    // Whoever proves an account pays by balance, so that no subscription is needed.
    type: 'standard',
    rateMultiplier: 1,
  }),
  stale: (owner, { resources, accounts }) => staleStagingGroups(owner, resourcesOf(resources).groups, accounts),
};

/** Groups that interrupted runs of this provider and mode have left, and in which nothing is that others made. */
export function staleStagingGroups(
  { provider, access, run }: { provider: { id: string }; access: AccessMode; run: string },
  groups: readonly Group[],
  accounts: readonly Account[],
): Group[] {
  return groups.filter((group) => {
    const marker = readGroupMarker(group.description);
    const inside = accounts.filter((account) => account.places.includes(group.id));
    return (
      marker?.provider === provider.id &&
      marker.access === access &&
      marker.run !== run &&
      group.name.startsWith(stagingName(marker.run)) &&
      inside.every((account) => account.marker?.provider === provider.id && account.marker.access === access)
    );
  });
}
