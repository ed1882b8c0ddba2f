import type { AccessMode, Platform } from '../core/modes.ts';

/** By what a host knows an object of one kind; opaque text. */
export type Id = string;

/** Orders ids as hosts give them out: numbers by their value, so that the older object comes first. */
export function compareIds(a: Id, b: Id): number {
  return a.length - b.length || (a < b ? -1 : Number(a > b));
}

export type GroupType = 'standard' | 'subscription';

export interface Group {
  id: Id;
  name: string;
  description: string;
  platform: string;
  type: GroupType;
  rateMultiplier: number;
  active: boolean;
}

/** A price entry of a channel. Prices are US dollars per token; `null` leaves the price to the host's own table. */
export interface ChannelPrice {
  platform: string;
  models: string[];
  billing: string;
  input: number | null;
  output: number | null;
  cacheRead: number | null;
  cacheWrite: number | null;
  /** What else the host keeps in the entry (intervals, multipliers, …), to be sent back as it is. */
  rest: Record<string, unknown>;
}

export interface Channel {
  id: Id;
  name: string;
  active: boolean;
  groupIds: Id[];
  /** By platform: the name a user asks for → the name that is sent on. */
  mappings: Record<string, Record<string, string>>;
  prices: ChannelPrice[];
  restrictsModels: boolean;
  billingSource: string;
}

export interface Plan {
  id: Id;
  name: string;
  groupId: Id;
  price: number;
  validityDays: number;
  validityUnit: string;
  forSale: boolean;
}

/** What relay writes into every account it makes (rule N4). */
export interface Marker {
  provider: string;
  access: AccessMode;
  run: string;
  fingerprint: string;
  /** The free settings that relay has set, such as `extra.x`: one that a pack gives up is taken away again. */
  sets?: string[] | undefined;
}

export interface Account {
  id: Id;
  name: string;
  platform: string;
  type: string;
  baseUrl: string | null;
  mapping: Record<string, string>;
  concurrency: number;
  priority: number;
  groupIds: Id[];
  /** More settings that stand beside the key, without secrets, address and mapping. */
  credentials: Record<string, unknown>;
  /** Extra settings without the marker. */
  extra: Record<string, unknown>;
  marker: Marker | null;
  /** relay has seen a test of it end well, in this run or an earlier one. */
  tested: boolean;
  /** relay itself took the account out of service, and may put it back. */
  paused: boolean;
  state: 'active' | 'error' | 'inactive';
  /** Whether the host hands requests to it when its state allows. */
  enabled: boolean;
  /** What the host says of its state: cut, cleaned, redacted. */
  stateMessage: string;
  /** Milliseconds since 1970: when it last served, and until when the host spares it for a passing trouble. */
  lastUsedAt: number | null;
  limitedUntil: number | null;
  /** The host is still finding out in the background what the upstream can do (rule N17). */
  discovering: boolean;
}

/** A free setting that is there with a value, or is not there. */
export type Setting = { value: unknown } | null;

/** Settings of an account as they shall be, or were; what is absent is not meant. */
export interface AccountChange {
  name?: string | undefined;
  baseUrl?: string | null | undefined;
  mapping?: Record<string, string> | undefined;
  concurrency?: number | undefined;
  priority?: number | undefined;
  credentials?: Record<string, Setting> | undefined;
  extra?: Record<string, Setting> | undefined;
  groupIds?: Id[] | undefined;
  enabled?: boolean | undefined;
  /** Whether it is relay that keeps the account out of service. */
  paused?: boolean | undefined;
  marker?: Marker | null | undefined;
  /** Whether relay has seen a test of it end well. */
  tested?: boolean | undefined;
}

export interface User {
  id: Id;
  email: string;
  active: boolean;
  /** Milliseconds since 1970, by the host's own clock; `null` where it does not say. */
  createdAt: number | null;
}

export interface Subscription {
  id: Id;
  userId: Id;
  /** E-mail of the user; `null` where the host does not tell it along. */
  user: string | null;
  groupId: Id;
  /** Milliseconds since 1970. */
  startsAt: number;
  expiresAt: number;
  active: boolean;
  /** Its notes say that relay gave it. */
  byRelay: boolean;
}

export interface GroupSpec {
  name: string;
  description: string;
  platform: Platform;
  type: GroupType;
  rateMultiplier: number;
}

export type ChannelSpec = Omit<Channel, 'id' | 'active'>;
export type PlanSpec = Omit<Plan, 'id'>;

/** An account to be made, without its key. */
export interface AccountSpec {
  name: string;
  platform: Platform;
  type: 'apikey';
  baseUrl: string;
  mapping: Record<string, string>;
  concurrency: number;
  priority: number;
  groupId: Id;
  credentials: Record<string, unknown>;
  extra: Record<string, unknown>;
  marker: Marker;
}
