import type { AccessMode, Platform } from '../core/modes.ts';

/** By what a host knows an object of one kind; opaque text. */
export type Id = string;

/** Orders ids as hosts give them out: numbers by their value, so that the older object comes first. */
export function compareIds(a: Id, b: Id): number {
  return a.length - b.length || (a < b ? -1 : Number(a > b));
}

/** What relay writes into every account it makes (rule N4). */
export interface Marker {
  provider: string;
  access: AccessMode;
  run: string;
  fingerprint: string;
  /** How the key ends, where it is long enough to tell. */
  last4?: string | undefined;
  /** Its key has leaked: nothing but a person puts the account back into service. */
  revoked?: boolean | undefined;
  /** The free settings that relay has set, by name: one that a pack gives up is taken away again. */
  sets?: string[] | undefined;
}

/** Whether a mark is of the same key of the same owner, whichever run it names. */
export function isOfKey(
  marker: Marker | null,
  other: Pick<Marker, 'provider' | 'access' | 'fingerprint'> | null | undefined,
): marker is Marker {
  return (
    marker !== null &&
    marker.provider === other?.provider &&
    marker.access === other.access &&
    marker.fingerprint === other.fingerprint
  );
}

/** What holds one upstream key on a host, as far as the engine asks. */
export interface Account {
  id: Id;
  name: string;
  /** The wire protocol, as the host calls it. */
  platform: string;
  baseUrl: string | null;
  /** The name that a user asks for → the name that is sent on. */
  mapping: Record<string, string>;
  /** `null` where the host has no such setting of one account. */
  concurrency: number | null;
  priority: number | null;
  /** Where it serves: the ids of places, each of which users are given access to as a whole. */
  places: Id[];
  /** What else is set for it, by names of the host's own; without key, address, mapping and marker. */
  settings: Record<string, unknown>;
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
  /** When it last served, in milliseconds since 1970; `null` for never, and absent where the host does not tell. */
  lastUsedAt?: number | null;
  /** Until when the host spares it for a passing trouble, in milliseconds since 1970. */
  limitedUntil: number | null;
  /** The host is still finding out in the background what the upstream can do (rule N17). */
  discovering: boolean;
}

/** Whether an account is in service, wherever it serves, and what took it out. */
export type Service = 'on' | 'revoked' | 'error' | 'disabled' | 'paused_by_relay' | 'paused_by_hand';

/** Tells whether an account is in service. Who enables one on the host whose key has leaked ends the revocation. */
export function serviceOf({ marker, enabled, state, paused }: Account): Service {
  if (marker?.revoked === true && !enabled) return 'revoked';
  if (state === 'error') return 'error';
  if (state === 'inactive') return 'disabled';
  if (enabled) return 'on';
  return paused ? 'paused_by_relay' : 'paused_by_hand';
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
  settings?: Record<string, Setting> | undefined;
  places?: Id[] | undefined;
  enabled?: boolean | undefined;
  /** Whether it is relay that keeps the account out of service. */
  paused?: boolean | undefined;
  marker?: Marker | null | undefined;
  /** Whether relay has seen a test of it end well. */
  tested?: boolean | undefined;
}

/** An account to be made, without its key. */
export interface AccountSpec {
  name: string;
  platform: Platform;
  baseUrl: string;
  mapping: Record<string, string>;
  concurrency: number;
  priority: number;
  /** Where it serves from the start; `null` where it is proven first, in no place. */
  place: Id | null;
  settings: Record<string, unknown>;
  marker: Marker;
}

/** Whether two mappings are one; order does not matter. */
export function sameMapping(one: Record<string, string>, other: Record<string, string>): boolean {
  const keys = Object.keys(one);
  return keys.length === Object.keys(other).length && keys.every((key) => one[key] === other[key]);
}
