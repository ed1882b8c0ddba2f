import { compareNames } from '../core/name-order.ts';
import type { AccessMode } from '../core/modes.ts';
import type { Account } from '../host/account.ts';

/** The accounts of a provider, in one access mode where that is named. */
export function accountsOf(provider: string, accounts: readonly Account[], access?: AccessMode): Account[] {
  return accounts.filter(
    ({ marker }) => marker?.provider === provider && (access === undefined || marker.access === access),
  );
}

/** The names that users may ask for by these mappings, patterns included, in alphabetical order. */
export function offeredNames(mappings: readonly Readonly<Record<string, string>>[]): string[] {
  return [...new Set(mappings.flatMap((mapping) => Object.keys(mapping)))].toSorted(compareNames);
}
