import type { Id } from '../host/account.ts';

/** A change that is about to be sent. Of something new the id is not known yet. */
export type Draft = {
  /** What the host calls such a thing. */
  kind: string;
  name: string;
} & (
  | { action: 'created'; id: Id | null; before: null; after: object }
  | { action: 'updated'; id: Id; before: object; after: object }
);

/**
 * One change of a run, with what undoing it needs: the state before, and the state that the run left, by which it is seen
 * whether others changed the object since. What a state is, the driver of its kind says. `seq` names the change in the
 * journal.
 */
export type Change = Draft & { readonly seq: number };

/** Names an object among those that a run has changed. */
export function keyOf({ kind, id }: { kind: string; id: Id | null }): string {
  return `${kind} ${id}`;
}
