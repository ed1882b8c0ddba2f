import { compareIds, type Account, type Channel, type Group, type Plan, type User } from '../host/objects.ts';
import type { Provider } from '../pack/manifest.ts';
import type { AccessMode } from '../core/modes.ts';
import { isInGroup, managedAccounts } from './managed-accounts.ts';
import { accountPrefix, isAccountName, resourceName } from './names.ts';
import { isMarkedFor } from './plan-group.ts';
import { staleStagingGroups } from './staging-groups.ts';
import type { AccountStatus, ModeStatus, ProviderStatus } from './status-schema.ts';

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

/** What the host holds for one provider, in each of the access modes that were asked for. Pure. */
export function providerStatus(
  provider: Provider,
  modes: readonly AccessMode[],
  host: ProviderSnapshot,
  keys: readonly KeyOfStatus[] | null,
): Omit<ProviderStatus, 'schema' | 'host' | 'provider'> {
  const desired = keys === null ? null : new Map(keys.map((key) => [key.fingerprint, key.enabled]));
  const found = modes.map((access) => modeOf(provider, access, host, desired));
  const there = found.filter((each) => each.mode.group !== null || each.accounts.length > 0);
  const accounts = there.flatMap((each) => each.accounts);
  const held = new Set(accounts.filter((each) => each.state !== 'foreign').map((each) => each.fingerprint));
  const missingKeys = (keys ?? [])
    .filter(({ fingerprint }) => !held.has(fingerprint))
    .map(({ line, fingerprint }) => ({ line, fingerprint }));
  const sideGroups = modes
    .flatMap((access) => staleStagingGroups({ provider, access, run: '' }, host.groups, host.accounts))
    .map(refOf);
  const foreign = found.flatMap((each) => each.foreign);
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
  const first = there[0]?.mode;
  const whole = there.every(({ mode }) => isWhole(mode));
  const faults =
    totals.notServing +
    totals.untested +
    others +
    missingKeys.length +
    sideGroups.length +
    foreign.length +
    host.probeUsers.length;
  return {
    group: first?.group ?? null,
    channel: first?.channel ?? null,
    plan: first?.plan ?? null,
    modes: there.map((each) => each.mode),
    accounts,
    missingKeys,
    foreign,
    sideGroups,
    probeUsers: host.probeUsers.map(({ id, email }) => ({ id, name: email })),
    untestedRuns: [...new Set(untestedRuns)],
    totals,
    ok: serving + notEnabled > 0 && whole && faults === 0,
  };
}

/** Whether everything that a mode needs is there, and switched on. */
export function isWhole({ access, group, channel, plan }: ModeStatus): boolean {
  return group?.active === true && channel?.active === true && (plan !== null || access === 'self_service');
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
  const foreign = [
    ...othersThan(group, groups).map((each) => ({ access, kind: 'group' as const, ...refOf(each) })),
    ...othersThan(channel, channels).map((each) => ({ access, kind: 'channel' as const, ...refOf(each) })),
    ...othersThan(plan, plans).map((each) => ({ access, kind: 'plan' as const, ...refOf(each) })),
  ];
  const mode = {
    access,
    group: group === undefined ? null : { ...refOf(group), active: group.active },
    channel: channel === undefined ? null : { ...refOf(channel), active: channel.active },
    plan: plan === undefined ? null : refOf(plan),
  };
  return { mode, foreign, accounts: accountsOf(provider, access, host, group, desired) };
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
  if (!account.scheduled) return account.paused ? 'paused_by_relay' : 'paused_by_hand';
  return isLimited(account, now) ? 'limited' : 'serving';
}

function isLimited({ limitedUntil }: Account, now: number): boolean {
  return limitedUntil !== null && limitedUntil > now;
}

function othersThan<T>(managed: T | undefined, all: readonly T[]): T[] {
  return all.filter((each) => each !== managed);
}

function refOf({ id, name }: { id: string; name: string }): { id: string; name: string } {
  return { id, name };
}

function iso(ms: number | null): string | null {
  return ms === null ? null : new Date(ms).toISOString();
}
