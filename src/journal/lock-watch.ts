import { livenessOf, type Processes } from './liveness.ts';
import type { FoundLock } from './lock-store.ts';

/** How often an owner gives a sign of life, in milliseconds. */
export const beatEveryMs = 5000;

/** From what silence on an owner counts as dead of whom nothing else is known, in milliseconds. */
export const silentMs = 60_000;

/** More than one beat. */
const watchMs = 8000;

/**
 * Judges the owner of one lock, as it is found again and again while one waits. Silence counts only if it was also heard
 * here: two clocks may differ by more than it, and a machine that slept wakes with old signs of life.
 */
export class LockWatch {
  readonly #processes: Processes;
  #last: { token: string; beatAt: number; sinceMs: number } | undefined;

  constructor(processes: Processes) {
    this.#processes = processes;
  }

  /** Whether nobody is left to give the lock back. `now` is in milliseconds since 1970. */
  isStale({ token, owner, beatAt }: FoundLock, now: number): boolean {
    if (this.#last?.token !== token || this.#last.beatAt !== beatAt) this.#last = { token, beatAt, sinceMs: now };
    if (owner === null) return true;
    const liveness = livenessOf(owner, this.#processes);
    if (liveness !== 'unknown') return liveness === 'dead';
    return Math.abs(now - beatAt) >= silentMs && now - this.#last.sinceMs >= watchMs;
  }
}
