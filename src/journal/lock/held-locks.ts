import type { Clock } from '../../core/clock.ts';
import { RelayError } from '../../core/relay-error.ts';
import { beatEveryMs } from './lock-watch.ts';
import type { LockKey } from './lock-keys.ts';
import type { LockStore } from './lock-store.ts';

/** A lock that this process owns. */
export interface OwnLock extends LockKey {
  token: string;
  /** When the last sign of life was given that the store took. */
  beatAt: Moment;
}

/** One moment by two clocks: one may be set, the other stands still while the machine sleeps. In milliseconds. */
export interface Moment {
  wall: number;
  monotonic: number;
}

/** Now, by both clocks. */
export function momentOf(clock: Pick<Clock, 'now' | 'monotonic'>): Moment {
  return { wall: clock.now(), monotonic: clock.monotonic() };
}

type HoldingClock = Pick<Clock, 'now' | 'monotonic' | 'every'>;

/**
 * The locks of a run, for which it gives signs of life until it gives them back. `lost` is told once, by a `LOCK_LOST`,
 * when one that refuses has another owner, or may have one soon because no sign of life could be given.
 */
export class HeldLocks {
  readonly #locks: readonly OwnLock[];
  readonly #store: LockStore;
  readonly #clock: HoldingClock;
  readonly #lost: (reason: RelayError) => void;
  readonly #end: () => void;
  #over = false;
  #beats: Promise<void> | undefined;

  constructor(locks: readonly OwnLock[], store: LockStore, clock: HoldingClock, lost: (reason: RelayError) => void) {
    this.#locks = locks;
    this.#store = store;
    this.#clock = clock;
    this.#lost = lost;
    this.#end = clock.every(beatEveryMs, () => void this.#beatAll());
  }

  /**
   * Right before something is sent: resolves when the locks are sure to be this run's for now. Where the last sign of life
   * is not fresh, as after the process was stopped, it asks. What it finds lost, `lost` is told before it resolves.
   */
  async confirm(): Promise<void> {
    const { freshMs } = this.#store.timing;
    if (this.#locks.some((lock) => lock.refuses && this.#ageOf(lock) >= freshMs)) await this.#beatAll();
  }

  /**
   * Gives the locks back. After a long silence one is left to whoever may be about to take it. One that stays, also because
   * it cannot be removed, keeps nobody waiting for long, as its owner is gone soon.
   */
  async release(): Promise<void> {
    this.leave();
    for (const lock of this.#locks.toReversed())
      if (this.#ageOf(lock) < this.#store.timing.safeMs)
        await this.#store.release(lock.name, lock.token).catch(() => undefined);
  }

  /** Gives no more signs of life, so that the locks are free when that is noticed, and not before. */
  leave(): void {
    this.#over = true;
    this.#end();
  }

  /** One round at a time: a store that does not answer is not asked again meanwhile. */
  #beatAll(): Promise<void> {
    this.#beats ??= this.#beatOnce();
    return this.#beats;
  }

  async #beatOnce(): Promise<void> {
    await Promise.all(this.#locks.map((lock) => this.#beat(lock)));
    this.#beats = undefined;
  }

  async #beat(lock: OwnLock): Promise<void> {
    const at = momentOf(this.#clock);
    try {
      if (await this.#store.beat(lock.name, lock.token, at.wall)) lock.beatAt = at;
      else this.#lose(lock, 'is no longer this run’s');
    } catch (error) {
      if (this.#ageOf(lock) >= this.#store.timing.safeMs)
        this.#lose(lock, `could not be kept: ${(error as Error).message.replace(/\.$/, '')}`);
    }
  }

  #lose(lock: OwnLock, why: string): void {
    if (this.#over || !lock.refuses) return;
    this.#over = true;
    this.#end();
    this.#lost(new RelayError('LOCK_LOST', `The lock ${this.#store.placeOf(lock.name)} ${why}.`));
  }

  #ageOf({ beatAt }: OwnLock): number {
    const now = momentOf(this.#clock);
    return Math.max(now.monotonic - beatAt.monotonic, Math.abs(now.wall - beatAt.wall));
  }
}
