import type { Account, Group, Id } from '../host/objects.ts';
import { withGroupMarker } from '../plan/group-marker.ts';
import { isSideGroup } from '../plan/side-groups.ts';
import type { AccessMode, Platform } from '../terms/modes.ts';
import type { Deed, Ledger } from './ledger.ts';
import { performWrite } from './perform-write.ts';
import type { RunTools } from './run-tools.ts';

/** Whose group it is, and what is to be proven in it. */
export interface SideGroup {
  name: string;
  provider: { id: string; platform: Platform };
  access: AccessMode;
  run: string;
}

/** Makes a group in which accounts are proven before users can meet them (rule N6), or takes up the one of this run. */
export async function makeSideGroup(side: SideGroup, tools: RunTools, ledger: Ledger): Promise<Group> {
  const { reads, writes } = tools.host;
  const { name, provider, access, run } = side;
  const known = ledger.deeds.find((deed) => deed.kind === 'group' && deed.name === name);
  const look = async () => (await reads.groups()).find((group) => group.name === name);
  const there = known === undefined ? undefined : await look();
  if (there !== undefined) return there;
  const spec = {
    name,
    description: withGroupMarker('proves accounts, then goes', { provider: provider.id, access, run }),
    platform: provider.platform,
    // Whoever proves an account pays by balance, so that no subscription is needed.
    type: 'standard',
    rateMultiplier: 1,
  } as const;
  const group = await performWrite(
    {
      kind: 'group',
      name,
      what: `create the group "${name}"`,
      stage: 'apply',
      send: () => writes.createGroup(spec),
      look,
    },
    tools,
  );
  ledger.record({ kind: 'group', action: 'created', id: group.id, name });
  return group;
}

/** The groups of this kind that the run has made and not yet removed. */
export function sideGroupDeeds({ deeds }: Ledger): Deed[] {
  return deeds.filter((deed) => deed.kind === 'group' && deed.action === 'created' && isSideGroup(deed.name));
}

/** Puts accounts into exactly these groups, and looks whether the host did. */
export async function bindAccounts(
  accounts: readonly Account[],
  groupIds: readonly Id[],
  tools: RunTools,
): Promise<void> {
  const { reads, writes } = tools.host;
  const ids = new Set(accounts.map((account) => account.id));
  const isBound = async () => {
    const bound = (await reads.accounts()).filter(
      (account) =>
        ids.has(account.id) &&
        account.groupIds.length === groupIds.length &&
        groupIds.every((id) => account.groupIds.includes(id)),
    );
    return bound.length === ids.size ? true : undefined;
  };
  await performWrite(
    {
      kind: 'account',
      name: accounts[0]?.name ?? '',
      what: `bind ${accounts.length} account${accounts.length === 1 ? '' : 's'} ("${accounts[0]?.name ?? ''}" …)`,
      stage: 'access',
      send: async () => {
        const end = await writes.bindAccounts([...ids], groupIds);
        return end.end === 'done' ? { end: 'done', value: true } : end;
      },
      look: isBound,
    },
    tools,
  );
}
