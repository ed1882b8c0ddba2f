import type { Clock } from '../../core/clock.ts';
import type { BudgetState } from '../../core/pace/budget-state.ts';
import type { Pace } from './pace.ts';

/** How long a host counts requests, in milliseconds. */
const usualWindowMs = 180_000;

/** Fewer requests in that time are no limit that anybody sets. */
const leastLimit = 30;

/** How long it is waited for what others have used up, in milliseconds; a request is sent five times at most. */
const patienceMs = 50_000;

/** The longest that a host is believed when it asks to be left alone, in milliseconds. */
const maxShutMs = 600_000;

/** A wait that is worth a word, in milliseconds. */
const worthTellingMs = 2000;

/** Hosts count by their own clock, some by whole seconds, and from when a request has reached them. */
const marginMs = 1100;

/**
 * Keeps to a limit of so many requests in so much time, which nobody told: the first refusal shows it. From then on no
 * more requests leave within the time than had left when it came, and none before the host said that it takes some again.
 * Who waits is told once for each pause.
 */
export class CallBudget implements Pace {
  readonly #clock: Clock;
  readonly #waits: (ms: number) => void;
  /** When requests left, the oldest first, as far as they may still count. */
  #sent: number[] = [];
  #most = Infinity;
  /** When the host takes requests again, in milliseconds since 1970. */
  #shutUntil = 0;
  #queue: Promise<void> = Promise.resolve();
  #waiting = 0;
  #heldBack = 0;
  #refused = 0;

  constructor(clock: Clock, waits: (ms: number) => void) {
    this.#clock = clock;
    this.#waits = waits;
  }

  turn(signal?: AbortSignal): Promise<void> {
    if (this.#waiting === 0 && this.#waitMs() <= 0) {
      this.#sent.push(this.#clock.now());
      return Promise.resolve();
    }
    this.#waiting += 1;
    this.#heldBack += 1;
    const mine = this.#queue.then(() => this.#wait(signal)).finally(() => (this.#waiting -= 1));
    this.#queue = mine;
    if (signal === undefined) return mine;
    if (signal.aborted) return Promise.resolve();
    // Whoever is told to end does not stay in the queue.
    return new Promise((resolve, reject) => {
      const end = () => resolve();
      signal.addEventListener('abort', end, { once: true });
      void mine.then(end, reject).finally(() => signal.removeEventListener('abort', end));
    });
  }

  get state(): BudgetState {
    this.#forget(this.#clock.now());
    const limit = this.#most === Infinity ? null : this.#most;
    const why = limit !== null ? 'refused' : this.#refused > 0 ? 'busy' : 'starting';
    const counts = { refused: this.#refused, heldBack: this.#heldBack };
    return { now: this.#sent.length, limit, windowMs: usualWindowMs, why, ...counts };
  }

  refused(retryAfterMs: number | undefined): void {
    const now = this.#clock.now();
    this.#refused += 1;
    this.#forget(now);
    // What was refused does not count on the host.
    this.#sent.pop();
    // Where so few were sent from here, others have used up what there was, and nothing is learnt of the limit.
    const isOwn = this.#sent.length >= leastLimit;
    if (isOwn) this.#most = Math.min(this.#most, this.#sent.length);
    if (retryAfterMs !== undefined) this.#shutUntil = now + Math.min(retryAfterMs, maxShutMs) + marginMs;
    else if (!isOwn) this.#shutUntil = now + patienceMs;
  }

  async #wait(signal?: AbortSignal): Promise<void> {
    for (let told = false; ;) {
      const ms = this.#waitMs();
      if (ms <= 0 || signal?.aborted === true) break;
      if (!told && ms >= worthTellingMs) this.#waits(ms);
      told = true;
      await this.#clock.sleep(ms, signal);
    }
    this.#sent.push(this.#clock.now());
  }

  /** How long the next one has to wait, in milliseconds; nothing or less where it may leave. */
  #waitMs(): number {
    const now = this.#clock.now();
    this.#forget(now);
    const [oldest] = this.#sent;
    const free = oldest === undefined || this.#sent.length < this.#most ? now : oldest + usualWindowMs + marginMs;
    return Math.max(free, this.#shutUntil) - now;
  }

  #forget(now: number): void {
    const counting = this.#sent.findIndex((at) => at + usualWindowMs + marginMs > now);
    this.#sent.splice(0, counting === -1 ? this.#sent.length : counting);
  }
}
