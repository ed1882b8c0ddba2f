import { readGroupMarker } from '../plan/group-marker.ts';
import { isSideGroup } from '../plan/side-groups.ts';
import type { HostReads } from '../host/host.ts';
import type { Group, Id } from '../host/objects.ts';
import type { ImportPlan } from '../plan/import-plan.ts';
import { accountPrefix, isAccountName } from '../plan/names.ts';
import type { AccessMode } from '../terms/modes.ts';
import type { Deed, Ledger } from './ledger.ts';
import type { RunTools } from './run-tools.ts';

/** What a run's objects are known by, and which of the three it meant to make. */
export interface RunMarks {
  run: string;
  access: AccessMode;
  group: { action: string; name: string; id?: number | undefined };
  channel: { action: string; name: string };
  plan: { action: string; name: string } | null;
  /** Users who were to be given a subscription that they did not have. */
  grants: { userId: Id; name: string }[];
  /** Names of accounts that the key file gives. */
  names: string[];
}

/** By what the objects of a plan are found again. */
export function marksOf(plan: ImportPlan): RunMarks {
  const mark = (step: { action: string; name: string }) => ({ action: step.action, name: step.name });
  return {
    run: plan.run,
    access: plan.access,
    group: plan.group.action === 'create' ? mark(plan.group) : { ...mark(plan.group), id: plan.group.id },
    channel: mark(plan.channel),
    plan: plan.plan && mark(plan.plan),
    grants: plan.subscriptions.flatMap((step) =>
      step.action === 'create' ? [{ userId: step.user.id, name: step.user.email }] : [],
    ),
    names: plan.accounts.flatMap(({ action, name }) => (action === 'create' && !/-\d{2,}$/.test(name) ? [name] : [])),
  };
}

/**
 * Looks for objects that bear this run's mark and that the ledger does not know: a change whose answer was lost, and
 * that the host carried out after everyone had stopped looking. They are put into the ledger and returned.
 */
export async function lateArrivals(marks: RunMarks, { host }: RunTools, ledger: Ledger): Promise<Deed[]> {
  const { reads } = host;
  const [groups, channels, plans, accounts] = await Promise.all([
    reads.groups(),
    reads.channels(),
    reads.plans(),
    reads.accounts(),
  ]);
  const known = (kind: Deed['kind'], id: number) => ledger.deeds.some((each) => each.kind === kind && each.id === id);
  const made = groups.filter(
    (group) => group.name === marks.group.name && readGroupMarker(group.description)?.run === marks.run,
  );
  const groupIds = new Set(made.map((group) => group.id));
  if (marks.group.id !== undefined) groupIds.add(marks.group.id);
  const inGroup = (ids: readonly number[]) => ids.some((id) => groupIds.has(id));
  const found: Deed[] = [
    ...(marks.group.action === 'create' ? made.map((group) => deed('group', group)) : []),
    ...groups
      .filter((group) => isSideGroup(group.name) && readGroupMarker(group.description)?.run === marks.run)
      .map((group) => deed('group', group)),
    ...(marks.channel.action === 'create'
      ? channels
          .filter((channel) => channel.name === marks.channel.name && inGroup(channel.groupIds))
          .map((channel) => deed('channel', channel))
      : []),
    ...(marks.plan?.action === 'create'
      ? plans
          .filter((each) => each.name === marks.plan?.name && inGroup([each.groupId]))
          .map((each) => deed('plan', each))
      : []),
    ...accounts
      .filter(
        ({ name, marker }) =>
          marker?.run === marks.run &&
          marker.access === marks.access &&
          // A person's duplicate of an account bears its marker too, under another name.
          (marks.names.includes(name) || isAccountName(name, accountPrefix(marker.provider, marker.access))),
      )
      .map((account) => deed('account', account)),
    ...(await lateGrants(
      marks,
      groups.filter((group) => groupIds.has(group.id)),
      reads,
    )),
  ].filter((each) => !known(each.kind, each.id));
  for (const each of found) ledger.record(each);
  return found;
}

function deed(kind: 'group' | 'channel' | 'plan' | 'account', { id, name }: { id: number; name: string }): Deed {
  return { kind, action: 'created', id, name };
}

async function lateGrants(marks: RunMarks, groups: readonly Group[], reads: HostReads): Promise<Deed[]> {
  if (marks.grants.length === 0) return [];
  const given = (await Promise.all(groups.map((group) => reads.subscriptionsOfGroup(group.id)))).flat();
  return given.flatMap(({ id, userId, groupId, expiresAt }): Deed[] => {
    const name = marks.grants.find((grant) => grant.userId === userId)?.name;
    return name === undefined ? [] : [{ kind: 'subscription', action: 'created', id, name, groupId, expiresAt }];
  });
}
