import type { Change } from '../apply/change.ts';
import type { RunRecord } from './run-record.ts';

/** What the run did to an object, and whether all of it was undone. Nothing for what it did not touch. */
export function changeOf(
  { log }: Pick<RunRecord, 'log'>,
  kind: Change['kind'],
  is: (change: Change) => boolean,
): { change: Change; undone: boolean } | undefined {
  const isMeant = (change: Change) => change.kind === kind && change.id !== null && is(change);
  const change = log.changes.find(isMeant);
  if (change !== undefined) return { change, undone: false };
  const undone = log.reverted.find(isMeant);
  return undone && { change: undone, undone: true };
}
