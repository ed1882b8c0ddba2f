import { z } from 'zod';
import type { Account, Channel, Group, Plan, User } from '../host/objects.ts';
import type { Provider } from '../pack/manifest.ts';
import { accessModes, type AccessMode } from '../terms/modes.ts';
import { isInGroup, managedAccounts } from './managed-accounts.ts';
import { accountPrefix, isAccountName, resourceName } from './names.ts';
import { isMarkedFor } from './plan-group.ts';
import { staleSideGroups } from './side-groups.ts';

const standings = [
  'serving',
  'limited',
  'error',
  'paused_by_relay',
  'paused_by_hand',
  'disabled',
  'not_in_group',
  'foreign',
] as const;

const object = z.object({ id: z.int(), name: z.string() }).nullable();
const time = z.iso.datetime().nullable();

const accountStatus = z.object({
  access: z.enum(accessModes),
  id: z.int(),
  name: z.string(),
  fingerprint: z.string().nullable(),
  state: z.enum(standings).describe('Whether the host hands requests to it, and why not.'),
  message: z.string().describe('What the host says of it.'),
  limitedUntil: time,
  lastUsedAt: time,
  priority: z.int(),
  concurrency: z.int(),
  inKeys: z.boolean().nullable().describe('Whether its key is in the given key file; null when none was given.'),
});

const modeStatus = z.object({ access: z.enum(accessModes), group: object, channel: object, plan: object });

/** What a host holds for a provider, as programs read it. */
export const statusSchema = z.object({
  schema: z.literal('relay.status/1'),
  host: z.object({ url: z.string(), kind: z.string(), version: z.string() }),
  provider: z.object({ pack: z.string(), id: z.string(), displayName: z.string() }),
  group: object.describe('Of the first access mode that is there.'),
  channel: object,
  plan: object,
  modes: z.array(modeStatus).describe('Every access mode that is there.'),
  accounts: z.array(accountStatus),
  missingKeys: z.array(z.object({ line: z.int(), fingerprint: z.string() })).describe('Keys without an account.'),
  sideGroups: z.array(z.object({ id: z.int(), name: z.string() })).describe('Left by interrupted runs.'),
  probeUsers: z
    .array(z.object({ id: z.int(), name: z.string() }))
    .describe('Made for a gateway check, by a run that was interrupted or is at work; of any provider.'),
  totals: z.object({ accounts: z.int(), serving: z.int(), notServing: z.int(), foreign: z.int() }),
  ok: z.boolean(),
});

export type ProviderStatus = z.infer<typeof statusSchema>;
export type AccountStatus = z.infer<typeof accountStatus>;

export interface Looked {
  groups: Group[];
  channels: Channel[];
  plans: Plan[];
  accounts: Account[];
  probeUsers: User[];
  now: number;
}

/** What the host holds for one provider, in each of the access modes that were asked for. Pure. */
export function providerStatus(
  provider: Provider,
  modes: readonly AccessMode[],
  host: Looked,
  keys: readonly { line: number; fingerprint: string }[] | null,
): Omit<ProviderStatus, 'schema' | 'host' | 'provider'> {
  const wanted = keys === null ? null : new Set(keys.map((key) => key.fingerprint));
  const found = modes.map((access) => modeOf(provider, access, host, wanted));
  const there = found.filter((each) => each.mode.group !== null || each.accounts.length > 0);
  const accounts = there.flatMap((each) => each.accounts);
  const held = new Set(accounts.filter((each) => each.state !== 'foreign').map((each) => each.fingerprint));
  const missingKeys = (keys ?? [])
    .filter(({ fingerprint }) => !held.has(fingerprint))
    .map(({ line, fingerprint }) => ({ line, fingerprint }));
  const sideGroups = modes
    .flatMap((access) => staleSideGroups({ provider, access, run: '' }, host.groups, host.accounts))
    .map(({ id, name }) => ({ id, name }));
  const probeUsers = host.probeUsers.map(({ id, email }) => ({ id, name: email }));
  const count = (is: (account: AccountStatus) => boolean) => accounts.filter(is).length;
  const foreign = count((each) => each.state === 'foreign');
  const serving = count((each) => each.state === 'serving');
  const totals = {
    accounts: accounts.length - foreign,
    serving,
    notServing: accounts.length - foreign - serving,
    foreign,
  };
  const first = there[0]?.mode;
  const whole = there.every(({ mode }) => isWhole(mode));
  return {
    group: first?.group ?? null,
    channel: first?.channel ?? null,
    plan: first?.plan ?? null,
    modes: there.map((each) => each.mode),
    accounts,
    missingKeys,
    sideGroups,
    probeUsers,
    totals,
    ok:
      serving > 0 &&
      whole &&
      totals.notServing + foreign + missingKeys.length + sideGroups.length + probeUsers.length === 0,
  };
}

function isWhole({ access, group, channel, plan }: ProviderStatus['modes'][number]): boolean {
  return group !== null && channel !== null && (plan !== null || access === 'self_service');
}

function modeOf(provider: Provider, access: AccessMode, host: Looked, wanted: ReadonlySet<string> | null) {
  const name = resourceName(provider.id, access);
  const marked = { provider, access };
  const group = host.groups.find((each) => each.name === name && isMarkedFor(each, marked));
  const channel = host.channels.find(
    (each) => each.name === name && group !== undefined && each.groupIds.includes(group.id),
  );
  const plan = host.plans.find((each) => each.name === name && each.groupId === group?.id);
  const managed = managedAccounts({ provider, access, run: '', accounts: 'reconcile' }, host, group);
  const prefix = accountPrefix(provider.id, access);
  const foreign = host.accounts.filter((each) => each.marker === null && isAccountName(each.name, prefix));
  const line = (account: Account, state: AccountStatus['state']): AccountStatus => {
    const fingerprint = account.marker?.fingerprint ?? null;
    return {
      access,
      id: account.id,
      name: account.name,
      fingerprint,
      state,
      message: account.stateMessage,
      limitedUntil: iso(isLimited(account, host.now) ? account.limitedUntil : null),
      lastUsedAt: iso(account.lastUsedAt),
      priority: account.priority,
      concurrency: account.concurrency,
      inKeys: wanted === null ? null : fingerprint !== null && wanted.has(fingerprint),
    };
  };
  const own = [...managed.byFingerprint.values(), ...managed.superseded];
  const accounts = [
    ...own.map((account) => line(account, standingOf(account, group, host.now))),
    ...[...foreign, ...managed.copies].map((account) => line(account, 'foreign')),
  ].toSorted((a, b) => a.id - b.id);
  const ref = (each: { id: number; name: string } | undefined) =>
    each === undefined ? null : { id: each.id, name: each.name };
  return { mode: { access, group: ref(group), channel: ref(channel), plan: ref(plan) }, accounts };
}

function standingOf(account: Account, group: Group | undefined, now: number): AccountStatus['state'] {
  if (!isInGroup(account, group)) return 'not_in_group';
  if (account.state === 'error') return 'error';
  if (account.state === 'inactive') return 'disabled';
  if (!account.scheduled) return account.marker?.paused === true ? 'paused_by_relay' : 'paused_by_hand';
  return isLimited(account, now) ? 'limited' : 'serving';
}

function isLimited({ limitedUntil }: Account, now: number): boolean {
  return limitedUntil !== null && limitedUntil > now;
}

function iso(ms: number | null): string | null {
  return ms === null ? null : new Date(ms).toISOString();
}
