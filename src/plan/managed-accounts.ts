import { compareIds, type Account, type Id } from '../host/account.ts';
import type { RemovalStep } from './import-plan.ts';
import type { HostSnapshot, Desired } from './observed.ts';

/** The accounts that relay manages for one provider and mode, told apart by their markers (rule N4). */
export interface ManagedAccounts {
  /** The account of each key. */
  byFingerprint: ReadonlyMap<string, Account>;
  /** Of an earlier run, whose key another account has by now: an interrupted replacement left them. */
  superseded: Account[];
  /** With the same marker as another one: somebody duplicated it on the host. */
  copies: Account[];
}

/**
 * Of several accounts of one key, the one in the place is managed, else the lowest id; where a run makes all anew, its
 * own. Rules N4 and N5 act on nothing else.
 */
export function managedAccounts(
  { provider, access, run, accounts }: Pick<Desired, 'access' | 'run' | 'accounts'> & { provider: { id: string } },
  snapshot: Pick<HostSnapshot, 'accounts'>,
  place: Id | null,
): ManagedAccounts {
  const rank = (account: Account) =>
    accounts === 'replace' && account.marker?.run === run ? 2 : Number(isIn(account, place));
  const owned = snapshot.accounts
    .filter((account) => account.marker?.provider === provider.id && account.marker.access === access)
    .toSorted((a, b) => rank(b) - rank(a) || compareIds(a.id, b.id));
  const byFingerprint = new Map<string, Account>();
  const superseded: Account[] = [];
  const copies: Account[] = [];
  for (const account of owned) {
    const fingerprint = account.marker?.fingerprint ?? '';
    const first = byFingerprint.get(fingerprint);
    if (first === undefined) byFingerprint.set(fingerprint, account);
    else if (first.marker?.run === account.marker?.run) copies.push(account);
    else superseded.push(account);
  }
  return { byFingerprint, superseded, copies };
}

/** Whether an account serves in a place; in none that is yet to be made. */
export function isIn({ places }: Account, place: Id | null): boolean {
  return place !== null && places.includes(place);
}

/** Newest first (rule B21). */
export function removalsOf(accounts: readonly Account[], reasonOf: (account: Account) => string): RemovalStep[] {
  return accounts
    .toSorted((a, b) => compareIds(b.id, a.id))
    .map((account) => ({
      id: account.id,
      name: account.name,
      serves: account.state === 'active' && account.enabled,
      reason: reasonOf(account),
    }));
}
