import { readGroupMarker } from '../plan/group-marker.ts';
import { differencesOf } from '../plan/plan-channel.ts';
import { differencesFrom } from '../plan/account-change.ts';
import type { Account, Channel, Group, Plan } from '../host/objects.ts';
import type { Deed, Ledger } from './ledger.ts';
import type { RunTools } from './run-tools.ts';
import { leftoverOf, undo, type Leftover } from './undo.ts';

interface Held {
  groups: Group[];
  channels: Channel[];
  plans: Plan[];
  accounts: Account[];
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
  const held = { groups, channels, plans, accounts };
  const mine = deeds.filter((deed) => isOurs(deed, run, deeds, held));
  const left = await undo(mine, tools, ledger);
  const others = deeds.filter((deed) => !mine.includes(deed)).map((deed) => leftoverOf(deed, tools));
  return [...left, ...others];
}

/** Whether the object is as this run left it, and nobody else depends on it. One that is gone is ours: nothing is left to do. */
function isOurs(deed: Deed, run: string, deeds: readonly Deed[], held: Held): boolean {
  const of = <T extends { id: number }>(list: readonly T[]) => list.find((each) => each.id === deed.id);
  if (deed.kind === 'subscription') return true;
  if (deed.kind === 'account') {
    const account = of(held.accounts);
    if (account === undefined) return deed.action === 'created';
    if (deed.action === 'created') return account.marker?.run === run;
    const { scheduled: _, ...before } = deed.before;
    return [before, deed.after].some((state) => differencesFrom(account, state).length === 0);
  }
  if (deed.kind === 'group') {
    const group = of(held.groups);
    if (group === undefined) return true;
    if (deed.action === 'updated') return group.description === deed.after;
    return readGroupMarker(group.description)?.run === run && !isShared(deed.id, deeds, held);
  }
  if (deed.kind === 'channel') {
    const channel = of(held.channels);
    if (channel === undefined) return true;
    if (deed.action === 'updated') return differencesOf(channel, deed.after).length === 0;
    const bound = channel.groupIds.filter((id) => held.groups.some((group) => group.id === id));
    return bound.length <= 1 && !bound.some((id) => isSharedOwn(id, deeds, held));
  }
  const plan = of(held.plans);
  if (plan === undefined) return true;
  if (deed.action === 'updated') return plan.groupId === deed.after;
  return !isSharedOwn(plan.groupId, deeds, held);
}

/** A group that this run made and that others use by now keeps its channel and its plan too. */
function isSharedOwn(groupId: number, deeds: readonly Deed[], held: Held): boolean {
  const made = deeds.some((deed) => deed.kind === 'group' && deed.action === 'created' && deed.id === groupId);
  return made && isShared(groupId, deeds, held);
}

/** A group in which accounts are that this run did not make. */
function isShared(groupId: number, deeds: readonly Deed[], { accounts }: Held): boolean {
  return accounts.some(
    (account) =>
      account.groupIds.includes(groupId) && !deeds.some((deed) => deed.kind === 'account' && deed.id === account.id),
  );
}
