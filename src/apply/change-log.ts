import type { Id } from '../host/account.ts';
import type { Change, Draft } from './change.ts';
import { noJournal, type Journal } from './journal.ts';

/** What a run has changed so far, in order, and what of it was reverted. Undo is computed from it, never from the plan. */
export class ChangeLog {
  readonly changes: Change[];
  readonly reverted: Change[] = [];
  #journal: Journal;
  #lastSeq: number;

  /** `earlier`: what the same run did before it was interrupted, and the last number that it gave to a change. */
  constructor(
    journal: Journal,
    earlier: { changes: readonly Change[]; lastSeq: number } = { changes: [], lastSeq: 0 },
  ) {
    this.#journal = journal;
    this.changes = earlier.changes.map((change) => ({ ...change }));
    this.#lastSeq = earlier.lastSeq;
  }

  /** Notes changes before they are sent. Throws `JOURNAL_FAILED`; then nothing may be sent. */
  async note(drafts: readonly Draft[]): Promise<Change[]> {
    const changes = drafts.map((draft): Change => {
      this.#lastSeq += 1;
      return { ...draft, seq: this.#lastSeq };
    });
    this.changes.push(...changes);
    await this.#journal.note(...changes.map((change) => ({ type: 'change' as const, change })));
    return changes;
  }

  /** Something new was made: `after` is the state in which the host shows it. */
  async made(list: readonly { change: Change; id: Id; after?: object }[]): Promise<void> {
    for (const { change, id, after } of list) Object.assign(change, { id }, after === undefined ? {} : { after });
    await this.#journal.note(
      ...list.map(({ change: { kind, seq }, id, after }) => ({
        type: 'made' as const,
        kind,
        seq,
        id,
        ...(after === undefined ? {} : { after }),
      })),
    );
  }

  /** These changes were undone, or turned out never to have been carried out. */
  async revert(changes: readonly Change[]): Promise<void> {
    const meant = new Set(changes);
    const gone = this.changes.filter((change) => meant.has(change));
    const kept = this.changes.filter((change) => !meant.has(change));
    this.changes.length = 0;
    for (const change of kept) this.changes.push(change);
    for (const change of gone) this.reverted.push(change);
    await this.#journal.note(...gone.map(({ seq }) => ({ type: 'reverted' as const, seq })));
  }

  /** The number of the newest change. */
  get lastSeq(): number {
    return this.#lastSeq;
  }

  /** Whether the run has made this object. */
  hasMade(kind: string, id: Id): boolean {
    return this.changes.some((change) => change.kind === kind && change.action === 'created' && change.id === id);
  }

  /** Goes on without a journal, to name what is on the host when nothing can be kept any longer. */
  giveUpJournal(): void {
    this.#journal = noJournal;
  }
}
