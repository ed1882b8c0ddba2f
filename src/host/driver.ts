import type { z } from 'zod';
import type { Problem } from '../core/relay-error.ts';
import type { Account, Id } from './account.ts';
import type { Grant } from './grants.ts';
import type { WriteResult } from './host-failure.ts';

/** An object on a host, of whichever kind. Grants have no name. */
export interface HostObject {
  id: Id;
  name?: string;
}

/** What is seen around the objects of a run when it is undone: all that telling whose they are asks for. */
export interface Surroundings {
  /** Whether there is such a place. Bindings to places that are gone say nothing. */
  placeExists: (id: Id) => boolean;
  /** Places that the run has made, by their marks: a noted id may be wrong. */
  madePlaces: readonly Id[];
  /** Objects of a kind of resource; nothing where they could not be read. */
  objects: (kind: string) => readonly HostObject[] | undefined;
}

/** Who may use an object beside the run that made it. What could not be read is absent. */
export interface Others<Around extends Surroundings = Surroundings> {
  /** Accounts and grants that are not the run's. */
  accounts: readonly Account[] | undefined;
  grants: readonly Grant[] | undefined;
  /** What stays on the host of that which the run has made or edited. */
  kept: readonly { kind: string; name: string; object: HostObject }[];
  around: Around;
}

/**
 * What is known of one kind of object: how it is found, told apart, compared, removed and restored. A state is as much of
 * an object as a change sets, and must know to undo it. Everything that asks the host throws `HostFailure`.
 */
export interface Driver<
  State extends object = object,
  Kind extends HostObject = HostObject,
  Around extends Surroundings = Surroundings,
> {
  /** What the host calls such a thing. */
  readonly kind: string;
  /** The form of a state, by which one that was written down is read again. */
  readonly schema: z.ZodType<State>;
  /** Objects of the kind, among them the one of this state if the host has it. */
  find(state: State): Promise<Kind[]>;
  /** One object by its id, where that is cheaper than all of them. */
  get?(id: Id): Promise<Kind | undefined>;
  /** Whether an object is the one that was to be made so: by its mark, or where the kind has none by name and place. */
  isMadeAs(object: Kind, name: string, made: State): boolean;
  /** Whether an object under a noted id is what was made there, whatever others did to it since. */
  isStill(object: Kind, name: string, made: State, around: Around): boolean;
  /** In what an object differs from a state, in words; only what the state names counts. */
  differences(object: Kind, state: State, around?: Around): string[];
  /** The state in which the host shows something that was made. */
  stateOf(object: Kind, made: State): State;
  remove(object: Kind): Promise<WriteResult<unknown>>;
  /** Gives an object its state `before` back; `after` is the one that the run left. Nothing where nothing is to be sent. */
  restore(
    object: Kind,
    states: { before: State; after: State },
    tools: { around: Around; requestId: string },
  ): Promise<WriteResult<unknown> | undefined>;
  /** Who else uses an object that is to be removed, in words for the operator; nothing where nobody does. Pure. */
  usedBy?(object: Kind, others: Others<Around>): string | null;
  /**
   * Why an object stays that was made, once it was taken out of use as far as the host allows; nothing while it is in use.
   * For kinds that a host does not remove. Pure.
   */
  stays?(object: Kind): string | null;
  /** A state as it may be written down: what may hold a key stands there by its length and hash only. */
  writable?(state: State, hide: (text: string) => string): State;
  /** What of a written state is not known any more, in words. */
  unkept?(state: State): string[];
  /** How changes that name a part of a state are read; a change names all of it where this is absent. */
  readonly edits?: Edits<State, Kind>;
}

/** For a kind whose changes name some settings each, and whose service others may switch. All pure. */
export interface Edits<State extends object, Kind extends HostObject> {
  /** The state after a change. */
  apply(state: State, change: State): State;
  /** What of a state tells whose the object is. Whether it serves does not: hosts switch that by themselves, and people. */
  telling(state: State): State;
  /** How the run has switched it since the first of its states, where it still stands so; nothing where others decided. */
  switched(object: Kind, states: readonly State[]): State | undefined;
}

/** What is known of a kind of resource: what a provider becomes on a host, accounts aside. */
export interface ResourceDriver<
  State extends object = object,
  Kind extends HostObject = HostObject,
  Around extends Surroundings = Surroundings,
> extends Driver<State, Kind, Around> {
  /** The state with the ids of what the run has made before it, by kind, where it names them. Pure. */
  placed(state: State, ids: ReadonlyMap<string, Id>): State;
  create(state: State): Promise<WriteResult<unknown>>;
  /** Throws `WRITE_REFUSED` where others have changed the object since `before` was read. */
  update(id: Id, states: { before: State; after: State }): Promise<WriteResult<unknown>>;
  /** Lets go of a place and leaves the object to those who use it otherwise; nothing where it needs no such thing. */
  release?(object: Kind, place: Id): Promise<WriteResult<unknown>>;
  /** Whether it holds a place still. */
  holds?(object: Kind, place: Id): boolean;
}

/** What a provider becomes on a host, accounts aside. */
export interface ResourcePort {
  /** Why the login may not change any of them, where that is so. */
  barred: Problem | null;
  /** In the order in which they are made; what is undone is undone the other way round. */
  drivers: readonly ResourceDriver[];
  /** All of them, whole, by kind. */
  list(): Promise<Resources>;
  /** Looks around for undoing changes: `made` are those of resources, `kinds` those that are asked for. */
  survey(
    made: readonly { kind: string; name: string; state: object }[],
    kinds: ReadonlySet<string>,
  ): Promise<Surroundings>;
}

/** The resources of a host, by kind. */
export type Resources = Readonly<Record<string, readonly HostObject[]>>;
