import type { Account } from '../../host/account.ts';
import type { Edits } from '../../host/driver.ts';
import type { AccountState } from './account-state.ts';

/** Settings that the digest of an account stands for. */
const digested = ['name', 'baseUrl', 'mapping', 'concurrency', 'priority'];

/** Edits of accounts name some settings each, and accounts are taken out of service by many. */
export const accountEdits: Edits<AccountState, Account> = {
  apply: ({ digest, ...earlier }, change) => ({
    ...earlier,
    // The digest is of the settings it was made with.
    ...(digest === undefined || digested.some((name) => Object.hasOwn(change, name)) ? {} : { digest }),
    ...change,
    ...(earlier.settings === undefined && change.settings === undefined
      ? {}
      : { settings: { ...earlier.settings, ...change.settings } }),
  }),
  telling: ({ enabled: _enabled, paused: _paused, ...rest }) => rest,
  switched: (account, [was, ...left]) => {
    // It may stand as any change left it: the last may never have been sent.
    const found = left.findLast(
      (is) => is.enabled !== undefined && is.enabled !== was?.enabled && isPausedAs(account, is),
    );
    return found && { enabled: found.enabled, paused: found.paused };
  },
};

/** Whether an account is in or out of service as the run left it: then nobody else has decided it since. */
export function isPausedAs(account: Account, { enabled, paused }: AccountState): boolean {
  return account.enabled === enabled && account.paused === (paused ?? account.paused);
}
