import type { LockOwner } from './lock-owner.ts';

/** A lock as it was found. */
export interface FoundLock {
  /** The owner's, or something as unique where the lock does not tell its owner. */
  token: string;
  /** Nothing where the lock was never written whole: nobody holds it. */
  owner: LockOwner | null;
  /** The last sign of life, in milliseconds since 1970, by the clock of the owner. */
  beatAt: number;
  /** What a store with a clock of its own says of it; nothing where only the clocks of machines tell. */
  lease: Lease | null;
}

/** How a lock stands by the clock of its store. */
export interface Lease {
  /** Another one after each sign of life. */
  beats: string;
  /** `ahead`: the last sign of life lies in the future, so that the clock was set back since. */
  state: 'live' | 'overdue' | 'expired' | 'ahead';
}

/** How long is long, for the locks of a store. In milliseconds. */
export interface LockTiming {
  /** From what silence on an owner of whom nothing else is known counts as dead. */
  silentMs: number;
  /** So long after a sign of life nobody can have taken its owner for dead yet, with a margin. */
  safeMs: number;
  /** So long after a sign of life its owner sends without having looked again. */
  freshMs: number;
}

/**
 * Where locks are kept. Each change is one step that is done whole or not at all, and only if the lock is still as the
 * caller knows it. Who is stale is not asked here. Throws `STATE_UNWRITABLE` when locks cannot be kept at all.
 */
export interface LockStore {
  readonly timing: LockTiming;
  /** For people: where the lock of this name is. */
  placeOf(name: string): string;
  /** For people: how a lock goes that no run holds any more. */
  adviceOn(name: string): string;
  find(name: string): Promise<FoundLock | undefined>;
  /**
   * Makes `owner` the owner, with a first sign of life, where nobody is (`from` absent), or in place of exactly `from`.
   * False when someone else was faster; a further try needs another token.
   */
  take(name: string, owner: LockOwner, from: FoundLock | undefined, now: number): Promise<boolean>;
  /** A sign of life. False, and nothing is changed, when the lock has another owner by now, or none. */
  beat(name: string, token: string, now: number): Promise<boolean>;
  /** Gives the lock back, if it still has this owner. */
  release(name: string, token: string): Promise<void>;
}
