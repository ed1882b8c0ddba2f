import type { Account, Id } from '../host/account.ts';
import type { Host } from '../host/host.ts';

/**
 * These accounts as the host shows them now, by id; what is gone is missing. Where all are in one place, and still there, the
 * others of the host are not asked for. Throws `HostFailure`.
 */
export async function lookAgain(accounts: readonly Account[], { reads }: Host): Promise<Map<Id, Account>> {
  const places = new Set(accounts.map(({ places: [first] }) => first));
  const [place] = places;
  if (places.size === 1 && place !== undefined) {
    const seen = byId(await reads.accounts(place));
    if (accounts.every(({ id }) => seen.has(id))) return seen;
  }
  return byId(await reads.accounts());
}

function byId(accounts: readonly Account[]): Map<Id, Account> {
  return new Map(accounts.map((account) => [account.id, account]));
}
