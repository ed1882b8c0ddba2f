import { ChangeLog } from '../apply/change-log.ts';
import { removeAccounts } from '../apply/accounts/remove-accounts.ts';
import { setEnabled } from '../apply/accounts/set-enabled.ts';
import { inStage, type RunTools } from '../apply/run-tools.ts';
import type { Account } from '../host/account.ts';
import { counted } from '../core/counted.ts';
import { RelayError } from '../core/relay-error.ts';

/** By what the account of a key is meant; one of them is enough. */
export interface RevokedKey {
  fingerprint?: string | undefined;
  last4?: string | undefined;
  name?: string | undefined;
  /** Fingerprints of a key file, each with the end of its key: accounts of earlier runs do not say how theirs ends. */
  known: ReadonlyMap<string, string>;
}

/** The accounts of relay on a host that hold such a key; of one provider where one is named. Sends nothing but reads. */
export async function findRevoked(key: RevokedKey, provider: string | undefined, tools: RunTools): Promise<Account[]> {
  const accounts = await inStage(
    tools,
    'plan',
    'Look',
    () => tools.host.reads.accounts(),
    (all) => ({ ok: true, text: counted(all.length, 'account') }),
  );
  return accounts.filter(
    ({ marker, name }) =>
      marker !== null &&
      (provider === undefined || marker.provider === provider) &&
      (key.name === undefined || name === key.name) &&
      (key.fingerprint === undefined || plain(marker.fingerprint) === plain(key.fingerprint)) &&
      (key.last4 === undefined || (marker.last4 ?? key.known.get(marker.fingerprint)) === key.last4),
  );
}

function plain(fingerprint: string): string {
  return fingerprint.toLowerCase().replace(/^sha256:/, '');
}

/**
 * Takes an account out of service as a person would: no import and no probe puts it back. Where the host cannot do that,
 * it is removed. Throws what stands in the way; nothing is told to be done that the host does not show.
 */
export async function revokeAccount(account: Account, tools: RunTools): Promise<'disabled' | 'removed'> {
  const log = new ChangeLog(tools.journal);
  if (tools.host.info.capabilities.disable.possible) {
    await setEnabled([account], false, tools, log, 'operator');
    return 'disabled';
  }
  const { left } = await removeAccounts([account], tools, log);
  if (left.length === 0) return 'removed';
  throw new RelayError('REMOVAL_FAILED', `The account "${account.name}" (${account.id}) could not be removed.`);
}
