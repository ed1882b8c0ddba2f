import type { Deed } from '../apply/ledger.ts';
import type { RunRecord } from './run-record.ts';

/** What the run did to an object, and whether that was taken back. Nothing for what it did not touch. */
export function deedOf(
  record: RunRecord,
  kind: Deed['kind'],
  is: (deed: Deed) => boolean,
): { deed: Deed; undone: boolean } | undefined {
  const undone = record.ledger.undone.find((deed) => deed.kind === kind && is(deed));
  if (undone !== undefined) return { deed: undone, undone: true };
  const deed = record.ledger.deeds.find((each) => each.kind === kind && is(each));
  return deed && { deed, undone: false };
}
