import { serviceOf, type Account, type AccountSpec } from '../host/account.ts';
import type { Place } from '../host/layout.ts';
import { accountNames, accountPrefix, isAccountName } from '../host/names.ts';
import { effectiveMapping } from '../pack/model-mapping.ts';
import { accountSettings } from '../pack/provider-hosts.ts';
import { accessSlug } from '../core/modes.ts';
import { counted } from '../core/counted.ts';
import { problem, type Problem } from '../core/relay-error.ts';
import { changeTo, differencesFrom, touchesUpstream } from './account-change.ts';
import { accountDrift } from './drift.ts';
import type { AccountStep, RemovalStep, Retest } from './import-plan.ts';
import { isIn, managedAccounts, removalsOf } from './managed-accounts.ts';
import type { HostSnapshot, Desired, DesiredKey } from './observed.ts';

export interface PlannedAccounts {
  steps: AccountStep[];
  removals: RemovalStep[];
  massRemoval: boolean;
  servingElsewhere: number;
  warnings: Problem[];
  problems: Problem[];
}

/** Rules B6, B12, N4 and N5 for the accounts: each key gets one, as it shall be; those without a key go. */
export function planAccounts(desired: Desired, snapshot: HostSnapshot, place: Place): PlannedAccounts {
  const prefix = accountPrefix(desired.provider.id, desired.access);
  const managed = managedAccounts(desired, snapshot, place.id);
  const foreign = snapshot.accounts.filter((account) => account.marker === null && isAccountName(account.name, prefix));
  const adoptable = new Map(
    foreign.flatMap((account) => {
      const fingerprint = snapshot.foreignKeys.get(account.id);
      return fingerprint === undefined ? [] : [[fingerprint, account] as const];
    }),
  );
  const kept = new Set<Account>();
  const accounts = desired.keys.map((key): AccountStep => {
    const own = managed.byFingerprint.get(key.fingerprint);
    const stays = desired.accounts !== 'replace' || own?.marker?.run === desired.run;
    const account = (stays ? own : undefined) ?? adoptable.get(key.fingerprint);
    if (account === undefined) return creation(desired, snapshot, key);
    kept.add(account);
    return standing(desired, snapshot, key, account, place);
  });
  const leaving = [...managed.byFingerprint.values()].filter((account) => !kept.has(account));
  // A key that a line has spoilt may be the one of an account that serves.
  const holdsBack = desired.malformedLines > 0 && leaving.length > 0 && desired.accounts === 'reconcile';
  const gone = desired.accounts === 'append' || holdsBack ? [] : leaving;
  const desiredKeys = new Set(desired.keys.map((key) => key.fingerprint));
  const losing = gone.filter((account) => !desiredKeys.has(account.marker?.fingerprint ?? ''));
  const servesElsewhere = (account: Account) =>
    !kept.has(account) && !gone.includes(account) && isIn(account, place.id) && account.enabled;
  const left = foreign.filter((account) => !kept.has(account));
  const notEnabled = new Set(desired.keys.flatMap((key) => (key.settings.enabled === false ? [key.fingerprint] : [])));
  // Out of service as the key file wants it, an account is neither tested nor changed by others.
  const told = [...kept].filter((account) => account.enabled || !notEnabled.has(account.marker?.fingerprint ?? ''));
  return {
    steps: named(accounts, prefix, snapshot),
    removals: removalsOf([...gone, ...managed.superseded], (account) =>
      desiredKeys.has(account.marker?.fingerprint ?? '')
        ? 'its key has another account'
        : 'its key is not in the key file',
    ),
    servingElsewhere: [...managed.byFingerprint.values()].filter(
      (each) => servesElsewhere(each) && each.state === 'active',
    ).length,
    massRemoval: losing.length * 2 > managed.byFingerprint.size,
    warnings: [
      ...(holdsBack ? [heldBack(leaving.length, desired.malformedLines)] : []),
      ...otherRuns(told, desired.run),
      ...left.map((account) =>
        problem(
          'FOREIGN_ACCOUNT',
          `The account "${account.name}" (${account.id}) was not made by relay; it is left alone.`,
        ),
      ),
      ...managed.copies.map((account) =>
        problem(
          'FOREIGN_ACCOUNT',
          `The account "${account.name}" (${account.id}) is a copy of another account of relay; it is left alone.`,
        ),
      ),
      ...told.flatMap((account) => accountDrift(account)),
    ],
    problems: nameClashes(desired, snapshot, [...kept, ...gone]),
  };
}

function heldBack(count: number, lines: number): Problem {
  return problem(
    'REMOVALS_HELD_BACK',
    `${counted(count, 'account')} without a key in the file ${count === 1 ? 'stays' : 'stay'}, because ${counted(lines, 'line is', 'lines are')} malformed.`,
  );
}

function creation(desired: Desired, snapshot: HostSnapshot, key: DesiredKey): AccountStep {
  const { settings, ...rest } = key;
  return {
    ...rest,
    action: 'create',
    enabled: settings.enabled ?? true,
    name: settings.name ?? '',
    spec: specOf(desired, snapshot, key),
  };
}

/** What becomes of an account that is there. */
function standing(
  desired: Desired,
  snapshot: HostSnapshot,
  key: DesiredKey,
  account: Account,
  place: Place,
): AccountStep {
  const { settings, ...line } = key;
  const rest = { ...line, enabled: settings.enabled ?? true };
  const { provider, access, run } = desired;
  const spec = specOf(desired, snapshot, key);
  const adopts = account.marker === null;
  const joins = !isIn(account, place.id);
  const marker = {
    provider: provider.id,
    access,
    run,
    fingerprint: key.fingerprint,
    ...endOf(key.last4),
    sets: Object.keys(spec.settings).toSorted(),
  };
  const change = {
    ...changeTo(account, spec),
    ...(settings.name === undefined || settings.name === account.name ? {} : { name: settings.name }),
    ...(settings.enabled === false && account.enabled ? { enabled: false } : {}),
    ...(adopts ? { marker } : {}),
  };
  const name = settings.name ?? account.name;
  const retest =
    settings.enabled === false ? null : retestOf(account, settings.enabled, joins || touchesUpstream(change));
  const serves = account.enabled && account.state === 'active';
  const differences = [...(joins ? [place.kind] : []), ...differencesFrom(account, change)];
  if (differences.length === 0) return { ...rest, action: 'unchanged', name, account, retest };
  const where = joins ? 'joins' : serves ? 'serves' : 'idle';
  return { ...rest, action: adopts ? 'adopt' : 'update', name, account, change, differences, retest, place: where };
}

/** One that was disabled by hand or revoked is the operator's own affair (rule N7). */
function retestOf(account: Account, enabled: boolean | undefined, isChanged: boolean): Retest | null {
  const service = serviceOf(account);
  if (service === 'disabled' || service === 'revoked') return null;
  if (service === 'error' || service === 'paused_by_relay' || (enabled === true && !account.enabled)) return 'held_out';
  if (isChanged) return 'changed';
  return account.tested ? null : 'untested';
}

/** Named last, so that numbers follow the order of the keys. */
function named(steps: readonly AccountStep[], prefix: string, snapshot: HostSnapshot): AccountStep[] {
  const given = steps.flatMap((step) => (step.name === '' ? [] : [step.name]));
  const nextName = accountNames(prefix, [...snapshot.accounts.map((account) => account.name), ...given]);
  return steps.map((step): AccountStep => {
    if (step.action !== 'create') return step;
    const name = step.name === '' ? nextName() : step.name;
    return { ...step, name, spec: { ...step.spec, name } };
  });
}

/** A name that the key file gives must be free, or become free. */
function nameClashes(desired: Desired, snapshot: HostSnapshot, own: readonly Account[]): Problem[] {
  const others = new Map(
    snapshot.accounts.filter((account) => !own.includes(account)).map((account) => [account.name, account]),
  );
  return desired.keys.flatMap(({ line, settings: { name } }) => {
    const holder = name === undefined ? undefined : others.get(name);
    return holder === undefined ? [] : [nameTaken(line, holder, desired)];
  });
}

/** An account of relay serves others under that name, so it is the line that has to give way. */
function nameTaken(line: number, { id, name, marker }: Account, { access }: Desired): Problem {
  const asked = `Line ${line} asks for the name "${name}", which`;
  if (marker === null)
    return problem(
      'NAME_AMBIGUOUS',
      `${asked} the account ${id} has.`,
      'Give the line another name in the key file, or rename that account on the host.',
    );
  return problem(
    'NAME_AMBIGUOUS',
    `${asked} relay's own account ${id} of ${marker.provider}, for ${accessSlug(marker.access)} access, has.`,
    `Leave that account as it is, and give the line another name in the key file for --access ${accessSlug(access)}.`,
  );
}

/** Runs on other machines are seen by what they left: accounts that no test has proven yet. */
function otherRuns(accounts: readonly Account[], run: string): Problem[] {
  const untested = accounts.filter(
    (account) =>
      !account.tested &&
      account.state === 'active' &&
      account.marker !== null &&
      !account.paused &&
      account.marker.run !== run,
  );
  return [...new Set(untested.map((account) => account.marker?.run ?? ''))].map((other) =>
    problem(
      'OTHER_RUN',
      `The run ${other} left accounts untested: it was interrupted, the vendor had no time for the tests, or it is still at work on another machine.`,
    ),
  );
}

function specOf(
  { provider, access, run }: Desired,
  { kind }: HostSnapshot,
  { fingerprint, last4, settings }: DesiredKey,
): Omit<AccountSpec, 'place'> {
  const { concurrency, priority } = provider.accountTemplate;
  const free = accountSettings(provider, kind);
  const sets = Object.keys(free).toSorted();
  return {
    name: '',
    platform: provider.platform,
    baseUrl: provider.baseUrl,
    mapping: effectiveMapping(provider),
    concurrency: settings.concurrency ?? concurrency,
    priority: settings.priority ?? priority,
    settings: free,
    marker: {
      provider: provider.id,
      access,
      run,
      fingerprint,
      ...endOf(last4),
      ...(sets.length === 0 ? {} : { sets }),
    },
  };
}

/** Short keys do not tell how they end. */
function endOf(last4: string): { last4?: string } {
  return last4 === '' ? {} : { last4 };
}
