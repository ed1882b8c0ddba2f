import type { Problem } from '../core/relay-error.ts';
import type { AccessMode } from '../core/modes.ts';
import type { Secret } from '../core/secrets/secret.ts';
import type { Provider } from '../pack/manifest.ts';
import type { Account, Id } from './account.ts';
import type { HostObject, Resources } from './driver.ts';

/** Whose resources are meant: those of one provider, in one access mode. */
export interface Owner {
  provider: Provider;
  access: AccessMode;
}

/** An owner of whom little more is known than what its accounts say. */
export interface MarkedOwner {
  provider: Pick<Provider, 'id' | 'planTemplate'>;
  access: AccessMode;
}

/** Of a host, what a layout asks. */
export interface Held {
  resources: Resources;
  accounts: readonly Account[];
}

/** One value as it is and as it shall be, for people; `null` where there is none. */
export interface ValueChange {
  name: string;
  from: string | null;
  to: string | null;
}

/** What is to become of one resource. It lacks the ids of what is yet to be made; applying adds them. */
export type ResourceStep = {
  kind: string;
  name: string;
  /** For people: what would be made or changed. */ detail: string;
  /** Whether it is made once all else is proven, since it cannot be taken away again. */ isLast?: boolean;
} & (
  | { action: 'create'; id: null; after: object }
  | {
      action: 'adopt' | 'update';
      id: Id;
      before: object;
      after: object;
      differences: string[];
      values: ValueChange[];
    }
  | { action: 'unchanged'; id: Id }
);

/** The place in which accounts of a provider serve, and to which users are given access; no id while it is yet to be made. */
export interface Place {
  kind: string;
  name: string;
  id: Id | null;
}

export interface LayoutPlan {
  place: Place;
  /** In the order in which they are carried out. */
  steps: ResourceStep[];
  warnings: Problem[];
  /** What stands in the way. */
  problems: Problem[];
}

/** A resource as a status tells it. */
export interface FoundResource {
  kind: string;
  id: Id | null;
  name: string;
  state: 'active' | 'switched_off' | 'missing' | 'foreign' | 'left_behind';
}

/** What would go with a provider, in the order in which it goes. */
export interface ManagedResource {
  kind: string;
  object: HostObject & { name: string };
  /** It goes before the accounts, or after them. */
  when: 'first' | 'last';
  /** Why it stays, where others use it beside the place. */
  shared: string | null;
  /** Of a thing that stays whoever uses it, being the whole host's or what the host deletes none of: nothing is amiss then. */
  staysAnyway?: boolean;
}

/** What a provider becomes on a host of this kind. All of it is pure. */
export interface Layout {
  /** The managed place, when the host has it. */
  place(owner: MarkedOwner, held: Pick<Held, 'resources'>): (Place & { id: Id }) | undefined;
  plan(job: Owner & { run: string; adopt: boolean }, held: Held): LayoutPlan;
  /** `present`: whether there is anything else of the owner, so that what is not there is missing. */
  status(owner: MarkedOwner, held: Held, present: boolean): FoundResource[];
  managed(owner: Owner, held: Held): ManagedResource[];
}

/** How accounts are proven where no user meets them. */
export type IsolationPort = StagingPort | PinningPort;

/** In places beside the managed one, which are made for it. */
export interface StagingPort {
  by: 'place';
  /** The kind of resource that such a place is. */
  kind: string;
  /** What a staging place of this name is made of. */
  state(owner: { provider: Pick<Provider, 'id' | 'platform'>; access: AccessMode; run: string }, name: string): object;
  /** Places that interrupted runs of the owner have left, `run` aside, and in which nothing is that others made. Pure. */
  stale(owner: { provider: { id: string }; access: AccessMode; run: string }, held: Held): { id: Id; name: string }[];
}

/** In no place at all: what is in none serves nobody, but can be reached by a key that names it. */
export interface PinningPort {
  by: 'pin';
  /** The same key, with which the host hands requests to this account alone, wherever that is. Pure. */
  pinned(key: Secret, account: Id): Secret;
}
