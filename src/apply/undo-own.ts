import { readGroupMarker } from '../plan/group-marker.ts';
import { differencesOf } from '../plan/plan-channel.ts';
import { differencesFrom, settingsDigest } from '../plan/account-change.ts';
import type { Account, Channel, Group, Id, Plan, Subscription } from '../host/objects.ts';
import type { Deed, Ledger } from './ledger.ts';
import type { RunTools } from './run-tools.ts';
import { extendedEnd, isSameTime, leftoverOf, undo, type Leftover } from './undo.ts';

interface Held {
  groups: Group[];
  channels: Channel[];
  plans: Plan[];
  accounts: Account[];
  /** Of the groups that this run has made or given subscriptions to. */
  subscriptions: Subscription[];
  /** Groups of this run that keys of users are bound to. */
  groupsWithKeys: ReadonlySet<Id>;
}

/**
 * Takes a run's deeds back, but for what others changed or use since: that is left alone and comes back as a leftover
 * (rule N4). Throws `HostFailure` when the host cannot be looked at before.
 */
export async function undoOwn(
  deeds: readonly Deed[],
  run: string,
  tools: RunTools,
  ledger: Ledger,
): Promise<Leftover[]> {
  if (deeds.length === 0) return [];
  const { reads } = tools.host;
  const [groups, channels, plans, accounts] = await Promise.all([
    reads.groups(),
    reads.channels(),
    reads.plans(),
    reads.accounts(),
  ]);
  const there = new Set(groups.map((group) => group.id));
  const made = deeds.flatMap((deed) => (deed.kind === 'group' && deed.action === 'created' ? [deed.id] : []));
  const given = deeds.flatMap((deed) => (deed.kind === 'subscription' ? [deed.groupId] : []));
  const looked = [...new Set([...made, ...given])].filter((id) => there.has(id));
  const subscriptions = (await Promise.all(looked.map((id) => reads.subscriptionsOfGroup(id)))).flat();
  const groupsWithKeys = new Set<Id>();
  for (const id of looked.filter((each) => made.includes(each)))
    if ((await reads.keysOfGroup(id)).length > 0) groupsWithKeys.add(id);
  const held = { groups, channels, plans, accounts, subscriptions, groupsWithKeys };
  const mine = deeds.filter((deed) => isOurs(deed, run, deeds, held));
  const left = await undo(mine, tools, ledger);
  const others = deeds.filter((deed) => !mine.includes(deed)).map((deed) => leftoverOf(deed, tools));
  return [...left, ...others];
}

/** Whether the object is as this run left it, and nobody else depends on it. One that is gone is ours: nothing is left to do. */
function isOurs(deed: Deed, run: string, deeds: readonly Deed[], held: Held): boolean {
  const of = <T extends { id: number }>(list: readonly T[]) => list.find((each) => each.id === deed.id);
  if (deed.kind === 'subscription') {
    const now = of(held.subscriptions)?.expiresAt;
    if (now === undefined) return true;
    const ends = deed.action === 'created' ? [deed.expiresAt] : [deed.expiresAt, extendedEnd(deed)];
    return ends.some((end) => isSameTime(now, end));
  }
  if (deed.kind === 'account') {
    const account = of(held.accounts);
    if (account === undefined) return deed.action === 'created';
    if (deed.action === 'created')
      return (
        account.marker?.run === run &&
        (deed.digest === undefined || deed.digest === settingsDigest(account) || isEditedBy(deeds, deed.id))
      );
    const { scheduled: _, ...before } = deed.before;
    return [before, deed.after].some((state) => differencesFrom(account, state).length === 0);
  }
  if (deed.kind === 'group') {
    const group = of(held.groups);
    if (group === undefined) return true;
    if (deed.action === 'updated') return [deed.before.description, deed.after].includes(group.description);
    return readGroupMarker(group.description)?.run === run && !isShared(deed.id, deeds, held);
  }
  if (deed.kind === 'channel') {
    const channel = of(held.channels);
    if (channel === undefined) return true;
    if (deed.action === 'updated')
      return [deed.before, deed.after].some((state) => differencesOf(channel, state).length === 0);
    const bound = channel.groupIds.filter((id) => held.groups.some((group) => group.id === id));
    return bound.length <= 1 && !bound.some((id) => isSharedOwn(id, deeds, held));
  }
  const plan = of(held.plans);
  if (plan === undefined) return true;
  if (deed.action === 'updated') return [deed.before.groupId, deed.after].includes(plan.groupId);
  return !isSharedOwn(plan.groupId, deeds, held);
}

/** What the run itself has changed after it had made it. */
function isEditedBy(deeds: readonly Deed[], id: Id): boolean {
  return deeds.some((deed) => deed.kind === 'account' && deed.action === 'updated' && deed.id === id);
}

/** A group that this run made and that others use by now keeps its channel and its plan too. */
function isSharedOwn(groupId: number, deeds: readonly Deed[], held: Held): boolean {
  const made = deeds.some((deed) => deed.kind === 'group' && deed.action === 'created' && deed.id === groupId);
  return made && isShared(groupId, deeds, held);
}

/** A group with accounts or subscriptions that this run did not make, or with keys of users. */
function isShared(groupId: Id, deeds: readonly Deed[], held: Held): boolean {
  const isMade = (kind: Deed['kind'], id: Id) => deeds.some((deed) => deed.kind === kind && deed.id === id);
  return (
    held.groupsWithKeys.has(groupId) ||
    held.accounts.some((account) => account.groupIds.includes(groupId) && !isMade('account', account.id)) ||
    held.subscriptions.some((each) => each.groupId === groupId && !isMade('subscription', each.id))
  );
}
