import type { JournalNote, JournalTally, RunJournal } from '../apply/journal.ts';
import type { Clock } from '../core/clock.ts';
import { RelayError } from '../core/relay-error.ts';
import type { Begin } from './entries.ts';
import { BatchedLines } from './batched-lines.ts';
import { journalLine } from './journal-line.ts';
import { reasonOf } from './reason-of.ts';
import type { KeptRun, RunStore } from './state-store.ts';

/** What a journal is kept with. `writable`: gives a state as it may be written down, without what may hold a key. */
export interface JournalTools {
  clock: Pick<Clock, 'now'>;
  writable: (kind: string, state: object) => object;
}

/** The durable record of one run: lines of JSON, each safe in the store before `note` resolves. */
export class RunRecorder implements RunJournal {
  readonly #kept: KeptRun;
  readonly #lines: BatchedLines;
  readonly #tools: JournalTools;
  /** Reopened, and nothing noted since. */
  #untouched: boolean;
  /** The next note is the first after it was reopened. */
  #resumes: boolean;

  private constructor(kept: KeptRun, tools: JournalTools, untouched: boolean) {
    this.#kept = kept;
    this.#tools = tools;
    this.#untouched = untouched;
    this.#resumes = untouched;
    this.#lines = new BatchedLines(
      (lines) => kept.append(lines),
      () => tools.clock.now(),
    );
  }

  /** Begins the journal of a new run. Throws `STATE_UNWRITABLE` before anything was sent to the host. */
  static async begin(runs: RunStore, begin: Begin, tools: JournalTools): Promise<RunRecorder> {
    return new RunRecorder(await runs.begin(begin.run, journalLine(begin)), tools, false);
  }

  /** Goes on with the journal of a run that is resumed or rolled back. It says so with the first note, and not before. */
  static async reopen(runs: RunStore, run: string, tools: JournalTools): Promise<RunRecorder> {
    return new RunRecorder(await runs.reopen(run), tools, true);
  }

  async note(...notes: readonly JournalNote[]): Promise<void> {
    try {
      await this.#stamp(...notes.map((each) => this.#screened(each)));
    } catch (cause) {
      if (cause instanceof RelayError && cause.code === 'LOCK_LOST') throw cause;
      throw new RelayError('JOURNAL_FAILED', `The journal cannot be kept any longer (${reasonOf(cause)}).`, { cause });
    }
  }

  /** Whether it was reopened and nothing noted since: then nothing was sent to the host either. */
  get isUntouched(): boolean {
    return this.#untouched;
  }

  get tally(): Readonly<JournalTally> {
    return this.#lines.tally;
  }

  /** Leaves a run as it was before it was reopened: ended as it had ended, and one that nothing was noted of untouched. */
  async leave(end: { outcome: string; exitCode: number } | null): Promise<void> {
    if (end !== null && !this.#untouched) await this.end(end.outcome, end.exitCode);
    else await this.#kept.close();
  }

  async end(outcome: string, exitCode: number): Promise<void> {
    try {
      await this.#stamp({ type: 'end', outcome, exitCode });
      await this.#kept.close();
    } catch {
      // The report tells how the run ended.
    }
  }

  /** States hold what stands on the host, where anybody may have put a key. */
  #screened(note: JournalNote): JournalNote {
    const { writable } = this.#tools;
    if (note.type === 'made' && note.after !== undefined) return { ...note, after: writable(note.kind, note.after) };
    if (note.type === 'removing') return { ...note, before: writable('account', note.before) };
    if (note.type !== 'change') return note;
    const { change } = note;
    const after = writable(change.kind, change.after);
    return change.action === 'created'
      ? { ...note, change: { ...change, after } }
      : { ...note, change: { ...change, before: writable(change.kind, change.before), after } };
  }

  async #stamp(...notes: readonly (JournalNote | { type: 'end'; outcome: string; exitCode: number })[]): Promise<void> {
    if (notes.length === 0) return;
    const at = new Date(this.#tools.clock.now()).toISOString();
    const first = this.#resumes ? [{ type: 'resumed', at }] : [];
    this.#resumes = false;
    await this.#lines.add([...first, ...notes.map((note) => ({ ...note, at }))].map(journalLine));
    this.#untouched = false;
  }
}
