import type { LockOwner } from './lock-owner.ts';

/** A lock as it was found. */
export interface FoundLock {
  /** The owner's, or something as unique where the lock does not tell its owner. */
  token: string;
  /** Nothing where the lock was never written whole: nobody holds it. */
  owner: LockOwner | null;
  /** The last sign of life, in milliseconds since 1970, by the clock of the owner. */
  beatAt: number;
}

/**
 * Where locks are kept. Each change is one step that is done whole or not at all, and only if the lock is still as the
 * caller knows it. Who is stale is not asked here. Throws `STATE_UNWRITABLE` when locks cannot be kept at all.
 */
export interface LockStore {
  /** For people: where the lock of this name is. */
  placeOf(name: string): string;
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
