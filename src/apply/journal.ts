import type { ObjectKind } from '../host/host.ts';
import type { Id } from '../host/objects.ts';
import type { Deed } from './ledger.ts';

/** What is kept of a run while it goes on. */
export type JournalNote =
  /** A change is about to be sent; whether it is done is not known yet. */
  | { type: 'intent'; kind: ObjectKind; name: string; what: string }
  | { type: 'deed'; deed: Deed }
  | { type: 'undone'; kind: Deed['kind']; id: Id }
  /** An account is about to be removed. */
  | { type: 'removing'; id: Id; name: string }
  /** An account of an earlier run is gone for good. */
  | { type: 'removed'; id: Id; name: string };

/** Keeps notes so that they outlive the run. */
export interface Journal {
  /** Returns when the note is safe. Throws `JOURNAL_FAILED` when it cannot be kept; then nothing may be sent. */
  note(note: JournalNote): void;
}

/** For hosts that do not outlive the run either. */
export const noJournal: Journal = { note: () => undefined };
