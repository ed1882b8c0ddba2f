import { compareIds, type Account, type Channel, type Group, type Plan, type User } from '../host/objects.ts';
import type { Provider } from '../pack/manifest.ts';
import type { AccessMode } from '../core/modes.ts';
import { isInGroup, managedAccounts } from './managed-accounts.ts';
import { accountPrefix, isAccountName, resourceName } from './names.ts';
import { isMarkedFor } from './plan-group.ts';
import { staleStagingGroups } from './staging-groups.ts';
import type { AccountStatus, ProviderStatus, ResourceStatus } from './status-schema.ts';

export interface ProviderSnapshot {
  groups: Group[];
  channels: Channel[];
  plans: Plan[];
  accounts: Account[];
  probeUsers: User[];
  now: number;
}

/** A key of the file that a status is told by; not enabled: the file wants its account out of service. */
export interface KeyOfStatus {
  line: number;
  fingerprint: string;
  enabled: boolean;
}

/** What the host holds for one provider, in each of the access modes that were asked for; of users' access nothing. Pure. */
export function providerStatus(
  provider: Provider,
  modes: readonly AccessMode[],
  host: ProviderSnapshot,
  keys: readonly KeyOfStatus[] | null,
): Omit<ProviderStatus, 'schema' | 'host' | 'provider' | 'grants'> {
  const desired = keys === null ? null : new Map(keys.map((key) => [key.fingerprint, key.enabled]));
  const found = modes.map((access) => modeOf(provider, access, host, desired));
  const accounts = found.flatMap((each) => each.accounts);
  const held = new Set(accounts.filter((each) => each.state !== 'foreign').map((each) => each.fingerprint));
  const missingKeys = (keys ?? [])
    .filter(({ fingerprint }) => !held.has(fingerprint))
    .map(({ line, fingerprint }) => ({ line, fingerprint }));
  const resources = found.flatMap((each) => each.resources);
  const count = (is: (account: AccountStatus) => boolean) => accounts.filter(is).length;
  const others = count((each) => each.state === 'foreign');
  const serving = count((each) => each.state === 'serving');
  const notEnabled = count((each) => each.state === 'not_enabled');
  const untested = accounts.filter((each) => each.state === 'serving' && !each.tested);
  const untestedIds = new Set(untested.map(({ id }) => id));
  const untestedRuns = host.accounts.flatMap(({ id, marker }) =>
    untestedIds.has(id) && marker !== null ? [marker.run] : [],
  );
  const totals = {
    accounts: accounts.length - others,
    serving,
    notServing: accounts.length - others - serving - notEnabled,
    notEnabled,
    untested: untested.length,
    foreign: others,
  };
  const faults =
    totals.notServing +
    totals.untested +
    others +
    missingKeys.length +
    resources.filter(({ state }) => state !== 'active').length +
    host.probeUsers.length;
  return {
    resources,
    accounts,
    missingKeys,
    probeUsers: host.probeUsers.map(({ id, email }) => ({ id, name: email })),
    untestedRuns: [...new Set(untestedRuns)],
    totals,
    ok: serving + notEnabled > 0 && faults === 0,
  };
}

function modeOf(
  provider: Provider,
  access: AccessMode,
  host: ProviderSnapshot,
  desired: ReadonlyMap<string, boolean> | null,
) {
  const name = resourceName(provider.id, access);
  const groups = host.groups.filter((each) => each.name === name);
  const channels = host.channels.filter((each) => each.name === name);
  const plans = host.plans.filter((each) => each.name === name);
  const group = groups.find((each) => isMarkedFor(each, { provider, access }));
  const channel = channels.find((each) => group !== undefined && each.groupIds.includes(group.id));
  const plan = plans.find((each) => group !== undefined && each.groupId === group.id);
  const accounts = accountsOf(provider, access, host, group, desired);
  const resource = (kind: string, each: { id: string; name: string }, state: ResourceStatus['state']) => {
    return { access, kind, id: each.id, name: each.name, state };
  };
  const own = (kind: string, each: { id: string; name: string; active?: boolean } | undefined): ResourceStatus =>
    each === undefined
      ? { access, kind, id: null, name, state: 'missing' }
      : resource(kind, each, each.active === false ? 'switched_off' : 'active');
  const stale = staleStagingGroups({ provider, access, run: '' }, host.groups, host.accounts);
  const resources: ResourceStatus[] = [
    ...(group === undefined && accounts.length === 0
      ? []
      : [
          own('group', group),
          own('channel', channel),
          ...(plan !== undefined || (access === 'subscription' && provider.planTemplate !== undefined)
            ? [own('tariff', plan)]
            : []),
        ]),
    ...othersThan(group, groups).map((each) => resource('group', each, 'foreign')),
    ...othersThan(channel, channels).map((each) => resource('channel', each, 'foreign')),
    ...othersThan(plan, plans).map((each) => resource('tariff', each, 'foreign')),
    ...stale.map((each) => resource('group', each, 'left_behind')),
  ];
  return { resources, accounts };
}

function accountsOf(
  provider: Provider,
  access: AccessMode,
  host: ProviderSnapshot,
  group: Group | undefined,
  desired: ReadonlyMap<string, boolean> | null,
): AccountStatus[] {
  const managed = managedAccounts({ provider, access, run: '', accounts: 'reconcile' }, host, group);
  const prefix = accountPrefix(provider.id, access);
  const unmarked = host.accounts.filter((each) => each.marker === null && isAccountName(each.name, prefix));
  const line = (account: Account, state: AccountStatus['state']): AccountStatus => {
    const fingerprint = account.marker?.fingerprint ?? null;
    return {
      access,
      id: account.id,
      name: account.name,
      fingerprint,
      state,
      tested: account.tested,
      message: account.stateMessage,
      limitedUntil: iso(isLimited(account, host.now) ? account.limitedUntil : null),
      lastUsedAt: iso(account.lastUsedAt),
      priority: account.priority,
      concurrency: account.concurrency,
      inKeys: desired === null || fingerprint === null ? null : desired.has(fingerprint),
    };
  };
  return [
    ...[...managed.byFingerprint.values()].map((account) => {
      const state = standingOf(account, group, host.now);
      const isDesired = state === 'paused_by_hand' && desired?.get(account.marker?.fingerprint ?? '') === false;
      return line(account, isDesired ? 'not_enabled' : state);
    }),
    ...managed.superseded.map((account) => line(account, 'superseded')),
    ...[...unmarked, ...managed.copies].map((account) => line(account, 'foreign')),
  ].toSorted((a, b) => compareIds(a.id, b.id));
}

function standingOf(account: Account, group: Group | undefined, now: number): AccountStatus['state'] {
  if (!isInGroup(account, group)) return 'not_in_group';
  if (account.state === 'error') return 'error';
  if (account.state === 'inactive') return 'disabled';
  if (!account.enabled) return account.paused ? 'paused_by_relay' : 'paused_by_hand';
  return isLimited(account, now) ? 'limited' : 'serving';
}

function isLimited({ limitedUntil }: Account, now: number): boolean {
  return limitedUntil !== null && limitedUntil > now;
}

function othersThan<T>(managed: T | undefined, all: readonly T[]): T[] {
  return all.filter((each) => each !== managed);
}

function iso(ms: number | null): string | null {
  return ms === null ? null : new Date(ms).toISOString();
}
