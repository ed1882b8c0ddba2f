import type { Change, Objects, States } from '../change.ts';
import type { Undoable } from './states-of.ts';

/** What becomes of one object that a run has changed. */
export interface Target<K extends Undoable = Undoable> {
  kind: K;
  object: Objects[K];
  name: string;
  changes: Change<K>[];
  /** The state that it gets back, and the one that the run left; `null` where it is removed. */
  states: { before: States[K]; after: States[K] } | null;
}

/** An object that stays, because it is not the run's alone any more. */
export interface Kept {
  target: Target;
  reason: string;
}

export interface UndoPlan {
  targets: Target[];
  kept: Kept[];
  /** Changes of which the host shows nothing, or nothing any more. */
  resolved: Change[];
  /** Changes of objects that the host could not be asked for. */
  unseen: Change[];
}
