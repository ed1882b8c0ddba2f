import { livenessOf, type Processes } from './liveness.ts';
import type { FoundLock, LockTiming } from './lock-store.ts';

/** How often an owner gives a sign of life, in milliseconds. */
export const beatEveryMs = 5000;

/** More than one beat. */
const watchMs = 8000;

/**
 * Judges the owner of one lock, as it is found again and again while one waits. Where the store has no clock of its own,
 * silence counts only if it was also heard here: two clocks may differ by more than it, and a machine that slept wakes with
 * old signs of life.
 */
export class LockWatch {
  readonly #processes: Processes;
  readonly #timing: LockTiming;
  #last: { sign: string; sinceMs: number } | undefined;

  constructor(processes: Processes, timing: LockTiming) {
    this.#processes = processes;
    this.#timing = timing;
  }

  /** Whether nobody is left to give the lock back. `now` is in milliseconds since 1970. */
  isStale({ token, owner, beatAt, lease }: FoundLock, now: number): boolean {
    const sign = `${token} ${lease?.beats ?? beatAt}`;
    if (this.#last?.sign !== sign) this.#last = { sign, sinceMs: now };
    if (owner === null) return true;
    const heardMs = now - this.#last.sinceMs;
    // A clock that was set back says nothing of silence; waiting does.
    if (lease !== null)
      return lease.state === 'expired' || (lease.state === 'ahead' && heardMs >= this.#timing.silentMs);
    const liveness = livenessOf(owner, this.#processes);
    if (liveness !== 'unknown') return liveness === 'dead';
    return Math.abs(now - beatAt) >= this.#timing.silentMs && heardMs >= watchMs;
  }
}
