import { createHash } from 'node:crypto';
import type { Account, AccountChange, AccountSpec, Setting } from '../host/objects.ts';
import { isSameText } from '../core/secrets/hidden-text.ts';
import { sameMapping } from './plan-channel.ts';

type Settings = Omit<AccountSpec, 'groupId' | 'marker' | 'name' | 'platform' | 'type'>;

/** The free settings that relay sets by this spec, as its marker names them. */
export function namesOfSets({ credentials, extra }: Pick<Settings, 'credentials' | 'extra'>): string[] {
  return [
    ...Object.keys(credentials).map((key) => `credentials.${key}`),
    ...Object.keys(extra).map((key) => `extra.${key}`),
  ].toSorted();
}

/**
 * What must change of an account so that it has these settings. Free settings that relay has set before and that are no
 * longer wanted go; those that others set stay. Empty when nothing must.
 */
export function changeTo(account: Account, desired: Settings): AccountChange {
  const earlier = account.marker?.sets ?? [];
  const sets = namesOfSets(desired);
  const free = (kind: 'credentials' | 'extra') =>
    freeSettings(
      account[kind],
      desired[kind],
      earlier.filter((name) => name.startsWith(`${kind}.`)).map((name) => name.slice(kind.length + 1)),
    );
  const credentials = free('credentials');
  const extra = free('extra');
  const marked = account.marker !== null && JSON.stringify(earlier) !== JSON.stringify(sets);
  return {
    ...(account.baseUrl === desired.baseUrl ? {} : { baseUrl: desired.baseUrl }),
    ...(sameMapping(account.mapping, desired.mapping) ? {} : { mapping: desired.mapping }),
    ...(account.concurrency === desired.concurrency ? {} : { concurrency: desired.concurrency }),
    ...(account.priority === desired.priority ? {} : { priority: desired.priority }),
    ...(credentials === undefined ? {} : { credentials }),
    ...(extra === undefined ? {} : { extra }),
    ...(marked && account.marker !== null ? { marker: { ...account.marker, sets } } : {}),
  };
}

function freeSettings(
  now: Record<string, unknown>,
  desired: Record<string, unknown>,
  earlier: readonly string[],
): Record<string, Setting> | undefined {
  const change: Record<string, Setting> = {};
  for (const [key, value] of Object.entries(desired)) if (!same(now[key], value)) change[key] = { value };
  for (const key of earlier) if (!Object.hasOwn(desired, key) && Object.hasOwn(now, key)) change[key] = null;
  return Object.keys(change).length === 0 ? undefined : change;
}

/** The same settings as the account has them now: carrying that out takes the change back. */
export function earlierState(account: Account, change: AccountChange): AccountChange {
  const free = (now: Record<string, unknown>, keys: object): Record<string, Setting> =>
    Object.fromEntries(Object.keys(keys).map((key) => [key, Object.hasOwn(now, key) ? { value: now[key] } : null]));
  return {
    ...(change.name === undefined ? {} : { name: account.name }),
    ...(change.baseUrl === undefined ? {} : { baseUrl: account.baseUrl }),
    ...(change.mapping === undefined ? {} : { mapping: account.mapping }),
    ...(change.concurrency === undefined ? {} : { concurrency: account.concurrency }),
    ...(change.priority === undefined ? {} : { priority: account.priority }),
    ...(change.credentials === undefined ? {} : { credentials: free(account.credentials, change.credentials) }),
    ...(change.extra === undefined ? {} : { extra: free(account.extra, change.extra) }),
    ...(change.groupIds === undefined ? {} : { groupIds: account.groupIds }),
    ...(change.enabled === undefined ? {} : { enabled: account.enabled }),
    ...(change.paused === undefined ? {} : { paused: account.paused }),
    ...(change.marker === undefined ? {} : { marker: account.marker }),
    ...(change.tested === undefined ? {} : { tested: account.tested }),
  };
}

/** In what an account differs from what a change names, in words. Nothing: the change is in place. */
export function differencesFrom(account: Account, change: AccountChange): string[] {
  const free = (kind: 'credentials' | 'extra') =>
    Object.entries(change[kind] ?? {})
      .filter(([key, setting]) =>
        setting === null ? Object.hasOwn(account[kind], key) : !same(account[kind][key], setting.value),
      )
      .map(([key]) => key);
  const { groupIds, marker } = change;
  return [
    ...(change.name === undefined || isSameText(account.name, change.name) ? [] : ['name']),
    ...(change.baseUrl === undefined || change.baseUrl === account.baseUrl ? [] : ['base URL']),
    ...(change.mapping === undefined || sameMapping(change.mapping, account.mapping) ? [] : ['model mapping']),
    ...(change.concurrency === undefined || change.concurrency === account.concurrency ? [] : ['concurrency']),
    ...(change.priority === undefined || change.priority === account.priority ? [] : ['priority']),
    ...free('credentials'),
    ...free('extra'),
    ...(groupIds === undefined || same(groupIds.toSorted(), account.groupIds.toSorted()) ? [] : ['group']),
    ...(change.enabled === undefined || change.enabled === account.enabled ? [] : ['enabled']),
    ...(change.paused === undefined || change.paused === account.paused ? [] : ['pause']),
    ...(marker === undefined || sameMarker(marker, account.marker) ? [] : ['marker']),
  ];
}

function sameMarker(one: Account['marker'], other: Account['marker']): boolean {
  if (one === null || other === null) return one === other;
  return (
    one.provider === other.provider &&
    one.access === other.access &&
    one.fingerprint === other.fingerprint &&
    same(one.sets ?? [], other.sets ?? [])
  );
}

/** Whether an account must be tested after the change: its requests go elsewhere, or in another form. */
export function touchesUpstream({ baseUrl, mapping, credentials, extra }: AccountChange): boolean {
  return [baseUrl, mapping, credentials, extra].some((each) => each !== undefined);
}

/** Names the settings with which an account was made, so that somebody's later change is seen. */
export function settingsDigest(
  account: Pick<Account, 'name' | 'baseUrl' | 'mapping' | 'concurrency' | 'priority'>,
): string {
  const { name, baseUrl, mapping, concurrency, priority } = account;
  const text = JSON.stringify(ordered({ name, baseUrl, mapping, concurrency, priority }));
  return createHash('sha256').update(text).digest('hex').slice(0, 16);
}

/** Hosts give maps back with their keys in another order. */
function same(one: unknown, other: unknown): boolean {
  return JSON.stringify(ordered(one)) === JSON.stringify(ordered(other));
}

function ordered(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(ordered);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, each]) => [key, ordered(each)]),
  );
}
