import type { Clock } from '../core/clock.ts';
import { RelayError } from '../core/relay-error.ts';
import { beatEveryMs, silentMs } from './lock-watch.ts';
import type { LockKey } from './lock-keys.ts';
import type { LockStore } from './lock-store.ts';

/** A lock that this process owns. */
export interface OwnLock extends LockKey {
  token: string;
  /** The last sign of life, in milliseconds since 1970. */
  beatAt: number;
}

/** So long after a sign of life nobody can have taken the owner for dead yet. In milliseconds. */
const safeMs = silentMs / 2;

/**
 * Gives signs of life for locks until it is ended. `lost` is told once, by a `LOCK_LOST`, when one that refuses has another
 * owner, or may have one soon because no sign of life could be given.
 */
export function keepAlive(
  locks: readonly OwnLock[],
  store: LockStore,
  clock: Pick<Clock, 'now' | 'every'>,
  lost: (reason: RelayError) => void,
): () => void {
  let over = false;
  const end = () => {
    over = true;
    stop();
  };
  const lose = (lock: OwnLock, why: string) => {
    if (over || !lock.refuses) return;
    end();
    lost(new RelayError('LOCK_LOST', `The lock ${store.placeOf(lock.name)} ${why}.`));
  };
  const beat = async (lock: OwnLock) => {
    const now = clock.now();
    try {
      if (await store.beat(lock.name, lock.token, now)) lock.beatAt = now;
      else lose(lock, 'is no longer this run’s');
    } catch (error) {
      if (now - lock.beatAt >= safeMs) lose(lock, `could not be kept: ${(error as Error).message}`);
    }
  };
  const stop = clock.every(beatEveryMs, () => {
    for (const lock of locks) void beat(lock);
  });
  return end;
}

/**
 * Gives a lock back. After a long silence it is left to whoever may be about to take it. One that stays, also because it
 * cannot be removed, keeps nobody waiting for long, as its owner is gone soon.
 */
export async function giveBack({ name, token, beatAt }: OwnLock, store: LockStore, now: number): Promise<void> {
  if (now - beatAt < safeMs) await store.release(name, token).catch(() => undefined);
}
