import type { Channel, Group, Id, Plan } from '../host/objects.ts';

/** One change that this run made and that the host confirmed, with what is needed to take it back. */
export type Deed =
  | { kind: 'group' | 'channel' | 'plan' | 'account' | 'subscription'; action: 'created'; id: Id; name: string }
  | { kind: 'group'; action: 'updated'; id: Id; name: string; before: Group }
  | { kind: 'channel'; action: 'updated'; id: Id; name: string; before: Channel }
  | { kind: 'plan'; action: 'updated'; id: Id; name: string; before: Plan }
  | { kind: 'subscription'; action: 'extended'; id: Id; name: string; byDays: number; wasActive: boolean };

/** What a run has done so far, in order. Undo is computed from it, never from the plan. */
export class Ledger {
  readonly deeds: Deed[] = [];

  record(deed: Deed): void {
    this.deeds.push(deed);
  }

  /** Forgets deeds that were taken back. */
  forget(deeds: readonly Deed[]): void {
    for (const deed of deeds) {
      const index = this.deeds.indexOf(deed);
      if (index !== -1) this.deeds.splice(index, 1);
    }
  }
}
