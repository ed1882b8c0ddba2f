import { createHash } from 'node:crypto';
import { sameMapping, type Account, type AccountChange, type AccountSpec, type Setting } from '../host/account.ts';
import { isSameText } from '../core/secrets/hidden-text.ts';

type Desired = Omit<AccountSpec, 'place' | 'marker' | 'name' | 'platform'>;

/** What a free setting is called in messages: its name without the map that its host keeps it in. */
export function shortName(name: string): string {
  return name.slice(name.indexOf('.') + 1);
}

/**
 * What must change of an account so that it has these settings. Free settings that relay has set before and that are no
 * longer wanted go; those that others set stay. Empty when nothing must.
 */
export function changeTo(account: Account, desired: Desired): AccountChange {
  const { marker } = account;
  const earlier = marker?.sets ?? [];
  const sets = Object.keys(desired.settings).toSorted();
  const settings = freeSettings(account.settings, desired.settings, earlier);
  const isMarkedOtherwise = marker !== null && JSON.stringify(earlier) !== JSON.stringify(sets);
  return {
    ...(account.baseUrl === desired.baseUrl ? {} : { baseUrl: desired.baseUrl }),
    ...(sameMapping(account.mapping, desired.mapping) ? {} : { mapping: desired.mapping }),
    ...(isAs(account.concurrency, desired.concurrency) ? {} : { concurrency: desired.concurrency }),
    ...(isAs(account.priority, desired.priority) ? {} : { priority: desired.priority }),
    ...(settings === undefined ? {} : { settings }),
    ...(isMarkedOtherwise ? { marker: { ...marker, sets } } : {}),
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
    ...(change.concurrency === undefined || account.concurrency === null ? {} : { concurrency: account.concurrency }),
    ...(change.priority === undefined || account.priority === null ? {} : { priority: account.priority }),
    ...(change.settings === undefined ? {} : { settings: free(account.settings, change.settings) }),
    ...(change.places === undefined ? {} : { places: account.places }),
    ...(change.enabled === undefined ? {} : { enabled: account.enabled }),
    ...(change.paused === undefined ? {} : { paused: account.paused }),
    ...(change.marker === undefined ? {} : { marker: account.marker }),
    ...(change.tested === undefined ? {} : { tested: account.tested }),
  };
}

/** In what an account differs from what a change names, in words. Nothing: the change is in place. */
export function differencesFrom(account: Account, change: AccountChange): string[] {
  const { places, marker, settings = {} } = change;
  const free = Object.entries(settings)
    .filter(([key, setting]) =>
      setting === null ? Object.hasOwn(account.settings, key) : !same(account.settings[key], setting.value),
    )
    .map(([key]) => shortName(key));
  return [
    ...(change.name === undefined || isSameText(account.name, change.name) ? [] : ['name']),
    ...(change.baseUrl === undefined || change.baseUrl === account.baseUrl ? [] : ['base URL']),
    ...(change.mapping === undefined || sameMapping(change.mapping, account.mapping) ? [] : ['model mapping']),
    ...(change.concurrency === undefined || isAs(account.concurrency, change.concurrency) ? [] : ['concurrency']),
    ...(change.priority === undefined || isAs(account.priority, change.priority) ? [] : ['priority']),
    ...free,
    ...(places === undefined || same(places.toSorted(), account.places.toSorted()) ? [] : ['place']),
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
    one.revoked === other.revoked &&
    same(one.sets ?? [], other.sets ?? [])
  );
}

/** Whether an account must be tested after the change: its requests go elsewhere, or in another form. */
export function touchesUpstream({ baseUrl, mapping, settings }: AccountChange): boolean {
  return [baseUrl, mapping, settings].some((each) => each !== undefined);
}

/** Names the settings with which an account was made, so that somebody's later change is seen. */
export function settingsDigest(
  account: Pick<Account, 'name' | 'baseUrl' | 'mapping' | 'concurrency' | 'priority'>,
): string {
  const { name, baseUrl, mapping, concurrency, priority } = account;
  const text = JSON.stringify(ordered({ name, baseUrl, mapping, concurrency, priority }));
  return createHash('sha256').update(text).digest('hex').slice(0, 16);
}

/** A value that the host has no setting for never counts as different. */
export function isAs(now: number | null, desired: number): boolean {
  return now === null || now === desired;
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
