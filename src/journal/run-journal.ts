import { closeSync, fsyncSync, mkdirSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import type { Journal, JournalNote } from '../apply/journal.ts';
import type { Clock } from '../terms/clock.ts';
import { RelayError } from '../terms/relay-error.ts';
import type { Begin } from './entries.ts';

/** Where the journals are, below the folder for state. */
export function journalFolder(stateDir: string): string {
  return join(stateDir, 'runs');
}

/**
 * The durable record of one run: JSON lines, each on disk before `note` returns. Written in step with the run, so that
 * what leaves for the host is never ahead of it.
 */
export class RunJournal implements Journal {
  readonly #descriptor: number;
  readonly #clock: Pick<Clock, 'now'>;

  private constructor(descriptor: number, clock: Pick<Clock, 'now'>) {
    this.#descriptor = descriptor;
    this.#clock = clock;
  }

  /** Begins the journal of a new run. Throws `STATE_UNWRITABLE` before anything was sent to the host. */
  static begin(stateDir: string, begin: Begin, clock: Pick<Clock, 'now'>): RunJournal {
    const file = join(journalFolder(stateDir), `${begin.run}.jsonl`);
    try {
      mkdirSync(journalFolder(stateDir), { recursive: true, mode: 0o700 });
      const journal = new RunJournal(openSync(file, 'ax', 0o600), clock);
      journal.#write(begin);
      return journal;
    } catch (cause) {
      throw new RelayError('STATE_UNWRITABLE', `The journal ${file} cannot be written (${reason(cause)}).`, { cause });
    }
  }

  /** Goes on with the journal of a run that is resumed or rolled back. */
  static reopen(stateDir: string, run: string, clock: Pick<Clock, 'now'>): RunJournal {
    const file = join(journalFolder(stateDir), `${run}.jsonl`);
    try {
      const journal = new RunJournal(openSync(file, 'a', 0o600), clock);
      // A torn last line ends here, so that what follows is a line of its own.
      writeSync(journal.#descriptor, '\n');
      journal.#stamp({ type: 'resumed' });
      return journal;
    } catch (cause) {
      throw new RelayError('STATE_UNWRITABLE', `The journal ${file} cannot be written (${reason(cause)}).`, { cause });
    }
  }

  note(note: JournalNote): void {
    try {
      this.#stamp(note);
    } catch (cause) {
      throw new RelayError('JOURNAL_FAILED', `The journal cannot be kept any longer (${reason(cause)}).`, { cause });
    }
  }

  /** The last line. A journal that cannot take it is merely without an end. */
  end(outcome: string, exitCode: number): void {
    try {
      this.#stamp({ type: 'end', outcome, exitCode });
      closeSync(this.#descriptor);
    } catch {
      // The report tells how the run ended.
    }
  }

  #stamp(note: JournalNote | { type: 'resumed' } | { type: 'end'; outcome: string; exitCode: number }): void {
    this.#write({ ...note, at: new Date(this.#clock.now()).toISOString() });
  }

  #write(line: object): void {
    const bytes = Buffer.from(`${JSON.stringify(line)}\n`);
    if (writeSync(this.#descriptor, bytes) !== bytes.length) throw new Error('only a part was written');
    fsyncSync(this.#descriptor);
  }
}

function reason(cause: unknown): string {
  return (cause as NodeJS.ErrnoException).code ?? (cause instanceof Error ? cause.message : 'unknown');
}
