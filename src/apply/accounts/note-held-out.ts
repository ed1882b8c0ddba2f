import { counted } from '../../core/counted.ts';
import type { RelayError } from '../../core/relay-error.ts';
import { serviceOf, type Account, type Id } from '../../host/account.ts';
import type { AccountWrites } from '../../host/host.ts';
import type { RunTools } from '../run-tools.ts';
import { noteAccounts } from './note-accounts.ts';

/**
 * Notes on the host that no person took these accounts out of service, where the host itself did. A test that ends well
 * clears the host's own word of it, and with it all that tells them from accounts that somebody paused. Returns the
 * accounts that do not bear the note, and why; nothing where all do.
 */
export async function noteHeldOut(
  accounts: readonly Account[],
  tools: RunTools,
): Promise<{ ids: ReadonlySet<Id>; failure: RelayError } | undefined> {
  const ids = accounts
    .filter((each) => serviceOf(each) === 'error' && !each.enabled && !each.paused)
    .map(({ id }) => id);
  if (ids.length === 0) return undefined;
  const note = {
    what: `note that the host took ${counted(ids.length, 'account')} out of service`,
    send: (writes: AccountWrites) => writes.setEnabled(ids, { enabled: false, paused: true }),
    isNoted: ({ paused }: Account) => paused,
  };
  const failure = await noteAccounts(ids, note, tools);
  return failure && { ids: new Set(ids), failure };
}
