import { throwIfStopped } from '../../apply/run-tools.ts';
import type { Clock } from '../../core/clock.ts';
import type { RelayError } from '../../core/relay-error.ts';
import { HeldLocks, momentOf, type OwnLock } from './held-locks.ts';
import { mayBeHeld, refusedLock, takenOver, waitedFor, type LockedThing } from './locked.ts';
import type { LockKey } from './lock-keys.ts';
import type { FoundLock, LockStore } from './lock-store.ts';
import { LockWatch } from './lock-watch.ts';

export interface LockOptions extends LockedThing {
  store: LockStore;
  /** Taken in this order, which is the same for everyone, so that no two wait for each other. */
  keys: readonly LockKey[];
  run: string;
  /** For how long a request of this run may be under way, in milliseconds. */
  timeoutMs: number;
  /** How long to wait for another run, in milliseconds. */
  waitMs: number;
  clock: Clock;
  stop: AbortSignal;
  /** Told of another run that does not keep this one from going on, and of one whose lease it has taken over. */
  notice: (text: string) => void;
  /** Told once of another run that is waited for. */
  waits?: (text: string) => void;
  /** Told, by a `LOCK_LOST`, when the run must end because a lock that it needs has another owner. */
  lost: (reason: RelayError) => void;
}

const pollMs = 250;

/** How long to wait for an owner who does not give a sign of life any more, in milliseconds: longer than its lease. */
const overdueWaitMs = 20_000;

/** How often others may be faster before that counts as waiting. */
const maxRaces = 20;

/**
 * Makes this the only run that changes this provider of this host, among all that share the store (rules N12, N26): takes
 * all locks that refuse, or none. Waits for another run, then throws `LOCKED` naming it, or the reason of `stop`. A lock
 * whose owner is gone heals itself; of a lease that was taken over, it waits until no request of the owner before can
 * arrive any more. Returns the locks.
 */
export async function takeLocks(options: LockOptions): Promise<HeldLocks> {
  const { store, clock, stop } = options;
  const from = clock.now();
  const own: OwnLock[] = [];
  let lateMs = 0;
  // From the first one on: what is taken while another is waited for must not expire.
  const held = new HeldLocks(own, store, clock, options.lost);
  try {
    for (const key of options.keys) {
      const taken = await takeLock(key, from, options);
      if (taken === undefined) continue;
      own.push(taken.lock);
      const { before } = taken;
      if (before === undefined || before.lease === null) continue;
      const late = (before.owner?.timeoutMs ?? 0) + store.timing.freshMs;
      // Of a run that had several it is said once.
      if (late > lateMs) options.notice(takenOver(before, options, late, clock.now()));
      lateMs = Math.max(lateMs, late);
    }
    if (lateMs > 0) await clock.sleep(lateMs, stop);
    throwIfStopped(options);
    return held;
  } catch (error) {
    // Whoever took it next at once would not know of requests that may still arrive.
    if (lateMs > 0) held.leave();
    else await held.release();
    throw error;
  }
}

/** The lock, and how it was before it was taken from an owner; nothing where another run holds one that does not refuse. */
async function takeLock(
  key: LockKey,
  from: number,
  options: LockOptions,
): Promise<{ lock: OwnLock; before: FoundLock | undefined } | undefined> {
  const { store, run, timeoutMs, processes, clock } = options;
  const watch = new LockWatch(processes, store.timing);
  let waits = options.waitMs === 0;
  for (let races = 0; ;) {
    const found = await store.find(key.name);
    const at = momentOf(clock);
    const isFree = found === undefined || watch.isStale(found, at.wall);
    if (isFree) {
      const token = clock.randomHex(16);
      const owner = {
        ...processes.self,
        token,
        run,
        // If this run dies before it has waited, the next one waits for the requests of both.
        timeoutMs: Math.max(timeoutMs, (found?.lease && found.owner?.timeoutMs) ?? 0),
        since: new Date(at.wall).toISOString(),
      };
      if (await store.take(key.name, owner, found, at.wall))
        return { lock: { ...key, token, beatAt: at }, before: found };
      races += 1;
      if (races < maxRaces) continue;
    }
    if (!key.refuses) {
      if (found !== undefined) options.notice(mayBeHeld(found, store, key.name, options, at.wall));
      return undefined;
    }
    throwIfStopped(options);
    if (!waits) options.waits?.(waitedFor(found, options, at.wall));
    waits = true;
    const isSilent = (found?.lease?.state ?? 'live') !== 'live';
    if (at.wall >= from + (isSilent ? Math.max(overdueWaitMs, options.waitMs) : options.waitMs))
      throw refusedLock(found, store, key.name, options, at.wall);
    await clock.sleep(pollMs, options.stop);
  }
}
