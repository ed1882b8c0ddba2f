import type { HostObject } from '../../host/driver.ts';
import type { Id } from '../../host/account.ts';
import type { Change } from '../change.ts';

/** What becomes of one object that a run has changed. */
export interface Target {
  kind: string;
  id: Id;
  name: string;
  object: HostObject;
  changes: Change[];
  /** The state that it gets back, and the one that the run left; `null` where it is removed. */
  states: { before: object; after: object } | null;
}

/** An object that stays, because it is not the run's alone any more. */
export interface Kept extends Target {
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
