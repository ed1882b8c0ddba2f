import type { Id } from '../host/account.ts';
import type { Change } from './change.ts';

/** What is kept of a run while it goes on. */
export type JournalNote =
  /** Something is about to be sent that needs no undoing of its own. */
  | { type: 'intent'; kind: string; name: string; what: string }
  /** A change is about to be sent; whether it is carried out is not known yet. */
  | { type: 'change'; change: Change }
  /** What a change has made: its id, and the state in which the host shows it. */
  | { type: 'made'; kind: string; seq: number; id: Id; after?: object }
  | { type: 'reverted'; seq: number }
  /** An account is about to be removed; what it was tells how to make it anew, of whoever has its key. */
  | { type: 'removing'; id: Id; name: string; platform: string; before: object }
  /** An account of an earlier run is gone for good. */
  | { type: 'removed'; id: Id; name: string };

/** Keeps notes so that they outlive the run. */
export interface Journal {
  /** Resolves when the notes are safe. Throws `JOURNAL_FAILED` when they cannot be kept; then nothing may be sent. */
  note(...notes: readonly JournalNote[]): Promise<void>;
}

/** How a journal was kept: what was noted, in how many flushes, and how many milliseconds those took. */
export interface JournalTally {
  notes: number;
  flushes: number;
  ms: number;
}

/** The journal of one run. */
export interface RunJournal extends Journal {
  readonly tally: Readonly<JournalTally>;
  /** The last line: how the run ended. A journal that cannot take it is merely without an end. */
  end(outcome: string, exitCode: number): Promise<void>;
}

/** For hosts that do not outlive the run either. */
export const noJournal: Journal = { note: async () => undefined };
