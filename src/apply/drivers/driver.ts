import type { WriteResult } from '../../host/host-failure.ts';
import type { Host } from '../../host/host.ts';
import type { Id } from '../../host/objects.ts';
import type { Clock } from '../../core/clock.ts';
import type { ChangeKind, Objects, States } from '../change.ts';

/** The groups of a host, as far as telling whose an object is asks for them. */
export interface Groups {
  /** Bindings to groups that are gone say nothing. */
  exists: (id: Id) => boolean;
  /** Says in its description that relay manages it. */
  isMarked: (id: Id) => boolean;
}

/** What is known of one kind of object: how it is found, told apart, compared, removed and restored. */
export interface Driver<K extends ChangeKind> {
  /** Objects of the kind, among them the one of this state if the host has it. Throws `HostFailure`. */
  find(host: Host, state: States[K]): Promise<Objects[K][]>;
  /** Whether an object is the one that was to be made so: by its mark, or where the kind has none by name and place. */
  isMadeAs(object: Objects[K], name: string, made: States[K]): boolean;
  /** Whether an object under a noted id is what was made there, whatever others did to it since. */
  isStill(object: Objects[K], name: string, made: States[K], groups: Groups): boolean;
  /** In what an object differs from a state, in words; only what the state names counts. */
  differences(object: Objects[K], state: States[K], groups?: Groups): string[];
  /** The state in which the host shows something that was made. */
  stateOf(object: Objects[K], made: States[K]): States[K];
  remove(host: Host, object: Objects[K]): Promise<WriteResult<unknown>>;
  /** Gives an object its state `before` back; `after` is the one that the run left. */
  restore(
    host: Host,
    object: Objects[K],
    states: { before: States[K]; after: States[K] },
    tools: { clock: Clock; groups: Groups },
  ): Promise<WriteResult<unknown> | undefined>;
}
