import { z } from 'zod';
import type { AccessMode } from '../core/modes.ts';
import type { Secret } from '../core/secrets/secret.ts';
import type { Id } from './account.ts';
import type { Driver } from './driver.ts';
import type { WriteResult } from './host-failure.ts';

/** A request that makes something which belongs to a temporary client. */
export interface ClientWrite<T, Answer> {
  kind: string;
  /** For people: `make the probe key`. */
  what: string;
  send: () => Promise<WriteResult<Answer>>;
  /** Looks for what it made; nothing where the host shows none. */
  look: () => Promise<{ value: T; differences: readonly string[] } | undefined>;
  /** Takes the host's word for it, for what it gives once only. */
  trust?: (answer: Answer) => T;
  /** Pauses before it is sent again, in milliseconds, where the usual ones are too short. */
  retryPauses?: readonly number[];
}

/** Carries such a request to its end, through the door that every write of a run goes through. */
export type Perform = <T, Answer = unknown>(write: ClientWrite<T, Answer>) => Promise<T>;

/** What a run makes so as to meet its host as a user does: something that owns keys, and bears the run in its name. */
export interface TemporaryClient {
  name: string;
  /** By which it is made and found again. */
  state: object;
  /** What does for a key where the gateway lets everybody in: then no client is made. */
  anyKey?: Secret;
  create(): Promise<WriteResult<unknown>>;
  find(): Promise<Id | undefined>;
  /** A key of it, with access to the place; without one, it reaches nothing but the account that it names. */
  keyFor(id: Id, place: Id | null, access: AccessMode, perform: Perform): Promise<Secret>;
  /** Removes what belongs to it, which could outlive it. Whether nothing is left. */
  empty(id: Id): Promise<boolean>;
  remove(id: Id): Promise<WriteResult<void>>;
}

/** One that a run has left, or that it is at work with. */
export interface LeftClient {
  id: Id;
  name: string;
  run: string;
  /** Milliseconds since 1970, by the host's own clock; `null` where it does not say. */
  createdAt: number | null;
}

/** Keys of users, for the gateway check. Reads throw `HostFailure`. */
export interface ClientKeyPort {
  driver: Driver;
  /** The client of a run; the same one for the same run, also when that is resumed. */
  of(run: string): TemporaryClient;
  /** All that is there of any run. */
  all(): Promise<LeftClient[]>;
  /** An active key of an active user who has access to the place. */
  usable(place: Id): Promise<Secret | undefined>;
  /** How many keys of living users are bound to the place. */
  boundTo(place: Id): Promise<number>;
}

const byName = z.object({ name: z.string() });

/** What is known of clients that bear their run in their name, which is all that there is to tell them by. */
export function driverByName(
  kind: string,
  list: () => Promise<{ id: Id; name: string }[]>,
  remove: (id: Id) => Promise<WriteResult<unknown>>,
): Driver<z.infer<typeof byName>> {
  return {
    kind,
    schema: byName,
    find: async ({ name }) => (await list()).filter((each) => each.name === name),
    isMadeAs: (object, _, made) => object.name === made.name,
    isStill: (object, _, made) => object.name === made.name,
    differences: () => [],
    stateOf: (_, made) => made,
    remove: ({ id }) => remove(id),
    restore: async () => undefined,
  };
}
