import { isOfKey, type Account, type Marker } from '../../host/account.ts';
import type { Driver, Surroundings } from '../../host/driver.ts';
import type { Host } from '../../host/host.ts';
import { inHand } from '../../host/turns.ts';
import { differencesFrom, settingsDigest } from '../../plan/account-change.ts';
import { accountEdits, isPausedAs } from './account-edits.ts';
import { accountStateSchema, type AccountState } from './account-state.ts';
import { comparableAccounts, keptOf, unkeptOfAccount, writableAccount } from './hidden-settings.ts';

/** Accounts bear the marker of their run and key. */
export function accountDriver({ reads, writes }: Host): Driver<AccountState, Account> {
  return {
    kind: 'account',
    schema: accountStateSchema,
    find: () => reads.accounts(),
    get: (id) => reads.account(id),
    // A person's duplicate of an account bears its marker too, under another name.
    isMadeAs: (account, name, made) => account.name === name && isOfRun(account.marker, made.marker),
    isStill: (account, _, made) => isOfRun(account.marker, made.marker),
    differences,
    stateOf: (account, made) => ({ ...made, digest: settingsDigest(account), places: account.places }),
    remove: ({ id }) => writes.deleteAccount(id),
    restore: async (account, { before, after }, { around }) => {
      // What hidden texts were is not known; the account keeps those that it has, and undoing says so.
      const { enabled, paused, digest: _, places, ...rest } = keptOf(before);
      if (enabled !== undefined && isPausedAs(account, after))
        await writes.setEnabled([account.id], { enabled, paused: paused ?? false }, inHand);
      const settings = {
        ...rest,
        ...(places === undefined ? {} : { places: places.filter((id) => around.placeExists(id)) }),
      };
      return differences(account, settings, around).length === 0
        ? undefined
        : writes.changeAccount(account.id, settings);
    },
    writable: writableAccount,
    unkept: unkeptOfAccount,
    edits: accountEdits,
  };
}

function differences(account: Account, { places, digest, ...state }: AccountState, around?: Surroundings): string[] {
  const existing = (ids: readonly string[]) => ids.filter((id) => around?.placeExists(id) !== false);
  return [
    ...(digest === undefined || digest === settingsDigest(account) ? [] : ['settings']),
    ...differencesFrom(
      ...comparableAccounts(
        { ...account, places: existing(account.places) },
        places === undefined ? state : { ...state, places: existing(places) },
      ),
    ),
  ];
}

function isOfRun(marker: Marker | null, made: Marker | null | undefined): boolean {
  return isOfKey(marker, made) && marker.run === made?.run;
}
