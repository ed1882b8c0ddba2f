import type { Account, Group, Id } from '../../host/objects.ts';
import { withGroupMarker } from '../../plan/group-marker.ts';
import { isStagingGroup, stagingGroupName } from '../../plan/staging-groups.ts';
import type { AccessMode, Platform } from '../../core/modes.ts';
import type { ChangeLog } from '../change-log.ts';
import type { Change } from '../change.ts';
import { create, edit } from '../make-change.ts';
import type { RunTools } from '../run-tools.ts';

/** Whose group it is, and what is to be proven in it. */
export interface StagingGroup {
  name: string;
  provider: { id: string; platform: Platform };
  access: AccessMode;
  run: string;
}

/** Makes a group in which accounts are proven before users can meet them (rule N6), or takes the one that this run has. */
export async function makeStagingGroup(staging: StagingGroup, tools: RunTools, log: ChangeLog): Promise<Group> {
  const { name, provider, access, run } = staging;
  const known = log.changes.find((change) => change.kind === 'group' && change.name === name && change.id !== null);
  const there =
    known === undefined ? undefined : (await tools.host.reads.groups()).find((group) => group.id === known.id);
  if (there !== undefined) return there;
  const spec = {
    name,
    description: withGroupMarker('proves accounts, then goes', { provider: provider.id, access, run }),
    platform: provider.platform,
    // Whoever proves an account pays by balance, so that no subscription is needed.
    type: 'standard',
    rateMultiplier: 1,
  } as const;
  return create(
    'group',
    { name, after: spec },
    { what: `create the group "${name}"`, stage: 'apply', send: ({ writes }) => writes.createGroup(spec) },
    tools,
    log,
  );
}

/** The staging groups that a run has made and not yet removed, and accounts that are bound to one of their own. */
export function stagingChanges(log: ChangeLog, run: string): Change[] {
  const groups = log.changes.filter(
    ({ kind, action, name }) => kind === 'group' && action === 'created' && isStagingGroup(name),
  );
  return [...boundTo(isolated(groups, run), log), ...groups];
}

/** What an interrupted run has left of its isolation checks: groups for one account each, and accounts bound to them. */
export function isolationChanges(log: ChangeLog, run: string): Change[] {
  return stagingChanges(log, run).filter(({ name }) => name !== stagingGroupName(run));
}

function isolated(groups: readonly Change[], run: string): Change[] {
  return groups.filter(({ name }) => name !== stagingGroupName(run));
}

/** The changes of accounts whose last binding is to one of these groups. */
function boundTo(groups: readonly Change[], { changes }: ChangeLog): Change[] {
  const ids = new Set(groups.flatMap(({ id }) => (id === null ? [] : [id])));
  const last = new Map<string, Change>();
  for (const change of changes)
    if (change.kind === 'account' && change.action === 'updated' && change.after.groupIds !== undefined)
      last.set(change.id, change);
  return [...last.values()].filter(
    ({ kind, after }) => kind === 'account' && (after.groupIds ?? []).some((id) => ids.has(id)),
  );
}

/** Puts accounts into exactly these groups. Throws as `edit` does. */
export function bindAccounts(
  accounts: readonly Account[],
  groupIds: readonly Id[],
  tools: RunTools,
  log: ChangeLog,
): Promise<Account[]> {
  const after = { groupIds: [...groupIds] };
  const [first] = accounts;
  return edit(
    'account',
    accounts.map((account) => ({ id: account.id, name: account.name, before: { groupIds: account.groupIds }, after })),
    {
      what: `bind ${accounts.length} account${accounts.length === 1 ? '' : 's'} ("${first?.name ?? ''}" …)`,
      stage: 'access',
      send: ({ writes }) =>
        writes.bindAccounts(
          accounts.map(({ id }) => id),
          groupIds,
        ),
    },
    tools,
    log,
  );
}
