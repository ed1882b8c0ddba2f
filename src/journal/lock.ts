import { throwIfStopped } from '../apply/run-tools.ts';
import type { Clock } from '../core/clock.ts';
import type { RelayError } from '../core/relay-error.ts';
import { giveBack, keepAlive, type OwnLock } from './keep-alive.ts';
import { mayBeHeld, refusedLock, type LockedThing } from './locked.ts';
import type { LockKey } from './lock-keys.ts';
import type { LockStore } from './lock-store.ts';
import { LockWatch } from './lock-watch.ts';

export interface LockOptions extends LockedThing {
  store: LockStore;
  /** Taken in this order, which is the same for everyone, so that no two wait for each other. */
  keys: readonly LockKey[];
  run: string;
  /** How long to wait for another run, in milliseconds. */
  waitMs: number;
  clock: Clock;
  stop: AbortSignal;
  /** Told of another run that does not keep this one from going on. */
  notice: (text: string) => void;
  /** Told, by a `LOCK_LOST`, when the run must end because a lock that it needs has another owner. */
  lost: (reason: RelayError) => void;
}

const pollMs = 250;

/** How often others may be faster before that counts as waiting. */
const maxRaces = 20;

/**
 * Makes this the only run that changes this provider of this host, among all that share the store (rule N12): takes all
 * locks that refuse, or none. Waits for another run, then throws `LOCKED` naming it, or the reason of `stop`. A lock whose
 * owner is gone heals itself. Returns what gives the locks back.
 */
export async function takeLocks(options: LockOptions): Promise<() => Promise<void>> {
  const { store, clock } = options;
  const until = clock.now() + options.waitMs;
  const own: OwnLock[] = [];
  const release = async () => {
    for (const lock of own.toReversed()) await giveBack(lock, store, clock.now());
  };
  try {
    for (const key of options.keys) {
      const lock = await takeLock(key, until, options);
      if (lock !== undefined) own.push(lock);
    }
  } catch (error) {
    await release();
    throw error;
  }
  const end = keepAlive(own, store, clock, options.lost);
  return async () => {
    end();
    await release();
  };
}

/** Nothing where another run holds a lock that does not refuse. */
async function takeLock(key: LockKey, until: number, options: LockOptions): Promise<OwnLock | undefined> {
  const { store, run, processes, clock } = options;
  const place = store.placeOf(key.name);
  const watch = new LockWatch(processes);
  for (let races = 0; ;) {
    const found = await store.find(key.name);
    const now = clock.now();
    const isFree = found === undefined || watch.isStale(found, now);
    if (isFree) {
      const owner = { ...processes.self, token: clock.randomHex(16), run, since: new Date(now).toISOString() };
      if (await store.take(key.name, owner, found, now)) return { ...key, token: owner.token, beatAt: now };
      races += 1;
      if (races < maxRaces) continue;
    }
    if (!key.refuses) {
      if (found !== undefined) options.notice(mayBeHeld(found, place, options, now));
      return undefined;
    }
    throwIfStopped(options);
    if (now >= until) throw refusedLock(found, place, options, now);
    await clock.sleep(pollMs, options.stop);
  }
}
