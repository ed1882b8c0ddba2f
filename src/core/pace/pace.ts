import type { Clock } from '../clock.ts';
import { PaceController, type PaceBounds, type PaceSignal, type PaceState, type Turn } from './pace-controller.ts';

/** How a request ended, and for how many milliseconds the other side wants to be left alone, where it said that. */
export interface PaceEnd {
  signal: PaceSignal;
  retryAfterMs?: number | undefined;
}

/** A pace at its end, and how it came to that: the most that were under way at once, and how many were refused. */
export interface PaceSummary extends PaceState {
  most: number;
  refused: number;
}

interface Waiter {
  go: (turn: Turn | undefined) => void;
  leave: () => void;
}

/**
 * Lets requests go one after the other, as fast as the other side takes them. Whoever comes back after a refusal stands at
 * the end of the queue.
 */
export class Pace {
  readonly #clock: Pick<Clock, 'now' | 'sleep'>;
  readonly #controller: PaceController;
  readonly #waiting = new Set<Waiter>();
  #timer: AbortController | undefined;
  #most = 0;
  #refused = 0;

  constructor(bounds: PaceBounds, clock: Pick<Clock, 'now' | 'sleep'>) {
    this.#clock = clock;
    this.#controller = new PaceController(bounds);
  }

  /** Waits for the next turn, which must be ended. Nothing once the signal is aborted, or when it stands still. */
  turn(signal?: AbortSignal): Promise<Turn | undefined> {
    if (signal?.aborted === true) return Promise.resolve(undefined);
    return new Promise((resolve) => {
      const leave = () => {
        this.#waiting.delete(waiter);
        signal?.removeEventListener('abort', leave);
        resolve(undefined);
        this.#pump();
      };
      const go = (turn: Turn | undefined) => {
        this.#waiting.delete(waiter);
        signal?.removeEventListener('abort', leave);
        resolve(turn);
      };
      const waiter: Waiter = { go, leave };
      signal?.addEventListener('abort', leave, { once: true });
      this.#waiting.add(waiter);
      this.#pump();
    });
  }

  /** Ends a turn. Returns for how long nobody may go, in milliseconds, where the other side has just asked for that. */
  end(turn: Turn, { signal, retryAfterMs = 0 }: PaceEnd): number {
    if (signal === 'refused') this.#refused += 1;
    const pauseMs = this.#controller.end(turn, signal, this.#clock.now(), retryAfterMs);
    this.#pump();
    return pauseMs;
  }

  /** A request took so many milliseconds that the host answers by itself. */
  felt(ms: number): void {
    this.#controller.felt(ms, this.#clock.now());
  }

  /** Whether no other has been near a request until now: if it is refused, it was not for the pace. */
  isAlone(turn: Turn): boolean {
    return this.#controller.isAlone(turn);
  }

  /** Whether nothing but refusals has come for two minutes. */
  get standsStill(): boolean {
    return this.#controller.standsStill(this.#clock.now());
  }

  /** Whether nothing is under way, and nobody waits. */
  get idle(): boolean {
    return this.#waiting.size === 0 && this.state.now === 0;
  }

  /** What it is now. */
  get state(): PaceState {
    return this.#controller.state();
  }

  get summary(): PaceSummary {
    return { ...this.state, most: this.#most, refused: this.#refused };
  }

  #pump(): void {
    const now = this.#clock.now();
    if (this.#controller.standsStill(now)) for (const { go } of this.#waiting) go(undefined);
    for (const { go } of this.#waiting) {
      const ms = this.#controller.waitMs(now);
      if (ms > 0) return this.#wakeIn(ms);
      const turn = this.#controller.begin(now);
      this.#most = Math.max(this.#most, this.#controller.state().now);
      go(turn);
    }
    // Nobody waits any more, and nothing may keep a process alive for it.
    this.#timer?.abort();
  }

  #wakeIn(ms: number): void {
    // The end of a request wakes it as well.
    if (ms === Infinity || this.#timer !== undefined) return;
    const timer = new AbortController();
    this.#timer = timer;
    void this.#wake(this.#clock.sleep(Math.ceil(ms), timer.signal));
  }

  async #wake(slept: Promise<void>): Promise<void> {
    await slept;
    this.#timer = undefined;
    this.#pump();
  }
}
