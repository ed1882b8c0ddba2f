import type { Id } from './account.ts';
import type { WriteResult } from './host-failure.ts';

/** Somebody who uses the host. */
export interface User {
  id: Id;
  email: string;
  active: boolean;
  /** Where they have access now, on a host on which that is one place at a time: whoever is given another leaves it. */
  leaves?: Id;
  /** Milliseconds since 1970, by the host's own clock; `null` where it does not say. */
  createdAt: number | null;
}

/** The access of one user to one place. */
export interface Grant {
  id: Id;
  userId: Id;
  /** E-mail of the user; `null` where the host does not tell it along. */
  user: string | null;
  place: Id;
  /** Milliseconds since 1970. */
  startsAt: number;
  /** `null` for one that does not end by itself. */
  expiresAt: number | null;
  active: boolean;
  /** Its notes say that relay gave it. */
  byRelay: boolean;
}

/** Access for users. Reads throw `HostFailure`. */
export interface GrantPort {
  /** What the host calls a grant. */
  kind: string;
  /** Whether one of a user who was moved elsewhere is not shown among those of its place any more. */
  goesWithUser: boolean;
  /** Only those that are there: a revoked one is none. */
  ofPlace(place: Id): Promise<Grant[]>;
  ofUser(userId: Id): Promise<Grant[]>;
  /** Nobody by a name where users have none of their own. */
  user(by: { email: string } | { id: Id } | { name: string }): Promise<User | undefined>;
  /** `days`: how long it runs; `null` where none of the host ends by itself. */
  give(userId: Id, place: Id, days: number | null): Promise<WriteResult<unknown>>;
  /** A negative number of days shortens it. `requestId` must be new for each attempt. */
  extend(id: Id, days: number, requestId: string): Promise<WriteResult<Grant>>;
  remove(id: Id): Promise<WriteResult<void>>;
}
