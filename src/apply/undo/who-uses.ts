import type { Account, Id } from '../../host/objects.ts';
import type { Change } from '../change.ts';
import type { Snapshot } from './snapshot.ts';
import type { Target, UndoPlan } from './undo-target.ts';

/** Who else uses an object that is to be removed, in words for the operator; nothing where nobody does. Pure. */
export function whoUses(target: Target, plan: UndoPlan, snapshot: Snapshot, all: readonly Change[]): string | null {
  if (target.kind === 'group') return whoUsesGroup(target as Target<'group'>, plan, snapshot, all);
  const groupIds =
    target.kind === 'channel'
      ? (target as Target<'channel'>).object.groupIds
      : target.kind === 'tariff'
        ? [(target as Target<'tariff'>).object.groupId]
        : [];
  if (target.kind === 'channel') {
    const others = groupIds.filter((id) => snapshot.groups.exists(id)).length - 1;
    if (others > 0) return `it also holds ${many(others, 'group')} of others`;
  }
  const kept = plan.kept.find(({ target: each }) => each.kind === 'group' && groupIds.includes(each.object.id));
  return kept === undefined ? null : `the group "${kept.target.name}" stays`;
}

function whoUsesGroup(
  { object: { id } }: Target<'group'>,
  plan: UndoPlan,
  snapshot: Snapshot,
  all: readonly Change[],
): string | null {
  // What stays for others is theirs by now.
  const own = new Set(all.map((change) => `${change.kind} ${change.id}`));
  for (const { target } of plan.kept) own.delete(`${target.kind} ${target.object.id}`);
  const isOwn = (kind: Target['kind'], objectId: Id) => own.has(`${kind} ${objectId}`);
  const accounts = (snapshot.account ?? []).filter(
    (account) => account.groupIds.includes(id) && !isOwn('account', account.id),
  );
  const keptOn = plan.kept.filter(({ target: { kind, object } }) => {
    if (kind === 'tariff') return 'groupId' in object && object.groupId === id;
    return kind === 'channel' && 'groupIds' in object && object.groupIds.includes(id);
  });
  const subscriptions = (snapshot.subscription ?? []).filter(
    (each) => each.groupId === id && !isOwn('subscription', each.id),
  );
  const uses = [
    ...accountsOf(accounts),
    ...(subscriptions.length > 0 ? [many(subscriptions.length, 'subscription')] : []),
    ...((snapshot.userKeys.get(id) ?? 0) > 0 ? [`${many(snapshot.userKeys.get(id) ?? 0, 'key')} of users`] : []),
    ...keptOn.map(({ target }) => `the ${target.kind} "${nameOf(target)}"`),
    // What could not be read may hold something.
    ...(snapshot.account === undefined || snapshot.subscription === undefined ? ['what could not be read'] : []),
  ];
  return uses.length === 0 ? null : `used by ${uses.join(' and ')}`;
}

function accountsOf(accounts: readonly Account[]): string[] {
  const runs = accounts.filter(({ marker }) => marker !== null).length;
  return [
    ...(runs > 0 ? [`${many(runs, 'account')} of other runs of relay`] : []),
    ...(accounts.length > runs ? [`${many(accounts.length - runs, 'account')} that relay did not make`] : []),
  ];
}

function nameOf({ object, name }: Target): string {
  return 'name' in object ? object.name : name;
}

function many(count: number, word: string): string {
  return `${count} ${word}${count === 1 ? '' : 's'}`;
}
