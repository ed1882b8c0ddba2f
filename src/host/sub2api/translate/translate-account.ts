import type { Account, AccountChange, AccountSpec, Marker, Setting } from '../../account.ts';
import { screenedMarker, type Screen } from '../../screen.ts';
import { toTime } from '../api/times.ts';
import type { AccountWire } from '../api/wire.ts';

/**
 * Beside the marker, under keys of their own: this host merges extra settings key by key, so that one request can set
 * them for many accounts whose markers differ.
 */
export const testedKey = 'relay_tested';
export const pausedKey = 'relay_paused';

/** From the host's words to relay's, and back. Pure. */
export function toAccount(wire: AccountWire, screen: Screen): Account {
  const { relay, [testedKey]: tested, [pausedKey]: paused, ...extra } = wire.extra;
  const { base_url, model_mapping, ...credentials } = wire.credentials;
  const marker = screenedMarker(relay, screen);
  return {
    id: String(wire.id),
    name: screen.name(wire.name, marker?.fingerprint),
    platform: screen.name(wire.platform),
    baseUrl: typeof base_url === 'string' ? base_url : null,
    mapping: toMapping(model_mapping),
    concurrency: wire.concurrency,
    priority: wire.priority,
    places: wire.group_ids.map(String),
    settings: { ...named('credentials', credentials), ...named('extra', extra) },
    marker,
    tested: typeof tested === 'string',
    paused: paused === true,
    state: wire.status === 'active' || wire.status === 'error' ? wire.status : 'inactive',
    enabled: wire.schedulable,
    stateMessage: screen.clean(wire.error_message ?? ''),
    lastUsedAt: toTime(wire.last_used_at),
    limitedUntil: latest(wire.rate_limit_reset_at, wire.overload_until, wire.temp_unschedulable_until),
    discovering: isDiscovering(wire),
  };
}

/** This host keeps settings in two maps; `credentials.x` and `extra.x` name them in one. */
function named(map: string, settings: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(settings).map(([key, value]) => [`${map}.${key}`, value]));
}

/** Those of one of the two maps. */
function settingsIn<T>(map: 'credentials' | 'extra', settings: Record<string, T>): Record<string, T> {
  return Object.fromEntries(
    Object.entries(settings).flatMap(([name, value]): [string, T][] =>
      name.startsWith(`${map}.`) ? [[name.slice(map.length + 1), value]] : [],
    ),
  );
}

function latest(...texts: (string | null | undefined)[]): number | null {
  const times = texts.map(toTime).filter((at) => at !== null);
  return times.length === 0 ? null : Math.max(...times);
}

/**
 * Whether the background probe for the Responses API has yet to write its finding. It runs for openai accounts with an
 * API key; a forced mode makes its finding meaningless.
 */
function isDiscovering(wire: AccountWire): boolean {
  const mode = wire.extra['openai_responses_mode'] ?? 'auto';
  return (
    wire.platform === 'openai' &&
    wire.type === 'apikey' &&
    mode === 'auto' &&
    wire.extra['openai_responses_supported'] === undefined
  );
}

function toMapping(value: unknown): Record<string, string> {
  if (typeof value !== 'object' || value === null) return {};
  return Object.fromEntries(
    Object.entries(value).filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
  );
}

export function fromAccountSpec(spec: AccountSpec, key: string): Record<string, unknown> {
  return {
    name: spec.name,
    platform: spec.platform,
    type: 'apikey',
    group_ids: spec.place === null ? [] : [Number(spec.place)],
    concurrency: spec.concurrency,
    priority: spec.priority,
    credentials: {
      ...settingsIn('credentials', spec.settings),
      base_url: spec.baseUrl,
      api_key: key,
      model_mapping: spec.mapping,
    },
    extra: { ...settingsIn('extra', spec.settings), relay: fromMarker(spec.marker) },
  };
}

/** Whether a change is of settings that this host keeps in one piece, and replaces whole. */
export function touchesMaps({ baseUrl, mapping, settings, marker, tested }: AccountChange): boolean {
  return [baseUrl, mapping, settings, marker, tested].some((each) => each !== undefined);
}

/**
 * This host replaces both maps of settings whole, and keeps secrets that are left out. Where the upstream changes, what
 * the host had learnt of the old one is forgotten, so that nothing is tested on the strength of it.
 */
export function fromAccountChange(
  change: Omit<AccountChange, 'enabled' | 'paused'>,
  now: Pick<AccountWire, 'credentials' | 'extra'> = { credentials: {}, extra: {} },
): Record<string, unknown> {
  const { name, concurrency, priority, places, baseUrl, mapping, settings = {}, marker, tested } = change;
  const credentials = settingsIn('credentials', settings);
  const extra = settingsIn('extra', settings);
  const forgets = baseUrl !== undefined || extra['openai_responses_mode'] !== undefined;
  const maps = {
    credentials: edited(now.credentials, {
      ...credentials,
      ...(baseUrl === undefined ? {} : { base_url: baseUrl === null ? null : { value: baseUrl } }),
      ...(mapping === undefined ? {} : { model_mapping: { value: mapping } }),
    }),
    extra: edited(now.extra, {
      ...(forgets ? { openai_responses_supported: null } : {}),
      ...extra,
      ...(marker === undefined ? {} : { relay: marker && { value: fromMarker(marker) } }),
      ...(tested === undefined ? {} : { [testedKey]: tested ? { value: 'restored' } : null }),
    }),
  };
  // The host looks at the upstream again only when it is sent credentials.
  const asksUpstream = Object.keys(credentials).length > 0 || mapping !== undefined || forgets;
  const sent = asksUpstream ? maps : { extra: maps.extra };
  return {
    ...(name === undefined ? {} : { name }),
    ...(concurrency === undefined ? {} : { concurrency }),
    ...(priority === undefined ? {} : { priority }),
    ...(places === undefined ? {} : { group_ids: places.map(Number) }),
    ...(touchesMaps(change) ? sent : {}),
  };
}

function edited(map: Record<string, unknown>, change: Record<string, Setting>): Record<string, unknown> {
  const result = { ...map };
  for (const [key, setting] of Object.entries(change)) {
    if (setting === null) delete result[key];
    else result[key] = setting.value;
  }
  return result;
}

export function fromMarker(marker: Marker): Record<string, unknown> {
  const { sets, ...rest } = marker;
  return {
    ...rest,
    ...(sets === undefined || sets.length === 0 ? {} : { sets }),
  };
}
