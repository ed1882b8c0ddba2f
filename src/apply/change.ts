import type {
  Account,
  AccountChange,
  Channel,
  ChannelSpec,
  Group,
  Id,
  Plan,
  PlanSpec,
  Subscription,
  User,
} from '../host/objects.ts';

/** The objects that a run changes, as the host shows them. */
export interface Objects {
  group: Group;
  channel: Channel;
  tariff: Plan;
  account: Account;
  subscription: Subscription;
  user: User;
}

/** Settings of an account; of one that was made, a digest stands for the settings that it was made with. */
export type AccountState = AccountChange & { digest?: string | undefined };

export interface SubscriptionState {
  userId: Id;
  groupId: Id;
  /** Milliseconds since 1970; `null` while the host has yet to say it. */
  expiresAt: number | null;
  /** How long one that is to be made shall run. */
  days: number | null;
  active: boolean;
}

/** What a change is told in, by kind: as much of an object as the change sets, and must know to undo it. */
export interface States {
  group: Partial<Omit<Group, 'id' | 'active'>>;
  channel: ChannelSpec;
  tariff: Partial<PlanSpec>;
  account: AccountState;
  subscription: SubscriptionState;
  user: { email: string };
}

export type ChangeKind = keyof States;

/** A change that is about to be sent. Of something new the id is not known yet. */
export type Draft<K extends ChangeKind = ChangeKind> = {
  [Kind in K]: { kind: Kind; name: string } & (
    | { action: 'created'; id: Id | null; before: null; after: States[Kind] }
    | { action: 'updated'; id: Id; before: States[Kind]; after: States[Kind] }
  );
}[K];

/**
 * One change of a run, with what undoing it needs: the state before, and the state that the run left, by which it is seen
 * whether others changed the object since. `seq` names it in the journal.
 */
export type Change<K extends ChangeKind = ChangeKind> = Draft<K> & { readonly seq: number };
