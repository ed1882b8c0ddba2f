import type { Clock } from '../../core/clock.ts';
import type { Pace } from './pace.ts';

/** How long a host counts requests, in milliseconds, where its refusal does not tell. */
const usualWindowMs = 180_000;

/** Hosts count by their own clock, some by whole seconds, and from when a request has reached them. */
const marginMs = 1100;

/**
 * Keeps to a limit of so many requests in so much time, which nobody told: the first refusal shows it. From then on no
 * more requests leave within the time than had left when it came. Who waits is told once for each pause.
 */
export class CallBudget implements Pace {
  readonly #clock: Clock;
  readonly #waits: (ms: number) => void;
  /** When requests left, the oldest first, as far as they may still count. */
  #sent: number[] = [];
  #most = Infinity;
  #windowMs = usualWindowMs;
  #queue: Promise<void> = Promise.resolve();

  constructor(clock: Clock, waits: (ms: number) => void) {
    this.#clock = clock;
    this.#waits = waits;
  }

  turn(signal?: AbortSignal): Promise<void> {
    const mine = this.#queue.then(() => this.#wait(signal));
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

  refused(retryAfterMs: number | undefined): void {
    const now = this.#clock.now();
    if (retryAfterMs !== undefined && retryAfterMs > 0) this.#windowMs = retryAfterMs;
    this.#forget(now);
    // What was refused does not count on the host.
    this.#sent.pop();
    this.#most = Math.max(1, Math.min(this.#most, this.#sent.length));
    // Others who ask from the same address have used up what there was.
    if (this.#sent.length === 0) this.#sent = [now];
  }

  async #wait(signal?: AbortSignal): Promise<void> {
    for (let told = false; ;) {
      const now = this.#clock.now();
      this.#forget(now);
      const oldest = this.#sent[0];
      if (oldest === undefined || this.#sent.length < this.#most || signal?.aborted === true) break;
      const ms = oldest + this.#windowMs + marginMs - now;
      if (!told) this.#waits(ms);
      told = true;
      await this.#clock.sleep(ms, signal);
    }
    this.#sent.push(this.#clock.now());
  }

  #forget(now: number): void {
    const counting = this.#sent.findIndex((at) => at + this.#windowMs + marginMs > now);
    this.#sent.splice(0, counting === -1 ? this.#sent.length : counting);
  }
}
