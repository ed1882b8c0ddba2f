import { ChangeLog } from '../apply/change-log.ts';
import { removeAccounts } from '../apply/accounts/remove-accounts.ts';
import { noteRevoked } from '../apply/accounts/note-revoked.ts';
import { setEnabled } from '../apply/accounts/set-enabled.ts';
import { inStage, type RunTools } from '../apply/run-tools.ts';
import { counted } from '../core/counted.ts';
import { serviceOf, type Account } from '../host/account.ts';
import { RelayError } from '../core/relay-error.ts';

/** By what the account of a key is meant; one of them is enough. */
export interface RevokedKey {
  fingerprint?: string | undefined;
  last4?: string | undefined;
  name?: string | undefined;
  /** Fingerprints of a key file, each with the end of its key: accounts of earlier runs do not say how theirs ends. */
  known: ReadonlyMap<string, string>;
}

export interface FoundAccounts {
  /** Those that may be meant. */
  meant: Account[];
  /** In service with the same key as one of those, and not meant. */
  sameKey: Account[];
  /** How many may be meant as well: nothing says how their keys end. */
  untold: number;
  /** How many others of the same providers are in service. */
  stillServing: number;
}

/**
 * The accounts of relay on a host that hold such a key; of these providers where some are named. A key that is not asked
 * for by an account's name is meant wherever it is. Sends nothing but reads.
 */
export async function findRevoked(
  key: RevokedKey,
  providers: readonly string[] | undefined,
  tools: RunTools,
): Promise<FoundAccounts> {
  const accounts = await inStage(
    tools,
    'plan',
    'Look',
    () => tools.host.reads.accounts(),
    (all) => ({ ok: true, text: counted(all.length, 'account') }),
  );
  const inScope = accounts.filter(
    ({ marker, name }) =>
      marker !== null &&
      (providers === undefined || providers.includes(marker.provider)) &&
      (key.name === undefined || name === key.name) &&
      (key.fingerprint === undefined || plain(marker.fingerprint) === plain(key.fingerprint)),
  );
  const ends = ({ marker }: Account) => marker?.last4 ?? key.known.get(marker?.fingerprint ?? '');
  const named = inScope.filter((each) => key.last4 === undefined || ends(each) === key.last4);
  const keys = new Set(named.map(({ marker }) => marker?.fingerprint));
  const holds = ({ marker }: Account) => marker !== null && keys.has(marker.fingerprint);
  const meant = inScope.filter(holds);
  const others = accounts.filter((each) => !meant.includes(each));
  const touched = new Set(meant.map(({ marker }) => marker?.provider));
  return {
    meant,
    stillServing: others.filter((each) => touched.has(each.marker?.provider) && serviceOf(each) === 'on').length,
    sameKey: others.filter((each) => holds(each) && each.enabled),
    untold: key.last4 === undefined ? 0 : inScope.filter((each) => !holds(each) && ends(each) === undefined).length,
  };
}

function plain(fingerprint: string): string {
  return fingerprint.toLowerCase().replace(/^sha256:/, '');
}

/**
 * Takes an account out of service as a person would: no import and no probe puts it back. Where the host cannot do that,
 * it is removed. Repeating it does what was not done. Throws what stands in the way; nothing is told to be done that the
 * host does not show.
 */
export async function revokeAccount(account: Account, tools: RunTools): Promise<'disabled' | 'removed'> {
  const log = new ChangeLog(tools.journal);
  if (tools.host.info.capabilities.disable.possible) {
    const [now = account] = await setEnabled([account], false, tools, log, 'operator');
    await noteRevoked(now, tools, log);
    return 'disabled';
  }
  const { left } = await removeAccounts([account], tools, log);
  if (left.length === 0) return 'removed';
  throw new RelayError('REMOVAL_FAILED', `The account "${account.name}" (${account.id}) could not be removed.`);
}
