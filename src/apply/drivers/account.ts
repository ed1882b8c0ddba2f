import type { Account, Marker } from '../../host/objects.ts';
import { differencesFrom, settingsDigest } from '../../plan/account-change.ts';
import type { AccountState } from '../change.ts';
import { comparableAccounts, keptOf } from '../undo/unkept.ts';
import type { Driver } from './driver.ts';

/** Accounts bear the marker of their run and key among their extra settings. */
export const accountDriver: Driver<'account'> = {
  find: (host) => host.reads.accounts(),
  // A person's duplicate of an account bears its marker too, under another name.
  isMadeAs: (account, name, made) => account.name === name && isOfKey(account.marker, made.marker),
  isStill: (account, _, made) => isOfKey(account.marker, made.marker),
  differences: (account, { groupIds, digest, ...state }, groups) => [
    ...(digest === undefined || digest === settingsDigest(account) ? [] : ['settings']),
    ...differencesFrom(
      ...comparableAccounts(
        { ...account, groupIds: account.groupIds.filter((id) => groups?.exists(id) !== false) },
        groupIds === undefined ? state : { ...state, groupIds: groupIds.filter((id) => groups?.exists(id) !== false) },
      ),
    ),
  ],
  stateOf: (account, made) => ({ ...made, digest: settingsDigest(account), groupIds: account.groupIds }),
  remove: (host, { id }) => host.writes.deleteAccount(id),
  restore: async (host, account, { before, after }, { groups }) => {
    // What hidden texts were is not known; the account keeps those that it has, and undoing says so.
    const { enabled, paused, digest: _, groupIds, ...rest } = keptOf(before);
    if (enabled !== undefined && isPausedAs(account, after))
      await host.writes.setEnabled([account.id], { enabled, paused: paused ?? false });
    const settings = {
      ...rest,
      ...(groupIds === undefined ? {} : { groupIds: groupIds.filter((id) => groups.exists(id)) }),
    };
    return accountDriver.differences(account, settings, groups).length === 0
      ? undefined
      : host.writes.changeAccount(account.id, settings);
  },
};

/** Whether an account is in or out of service as the run left it: then nobody else has decided it since. */
export function isPausedAs(account: Account, { enabled, paused }: AccountState): boolean {
  return account.enabled === enabled && account.paused === (paused ?? account.paused);
}

function isOfKey(marker: Marker | null, made: Marker | null | undefined): boolean {
  return (
    marker !== null &&
    made?.run === marker.run &&
    made.provider === marker.provider &&
    made.access === marker.access &&
    made.fingerprint === marker.fingerprint
  );
}
