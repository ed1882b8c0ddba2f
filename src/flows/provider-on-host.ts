import { isModelName } from '../core/model-name.ts';
import type { AccessMode } from '../core/modes.ts';
import type { Account } from '../host/account.ts';
import type { PackProvider, Provider } from '../pack/manifest.ts';
import { isPattern, matchesPattern } from '../pack/name-pattern.ts';
import { settleProvider, withModels } from '../pack/settle-provider.ts';
import { accountsOf, offeredNames } from '../plan/offered-names.ts';

/** Stands where a pack leaves the address to the operator, and no account of the host tells it. */
export const unknownUpstream = 'https://upstream.invalid';

/**
 * A provider of a pack as it stands on a host that holds these accounts: what the pack leaves to the operator or to the
 * upstream is what its accounts have there, of one access mode where that is named. Where there are none, no model is known.
 * Pure.
 */
export function providerOnHost(pack: PackProvider, accounts: readonly Account[], access?: AccessMode): Provider {
  const own = accountsOf(pack.id, accounts, access);
  const told = own.find(({ baseUrl }) => baseUrl !== null)?.baseUrl ?? unknownUpstream;
  const baseUrl = pack.baseUrl === 'ask' ? told : pack.baseUrl;
  if (pack.defaultModels !== 'live') return settleProvider(pack, baseUrl).provider;
  return withModels({ pack, asked: [] }, baseUrl, modelsOf(own));
}

/**
 * The same, for accounts to be tested. Where they do not offer the model that the pack tests with, they were imported with other
 * models, and are tested with the first of those.
 */
export function providerToTest(pack: PackProvider, accounts: readonly Account[], access: AccessMode): Provider {
  const provider = providerOnHost(pack, accounts, access);
  const offered = modelsOf(accountsOf(pack.id, accounts, access));
  if (offered.length === 0 || offered.includes(provider.smokeTestModel)) return provider;
  return withModels({ pack, asked: [] }, provider.baseUrl, offered);
}

/** How many models of an account are tried before it counts as failing. */
const mostTried = 3;

/**
 * The models to try with an account, in this order: the usual one, where the account offers it, then others that it offers. Which
 * one it was imported with nobody knows any more, and an upstream may not serve all that it lists. Pure.
 */
export function modelsToTry({ smokeTestModel: usual }: Provider): (account: Account) => readonly string[] {
  return (account) => {
    const offered = modelsOf([account]);
    const isOffered = Object.keys(account.mapping).some((name) => matchesPattern(usual, name));
    const models = isOffered || offered.length === 0 ? [usual, ...offered.filter((name) => name !== usual)] : offered;
    return models.slice(0, mostTried);
  };
}

/** What accounts offer by name, in alphabetical order, as a live list is. */
function modelsOf(accounts: readonly Account[]): string[] {
  return offeredNames(accounts.map(({ mapping }) => mapping)).filter((name) => !isPattern(name) && isModelName(name));
}
