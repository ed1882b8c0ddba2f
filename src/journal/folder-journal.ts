import { closeSync, fsyncSync, ftruncateSync, mkdirSync, openSync, readFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import type { JournalNote, RunJournal } from '../apply/journal.ts';
import type { Clock } from '../core/clock.ts';
import { RelayError } from '../core/relay-error.ts';
import type { Begin } from './entries.ts';
import { journalLine, parseJournalLine } from './journal-line.ts';

/** Where the journals are, below the folder for state. */
export function journalFolder(stateDir: string): string {
  return join(stateDir, 'runs');
}

/** What a journal is kept with. `writable`: gives a state as it may be written down, without what may hold a key. */
export interface JournalTools {
  clock: Pick<Clock, 'now'>;
  writable: (kind: string, state: object) => object;
}

/**
 * The durable record of one run: JSON lines, each on disk before `note` returns. Written in step with the run, so that
 * what leaves for the host is never ahead of it.
 */
export class FolderJournal implements RunJournal {
  readonly #descriptor: number;
  readonly #clock: Pick<Clock, 'now'>;
  readonly #writable: JournalTools['writable'];
  /** Reopened, and nothing noted since. */
  #untouched = false;

  private constructor(descriptor: number, { clock, writable }: JournalTools) {
    this.#descriptor = descriptor;
    this.#clock = clock;
    this.#writable = writable;
  }

  /** Begins the journal of a new run. Throws `STATE_UNWRITABLE` before anything was sent to the host. */
  static begin(stateDir: string, begin: Begin, tools: JournalTools): FolderJournal {
    const file = join(journalFolder(stateDir), `${begin.run}.jsonl`);
    try {
      mkdirSync(journalFolder(stateDir), { recursive: true, mode: 0o700 });
      const journal = new FolderJournal(openSync(file, 'ax', 0o600), tools);
      journal.#write(begin);
      return journal;
    } catch (cause) {
      throw new RelayError('STATE_UNWRITABLE', `The journal ${file} cannot be written (${reason(cause)}).`, { cause });
    }
  }

  /** Goes on with the journal of a run that is resumed or rolled back. It says so with the first note, and not before. */
  static reopen(stateDir: string, run: string, tools: JournalTools): FolderJournal {
    const file = join(journalFolder(stateDir), `${run}.jsonl`);
    try {
      const journal = new FolderJournal(openSync(file, 'a', 0o600), tools);
      // A torn last line goes, so that what follows is a line of its own, and none in the middle is torn.
      ftruncateSync(journal.#descriptor, wholeLength(readFileSync(file)));
      journal.#untouched = true;
      return journal;
    } catch (cause) {
      throw new RelayError('STATE_UNWRITABLE', `The journal ${file} cannot be written (${reason(cause)}).`, { cause });
    }
  }

  note(...notes: readonly JournalNote[]): void {
    try {
      this.#stamp(...notes.map((each) => this.#screened(each)));
    } catch (cause) {
      throw new RelayError('JOURNAL_FAILED', `The journal cannot be kept any longer (${reason(cause)}).`, { cause });
    }
  }

  /** Whether it was reopened and nothing noted since: then nothing was sent to the host either. */
  get isUntouched(): boolean {
    return this.#untouched;
  }

  /** Leaves a run as it was before it was reopened: ended as it had ended, and one that nothing was noted of untouched. */
  leave(end: { outcome: string; exitCode: number } | null): void {
    if (end !== null && !this.#untouched) this.end(end.outcome, end.exitCode);
    else closeSync(this.#descriptor);
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

  /** States hold what stands on the host, where anybody may have put a key. */
  #screened(note: JournalNote): JournalNote {
    if (note.type === 'made' && note.after !== undefined)
      return { ...note, after: this.#writable(note.kind, note.after) };
    if (note.type !== 'change') return note;
    const { change } = note;
    const after = this.#writable(change.kind, change.after);
    return change.action === 'created'
      ? { ...note, change: { ...change, after } }
      : { ...note, change: { ...change, before: this.#writable(change.kind, change.before), after } };
  }

  #stamp(...notes: readonly (JournalNote | { type: 'end'; outcome: string; exitCode: number })[]): void {
    if (notes.length === 0) return;
    const at = new Date(this.#clock.now()).toISOString();
    const first = this.#untouched ? [{ type: 'resumed', at }] : [];
    this.#write(...first, ...notes.map((note) => ({ ...note, at })));
    this.#untouched = false;
  }

  #write(...lines: readonly object[]): void {
    const bytes = Buffer.from(lines.map((line) => `${journalLine(line)}\n`).join(''));
    if (writeSync(this.#descriptor, bytes, 0, bytes.length, null) !== bytes.length)
      throw new Error('only a part was written');
    fsyncSync(this.#descriptor);
  }
}

/** How many bytes of a journal are whole lines. */
function wholeLength(bytes: Buffer): number {
  const end = bytes.lastIndexOf('\n') + 1;
  const start = bytes.lastIndexOf('\n', end - 2) + 1;
  const last = bytes.toString('utf8', start, Math.max(start, end - 1));
  return last === '' || parseJournalLine(last) !== undefined ? end : start;
}

function reason(cause: unknown): string {
  return (cause as NodeJS.ErrnoException).code ?? (cause instanceof Error ? cause.message : 'unknown');
}
