import type { Account, AccountSpec, Group } from '../host/objects.ts';
import { effectiveMapping } from '../pack/model-mapping.ts';
import type { AccessMode } from '../terms/modes.ts';
import { problem, type Problem } from '../terms/relay-error.ts';
import { changeTo, differencesFrom, namesOfSets, touchesUpstream } from './account-change.ts';
import { accountDrift } from './drift.ts';
import type { AccountStep, RemovalStep, Retest } from './import-plan.ts';
import { isInGroup, managedAccounts, removalsOf } from './managed-accounts.ts';
import { accountNames, accountPrefix, isAccountName } from './names.ts';
import type { Observed, Wanted, WantedKey } from './observed.ts';

export interface PlannedAccounts {
  accounts: AccountStep[];
  removals: RemovalStep[];
  massRemoval: boolean;
  bystanders: number;
  warnings: Problem[];
  problems: Problem[];
}

/** Rules B6, B12, N4 and N5 for the accounts: each key gets one, as it shall be; those without a key go. */
export function planAccounts(wanted: Wanted, observed: Observed, group: Group | undefined): PlannedAccounts {
  const prefix = accountPrefix(wanted.provider.id, wanted.access);
  const managed = managedAccounts(wanted, observed, group);
  const foreign = observed.accounts.filter((account) => account.marker === null && isAccountName(account.name, prefix));
  const adoptable = new Map(
    foreign.flatMap((account) => {
      const fingerprint = observed.foreignKeys.get(account.id);
      return fingerprint === undefined ? [] : [[fingerprint, account] as const];
    }),
  );
  const kept = new Set<Account>();
  const accounts = wanted.keys.map((key): AccountStep => {
    const own = managed.byFingerprint.get(key.fingerprint);
    const stays = wanted.accounts !== 'replace' || own?.marker?.run === wanted.run;
    const account = (stays ? own : undefined) ?? adoptable.get(key.fingerprint);
    if (account === undefined) return creation(wanted, key);
    kept.add(account);
    return standing(wanted, key, account, group);
  });
  const leaving = [...managed.byFingerprint.values()].filter((account) => !kept.has(account));
  // A key that a line has spoilt may be the one of an account that serves.
  const holdsBack = wanted.malformedLines > 0 && leaving.length > 0 && wanted.accounts === 'reconcile';
  const gone = wanted.accounts === 'append' || holdsBack ? [] : leaving;
  const wantedKeys = new Set(wanted.keys.map((key) => key.fingerprint));
  const losing = gone.filter((account) => !wantedKeys.has(account.marker?.fingerprint ?? ''));
  const isBystander = (account: Account) =>
    !kept.has(account) && !gone.includes(account) && isInGroup(account, group) && account.scheduled;
  const left = foreign.filter((account) => !kept.has(account));
  const notEnabled = new Set(wanted.keys.flatMap((key) => (key.settings.enabled === false ? [key.fingerprint] : [])));
  // Out of service as the key file wants it, an account is neither tested nor changed by others.
  const told = [...kept].filter((account) => account.scheduled || !notEnabled.has(account.marker?.fingerprint ?? ''));
  return {
    accounts: named(accounts, prefix, observed),
    removals: removalsOf([...gone, ...managed.superseded], (account) =>
      wantedKeys.has(account.marker?.fingerprint ?? '')
        ? 'its key has another account'
        : 'its key is not in the key file',
    ),
    bystanders: [...managed.byFingerprint.values()].filter((each) => isBystander(each) && each.state === 'active')
      .length,
    massRemoval: losing.length * 2 > managed.byFingerprint.size,
    warnings: [
      ...(holdsBack ? [heldBack(leaving.length, wanted.malformedLines)] : []),
      ...otherRuns(told, wanted.run),
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
    problems: nameClashes(wanted, observed, [...kept, ...gone]),
  };
}

function heldBack(count: number, lines: number): Problem {
  return problem(
    'REMOVALS_HELD_BACK',
    `${count} account${count === 1 ? '' : 's'} without a key in the file stay${count === 1 ? 's' : ''}, because ${lines} line${lines === 1 ? ' is' : 's are'} malformed.`,
  );
}

function creation(wanted: Wanted, key: WantedKey): AccountStep {
  const { settings, ...rest } = key;
  return {
    ...rest,
    action: 'create',
    enabled: settings.enabled ?? true,
    name: settings.name ?? '',
    spec: specOf(wanted, key),
  };
}

/** What becomes of an account that is there. */
function standing(wanted: Wanted, key: WantedKey, account: Account, group: Group | undefined): AccountStep {
  const { settings, ...line } = key;
  const rest = { ...line, enabled: settings.enabled ?? true };
  const { provider, access, run } = wanted;
  const spec = specOf(wanted, key);
  const adopts = account.marker === null;
  const joins = !isInGroup(account, group);
  const marker = { provider: provider.id, access, run, fingerprint: key.fingerprint, sets: namesOfSets(spec) };
  const change = {
    ...changeTo(account, spec),
    ...(settings.name === undefined || settings.name === account.name ? {} : { name: settings.name }),
    ...(settings.enabled === false && account.scheduled ? { scheduled: false } : {}),
    ...(adopts ? { marker } : {}),
  };
  const name = settings.name ?? account.name;
  const retest =
    settings.enabled === false ? null : retestOf(account, settings.enabled, joins || touchesUpstream(change));
  const serves = account.scheduled && account.state === 'active';
  const differences = [...(joins ? ['group'] : []), ...differencesFrom(account, change)];
  if (differences.length === 0) return { ...rest, action: 'unchanged', name, account, retest };
  const place = joins ? 'joins' : serves ? 'serves' : 'idle';
  return { ...rest, action: adopts ? 'adopt' : 'update', name, account, change, differences, retest, place };
}

/** One that was disabled by hand is the operator's own affair (rule N7). */
function retestOf(account: Account, enabled: boolean | undefined, isChanged: boolean): Retest | null {
  if (account.state === 'inactive') return null;
  const held = account.state === 'error' || (!account.scheduled && account.paused);
  if (held || (enabled === true && !account.scheduled)) return 'held_out';
  if (isChanged) return 'changed';
  return account.tested ? null : 'untested';
}

/** Named last, so that numbers follow the order of the keys. */
function named(steps: readonly AccountStep[], prefix: string, observed: Observed): AccountStep[] {
  const given = steps.flatMap((step) => (step.name === '' ? [] : [step.name]));
  const nextName = accountNames(prefix, [...observed.accounts.map((account) => account.name), ...given]);
  return steps.map((step): AccountStep => {
    if (step.action !== 'create') return step;
    const name = step.name === '' ? nextName() : step.name;
    return { ...step, name, spec: { ...step.spec, name } };
  });
}

/** A name that the key file gives must be free, or become free. */
function nameClashes(wanted: Wanted, observed: Observed, own: readonly Account[]): Problem[] {
  const others = new Map(
    observed.accounts.filter((account) => !own.includes(account)).map((account) => [account.name, account]),
  );
  return wanted.keys.flatMap(({ line, settings: { name } }) => {
    const holder = name === undefined ? undefined : others.get(name);
    return holder === undefined ? [] : [nameTaken(line, holder, wanted)];
  });
}

/** An account of relay serves others under that name, so it is the line that has to give way. */
function nameTaken(line: number, { id, name, marker }: Account, { access }: Wanted): Problem {
  const asked = `Line ${line} asks for the name "${name}", which`;
  if (marker === null)
    return problem(
      'NAME_AMBIGUOUS',
      `${asked} the account ${id} has.`,
      'Give the line another name in the key file, or rename that account on the host.',
    );
  const word = (mode: AccessMode) => mode.replace('_', '-');
  return problem(
    'NAME_AMBIGUOUS',
    `${asked} relay's own account ${id} of ${marker.provider}, for ${word(marker.access)} access, has.`,
    `Leave that account as it is, and give the line another name in the key file for --access ${word(access)}.`,
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
      `The run ${other} left accounts untested; it was interrupted, or is still at work on another machine.`,
    ),
  );
}

function specOf({ provider, access, run }: Wanted, { fingerprint, settings }: WantedKey): Omit<AccountSpec, 'groupId'> {
  const { concurrency, priority, credentials, extra } = provider.accountTemplate;
  const sets = namesOfSets({ credentials, extra });
  return {
    name: '',
    platform: provider.platform,
    type: provider.accountType,
    baseUrl: provider.baseUrl,
    mapping: effectiveMapping(provider),
    concurrency: settings.concurrency ?? concurrency,
    priority: settings.priority ?? priority,
    credentials,
    extra,
    marker: { provider: provider.id, access, run, fingerprint, ...(sets.length === 0 ? {} : { sets }) },
  };
}
