import type { AccountChange, Channel, ChannelSpec, Group, Id, Plan } from '../host/objects.ts';
import { noJournal, type Journal } from './journal.ts';

/** One change that this run made, with what is needed to take it back, and to see whether others changed it since. */
export type Deed =
  | { kind: 'group' | 'channel' | 'plan'; action: 'created'; id: Id; name: string }
  /** `digest`: of the settings it was made with, where they are known. */
  | { kind: 'account'; action: 'created'; id: Id; name: string; digest?: string | undefined }
  /** `expiresAt`: in milliseconds since 1970, as this run left it. */
  | { kind: 'subscription'; action: 'created'; id: Id; name: string; groupId: Id; expiresAt: number }
  | { kind: 'group'; action: 'updated'; id: Id; name: string; before: Group; after: string }
  | { kind: 'channel'; action: 'updated'; id: Id; name: string; before: Channel; after: ChannelSpec }
  | { kind: 'plan'; action: 'updated'; id: Id; name: string; before: Plan; after: Id }
  | { kind: 'account'; action: 'updated'; id: Id; name: string; before: AccountChange; after: AccountChange }
  /** `expiresAt`: in milliseconds since 1970, as it was before. */
  | {
      kind: 'subscription';
      action: 'extended';
      id: Id;
      name: string;
      groupId: Id;
      expiresAt: number;
      byDays: number;
      wasActive: boolean;
    };

/** What a run has done so far, in order, and what of it was taken back. Undo is computed from it, never from the plan. */
export class Ledger {
  readonly deeds: Deed[];
  readonly undone: Deed[] = [];
  #journal: Journal;

  /** `earlier`: what the same run did before it was interrupted. */
  constructor(journal: Journal, earlier: readonly Deed[] = []) {
    this.#journal = journal;
    this.deeds = [...earlier];
  }

  /** Of something new: after it was made. Of an edit: before it is sent, since the earlier state is lost after it. */
  record(deed: Deed): void {
    this.deeds.push(deed);
    this.#journal.note({ type: 'deed', deed });
  }

  /** Goes on without a journal, to name what is on the host when nothing can be kept any longer. */
  giveUpJournal(): void {
    this.#journal = noJournal;
  }

  /** These deeds were taken back, or turned out never to have been done. */
  takenBack(deeds: readonly Deed[]): void {
    for (const deed of deeds) {
      const index = this.deeds.indexOf(deed);
      if (index === -1) continue;
      this.deeds.splice(index, 1);
      this.undone.push(deed);
      this.#journal.note({ type: 'undone', kind: deed.kind, id: deed.id });
    }
  }
}
