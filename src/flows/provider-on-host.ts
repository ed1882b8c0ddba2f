import type { AccessMode } from '../core/modes.ts';
import { compareNames } from '../core/name-order.ts';
import type { Account } from '../host/account.ts';
import type { PackProvider, Provider } from '../pack/manifest.ts';
import { settleProvider } from '../pack/settle-provider.ts';

/** Stands where a pack leaves the address to the operator, and no account of the host tells it. */
export const unknownUpstream = 'https://upstream.invalid';

/**
 * A provider of a pack as it stands on a host that holds these accounts: what the pack leaves to the operator or to the
 * upstream is what its accounts have there, of one access mode where that is named. Where there are none, no model is known.
 * Pure.
 */
export function providerOnHost(pack: PackProvider, accounts: readonly Account[], access?: AccessMode): Provider {
  const own = ownAccounts(pack, accounts, access);
  const told = own.find(({ baseUrl }) => baseUrl !== null)?.baseUrl ?? unknownUpstream;
  const baseUrl = pack.baseUrl === 'ask' ? told : pack.baseUrl;
  return settleProvider(pack, baseUrl, pack.defaultModels === 'live' ? offeredBy(own) : []).provider;
}

/**
 * The same, for accounts to be tested: where none of them offers the model that the pack tests with, they were imported with
 * other models, and are tested with one of those.
 */
export function providerToTest(pack: PackProvider, accounts: readonly Account[], access: AccessMode): Provider {
  const provider = providerOnHost(pack, accounts, access);
  const offered = offeredBy(ownAccounts(pack, accounts, access));
  if (offered.length === 0 || offered.includes(provider.smokeTestModel)) return provider;
  return settleProvider(pack, provider.baseUrl, offered).provider;
}

/** The names that accounts of a provider offer in an access mode, patterns included; nothing where it has none. */
export function namesOnHost(pack: PackProvider, accounts: readonly Account[], access: AccessMode): string[] {
  const own = ownAccounts(pack, accounts, access);
  return [...new Set(own.flatMap(({ mapping }) => Object.keys(mapping)))];
}

function ownAccounts({ id }: PackProvider, accounts: readonly Account[], access?: AccessMode): Account[] {
  return accounts.filter(({ marker }) => marker?.provider === id && (access === undefined || marker.access === access));
}

/** In alphabetical order, as a live list is. */
function offeredBy(accounts: readonly Account[]): string[] {
  const names = new Set(accounts.flatMap(({ mapping }) => Object.keys(mapping)));
  return [...names].filter((name) => !name.includes('*')).toSorted(compareNames);
}
