import type {
  Account,
  AccountChange,
  AccountSpec,
  Channel,
  ChannelPrice,
  ChannelSpec,
  Group,
  GroupSpec,
  Marker,
  Plan,
  PlanSpec,
  Setting,
  Subscription,
  User,
} from '../objects.ts';
import { screenedDescription, screenedMarker, type Screen } from './screen.ts';
import {
  type AccountWire,
  type ChannelWire,
  type GroupWire,
  type PlanWire,
  type SubscriptionWire,
  type UserWire,
} from './wire.ts';

/**
 * Beside the marker, under keys of their own: this host merges extra settings key by key, so that one request can set
 * them for many accounts whose markers differ.
 */
export const testedKey = 'relay_tested';
export const pausedKey = 'relay_paused';

/** Constant: the host refuses the same subscription with other notes. */
export const subscriptionNotes = 'relay';

/** From the host's words to relay's, and back. Pure. */
export function toGroup(wire: GroupWire, screen: Screen): Group {
  return {
    id: String(wire.id),
    name: screen.name(wire.name),
    description: screenedDescription(wire.description, screen),
    platform: screen.name(wire.platform),
    type: wire.subscription_type,
    rateMultiplier: wire.rate_multiplier,
    active: wire.status === 'active',
  };
}

export function fromGroupSpec(spec: GroupSpec): Record<string, unknown> {
  return {
    name: spec.name,
    description: spec.description,
    platform: spec.platform,
    subscription_type: spec.type,
    rate_multiplier: spec.rateMultiplier,
  };
}

export function toChannel(wire: ChannelWire, screen: Screen): Channel {
  return {
    id: String(wire.id),
    name: screen.name(wire.name),
    active: wire.status === 'active',
    groupIds: wire.group_ids.map(String),
    mappings: wire.model_mapping,
    prices: wire.model_pricing.map(toPrice),
    restrictsModels: wire.restrict_models,
    billingSource: wire.billing_model_source,
  };
}

function toPrice(wire: ChannelWire['model_pricing'][number]): ChannelPrice {
  const {
    id: _id,
    platform,
    models,
    billing_mode,
    input_price,
    output_price,
    cache_read_price,
    cache_write_price,
    ...rest
  } = wire;
  return {
    platform,
    models,
    billing: billing_mode,
    input: input_price ?? null,
    output: output_price ?? null,
    cacheRead: cache_read_price ?? null,
    cacheWrite: cache_write_price ?? null,
    rest,
  };
}

/** Sends every managed field: this host replaces lists whole, and takes an absent platform for anthropic. */
export function fromChannelSpec(spec: ChannelSpec): Record<string, unknown> {
  return {
    name: spec.name,
    group_ids: spec.groupIds.map(Number),
    model_mapping: spec.mappings,
    model_pricing: spec.prices.map((price) => ({
      ...price.rest,
      platform: price.platform,
      models: price.models,
      billing_mode: price.billing,
      input_price: price.input,
      output_price: price.output,
      cache_read_price: price.cacheRead,
      cache_write_price: price.cacheWrite,
    })),
    restrict_models: spec.restrictsModels,
    billing_model_source: spec.billingSource,
  };
}

export function toPlan(wire: PlanWire, screen: Screen): Plan {
  return {
    id: String(wire.id),
    name: screen.name(wire.name),
    groupId: String(wire.group_id),
    price: wire.price,
    validityDays: wire.validity_days,
    validityUnit: wire.validity_unit,
    forSale: wire.for_sale,
  };
}

export function fromPlanSpec(spec: PlanSpec): Record<string, unknown> {
  return {
    name: spec.name,
    group_id: Number(spec.groupId),
    price: spec.price,
    validity_days: spec.validityDays,
    validity_unit: spec.validityUnit,
    for_sale: spec.forSale,
  };
}

export function toAccount(wire: AccountWire, screen: Screen): Account {
  const { relay, [testedKey]: tested, [pausedKey]: paused, ...extra } = wire.extra;
  const { base_url, model_mapping, ...credentials } = wire.credentials;
  const marker = screenedMarker(relay, screen);
  return {
    id: String(wire.id),
    name: screen.name(wire.name, marker?.fingerprint),
    platform: screen.name(wire.platform),
    type: screen.name(wire.type),
    baseUrl: typeof base_url === 'string' ? base_url : null,
    mapping: toMapping(model_mapping),
    concurrency: wire.concurrency,
    priority: wire.priority,
    groupIds: wire.group_ids.map(String),
    credentials,
    extra,
    marker,
    tested: typeof tested === 'string',
    paused: paused === true,
    state: wire.status === 'active' || wire.status === 'error' ? wire.status : 'inactive',
    scheduled: wire.schedulable,
    stateMessage: screen.clean(wire.error_message ?? ''),
    lastUsedAt: toTime(wire.last_used_at),
    limitedUntil: latest(wire.rate_limit_reset_at, wire.overload_until, wire.temp_unschedulable_until),
    discovering: isDiscovering(wire),
  };
}

function toTime(text: string | null | undefined): number | null {
  const at = text ? Date.parse(text) : Number.NaN;
  return Number.isNaN(at) ? null : at;
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
    type: spec.type,
    group_ids: [Number(spec.groupId)],
    concurrency: spec.concurrency,
    priority: spec.priority,
    credentials: { ...spec.credentials, base_url: spec.baseUrl, api_key: key, model_mapping: spec.mapping },
    extra: { ...spec.extra, relay: fromMarker(spec.marker) },
  };
}

/** Whether a change is of settings that this host keeps in one piece, and replaces whole. */
export function touchesMaps({ baseUrl, mapping, credentials, extra, marker, tested }: AccountChange): boolean {
  return [baseUrl, mapping, credentials, extra, marker, tested].some((each) => each !== undefined);
}

/**
 * This host replaces both maps of settings whole, and keeps secrets that are left out. Where the upstream changes, what
 * the host had learnt of the old one is forgotten, so that nothing is tested on the strength of it.
 */
export function fromAccountChange(
  change: Omit<AccountChange, 'scheduled' | 'paused'>,
  now: Pick<AccountWire, 'credentials' | 'extra'> = { credentials: {}, extra: {} },
): Record<string, unknown> {
  const { name, concurrency, priority, groupIds, baseUrl, mapping, credentials, extra, marker, tested } = change;
  const forgets = baseUrl !== undefined || extra?.['openai_responses_mode'] !== undefined;
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
  const sent = credentials !== undefined || mapping !== undefined || forgets ? maps : { extra: maps.extra };
  return {
    ...(name === undefined ? {} : { name }),
    ...(concurrency === undefined ? {} : { concurrency }),
    ...(priority === undefined ? {} : { priority }),
    ...(groupIds === undefined ? {} : { group_ids: groupIds.map(Number) }),
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

export function toSubscription(wire: SubscriptionWire, now: number, screen: Screen): Subscription {
  const expiresAt = Date.parse(wire.expires_at);
  return {
    id: String(wire.id),
    userId: String(wire.user_id),
    user: wire.user ? screen.name(wire.user.email) : null,
    groupId: String(wire.group_id),
    startsAt: Date.parse(wire.starts_at),
    expiresAt,
    active: wire.status === 'active' && expiresAt > now,
    byRelay: wire.notes?.trim() === subscriptionNotes,
  };
}

export function toUser(wire: UserWire, screen: Screen): User {
  const { id, email, status, created_at: createdAt } = wire;
  return { id: String(id), email: screen.name(email), active: status === 'active', createdAt: toTime(createdAt) };
}
