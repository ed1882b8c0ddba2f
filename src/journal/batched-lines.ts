import type { JournalTally } from '../apply/journal.ts';

/**
 * Keeps lines in the order in which they come. What comes while others are on their way waits, and is kept with one flush.
 * Once a flush has failed nothing more is kept: whatever follows would stand after a gap.
 */
export class BatchedLines {
  readonly tally: JournalTally = { notes: 0, flushes: 0, ms: 0 };
  readonly #flush: (lines: readonly string[]) => Promise<void>;
  readonly #now: () => number;
  #waiting: string[] = [];
  #next: Promise<void> | undefined;
  #last: Promise<void> = Promise.resolve();

  /** `flush` resolves when the lines are safe. `now` is in milliseconds. */
  constructor(flush: (lines: readonly string[]) => Promise<void>, now: () => number) {
    this.#flush = flush;
    this.#now = now;
  }

  /** Resolves when these lines are safe. Throws what kept the first lines from being kept that were not. */
  add(lines: readonly string[]): Promise<void> {
    this.#waiting.push(...lines);
    this.#next ??= this.#last = this.#last.then(() => this.#keepWaiting());
    return this.#next;
  }

  async #keepWaiting(): Promise<void> {
    const lines = this.#waiting;
    this.#waiting = [];
    this.#next = undefined;
    const from = this.#now();
    await this.#flush(lines);
    this.tally.notes += lines.length;
    this.tally.flushes += 1;
    this.tally.ms += this.#now() - from;
  }
}
