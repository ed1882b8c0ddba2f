import type { Account, Group } from '../host/objects.ts';
import { effectiveMapping } from '../pack/model-mapping.ts';
import { problem, type Problem } from '../terms/relay-error.ts';
import { accountDrift } from './drift.ts';
import type { AccountStep, RemovalStep } from './import-plan.ts';
import { accountNames, accountPrefix, isAccountName } from './names.ts';
import type { Observed, Wanted } from './observed.ts';

export interface PlannedAccounts {
  accounts: AccountStep[];
  removals: RemovalStep[];
  warnings: Problem[];
}

/** Rules B6, B12, N4 and N5 for the accounts: unchanged ones stay, new keys get one, those without a key go. */
export function planAccounts(wanted: Wanted, observed: Observed, group: Group | undefined): PlannedAccounts {
  const { provider, access } = wanted;
  const prefix = accountPrefix(provider.id, access);
  const managed = observed.accounts
    .filter((account) => account.marker?.provider === provider.id && account.marker.access === access)
    .toSorted((a, b) => Number(inGroup(b, group)) - Number(inGroup(a, group)) || a.id - b.id);
  const byFingerprint = new Map<string, Account>();
  const copies: Account[] = [];
  for (const account of managed) {
    const fingerprint = account.marker?.fingerprint ?? '';
    if (byFingerprint.has(fingerprint)) copies.push(account);
    else byFingerprint.set(fingerprint, account);
  }
  const nextName = accountNames(
    prefix,
    observed.accounts.map((account) => account.name),
  );
  const inUse = new Set<Account>();
  const accounts = wanted.keys.map((key): AccountStep => {
    const account = byFingerprint.get(key.fingerprint);
    // One that lost its group serves nobody; it is made anew, and removed once the new one works.
    if (account !== undefined && inGroup(account, group)) {
      inUse.add(account);
      return {
        ...key,
        action: 'unchanged',
        name: account.name,
        account,
        retest: isHeldOut(account) ? 'held_out' : account.tested || account.state === 'inactive' ? null : 'untested',
      };
    }
    return { ...key, action: 'create', name: '', spec: specOf(wanted, key.fingerprint, '') };
  });
  // Named last, so that numbers follow the order of the keys.
  const named = accounts.map((step): AccountStep => {
    if (step.action !== 'create') return step;
    const name = nextName();
    return { ...step, name, spec: { ...step.spec, name } };
  });
  const removals = [...byFingerprint.values()]
    .filter((account) => !inUse.has(account))
    .toSorted((a, b) => b.id - a.id)
    .map((account) => ({
      id: account.id,
      name: account.name,
      reason: wanted.keys.some((key) => key.fingerprint === account.marker?.fingerprint)
        ? 'it is not in the group'
        : 'its key is not in the key file',
    }));
  const foreign = observed.accounts.filter((account) => account.marker === null && isAccountName(account.name, prefix));
  return {
    accounts: named,
    removals,
    warnings: [
      ...otherRuns([...inUse], wanted.run),
      ...foreign.map((account) =>
        problem(
          'FOREIGN_ACCOUNT',
          `The account "${account.name}" (${account.id}) was not made by relay; it is left alone.`,
        ),
      ),
      ...copies.map((account) =>
        problem(
          'FOREIGN_ACCOUNT',
          `The account "${account.name}" (${account.id}) is a copy of another account of relay; it is left alone.`,
        ),
      ),
      ...[...inUse].flatMap((account) => accountDrift(account, wanted.provider)),
    ],
  };
}

/** Runs on other machines are seen by what they left: accounts that no test has proven yet. */
function otherRuns(accounts: readonly Account[], run: string): Problem[] {
  const untested = accounts.filter(
    (account) => !account.tested && !isHeldOut(account) && account.marker !== null && account.marker.run !== run,
  );
  return [...new Set(untested.map((account) => account.marker?.run ?? ''))].map((other) =>
    problem(
      'OTHER_RUN',
      `The run ${other} left accounts untested; it was interrupted, or is still at work on another machine.`,
    ),
  );
}

/** An account outside the group serves nobody, so of two with one marker it is the lesser. */
function inGroup(account: Account, group: Group | undefined): boolean {
  return group !== undefined && account.groupIds.includes(group.id);
}

/** Out of service by the host's doing or by relay's; a pause by hand is the operator's own (rules N5, N7). */
function isHeldOut(account: Account): boolean {
  return account.state === 'error' || (!account.scheduled && account.marker?.paused === true);
}

function specOf(
  { provider, access, run }: Wanted,
  fingerprint: string,
  name: string,
): Extract<AccountStep, { action: 'create' }>['spec'] {
  const { concurrency, priority, credentials, extra } = provider.accountTemplate;
  return {
    name,
    platform: provider.platform,
    type: provider.accountType,
    baseUrl: provider.baseUrl,
    mapping: effectiveMapping(provider),
    concurrency,
    priority,
    credentials,
    extra,
    marker: { provider: provider.id, access, run, fingerprint },
  };
}
