import type {
  Account,
  AccountChange,
  AccountSpec,
  Channel,
  ChannelSpec,
  Group,
  GroupSpec,
  Id,
  Plan,
  PlanSpec,
  User,
} from '../host/objects.ts';
import type { AccessMode, FailedPolicy, ImportMode, ProbeMode } from '../core/modes.ts';
import type { Problem } from '../core/relay-error.ts';

/**
 * What an import would do, as a value: computed from what is wanted and what the host holds, printed, and then carried
 * out as it stands. Modes and flags are expanded into it; whoever applies it asks for none of them.
 */
export interface ImportPlan {
  run: string;
  mode: ImportMode;
  access: AccessMode;
  group: GroupStep;
  channel: ChannelStep;
  /** Only where access is by subscription. */
  plan: PlanStep | null;
  accounts: AccountStep[];
  /**
   * Whether what joins the group is first proven in a group beside it, because users are served there already (rule N6).
   */
  staging: { name: string } | null;
  /** Groups that interrupted runs have left beside this one. */
  staleStaging: { id: Id; name: string }[];
  /** Users for gateway checks that interrupted runs have left, of whichever provider. */
  leftUsers: { id: Id; name: string }[];
  /** Accounts of this provider that serve, and that the import is not about. */
  servingElsewhere: number;
  /** More than half of the accounts of this provider would go. */
  massRemoval: boolean;
  /** Accounts of this provider whose keys are no longer wanted, newest first. Carried out last. */
  removals: RemovalStep[];
  /** Ids of all accounts that bear the marker of this provider and mode: one of a key that is not among them is news. */
  knownAccounts: ReadonlySet<Id>;
  subscriptions: SubscriptionStep[];
  gateway: GatewayStep;
  policy: Policy;
  warnings: Problem[];
}

export type GroupStep =
  | { action: 'create'; name: string; spec: GroupSpec }
  | { action: 'adopt'; name: string; id: Id; before: Group; description: string }
  | { action: 'unchanged'; name: string; id: Id };

/** The spec lacks the managed group where that is yet to be made; applying adds it. */
export type ChannelStep =
  | { action: 'create'; name: string; spec: ChannelSpec }
  | { action: 'update' | 'adopt'; name: string; id: Id; before: Channel; spec: ChannelSpec; differences: string[] }
  | { action: 'unchanged'; name: string; id: Id };

export type PlanStep =
  | { action: 'create'; name: string; spec: Omit<PlanSpec, 'groupId'> }
  | { action: 'adopt'; name: string; id: Id; before: Plan }
  | { action: 'unchanged'; name: string; id: Id };

interface KeyOfStep {
  line: number;
  fingerprint: string;
  last4: string;
  /** Whether the key file wants it to serve. */
  enabled: boolean;
}

/** Why an account is tested that was there before. One that was out of service is put back if it works. */
export type Retest = 'held_out' | 'untested' | 'changed';

export type AccountStep = KeyOfStep &
  (
    | { action: 'create'; name: string; spec: Omit<AccountSpec, 'groupId'> }
    | {
        action: 'update' | 'adopt';
        name: string;
        account: Account;
        change: AccountChange;
        differences: string[];
        retest: Retest | null;
        /** It joins the group only now, it serves there, or it is there out of service. */
        place: 'joins' | 'serves' | 'idle';
      }
    | { action: 'unchanged'; name: string; account: Account; retest: Retest | null }
  );

export interface RemovalStep {
  id: Id;
  name: string;
  /** Whether the host hands requests to it until then. */
  serves: boolean;
  reason: string;
}

export type SubscriptionStep = { user: User; asked: string; days: number } & (
  | { action: 'create' }
  | { action: 'reuse'; id: Id; expiresAt: number }
  | { action: 'extend'; id: Id; byDays: number; wasActive: boolean }
);

/** How the gateway is to be checked: with a given key, a found one, one that relay makes, or not at all. */
export interface GatewayStep {
  probe: 'given' | 'find' | 'make' | 'skip';
  asked: ProbeMode;
}

export interface Policy {
  /** What a failed account, a refused write, a failed test or a failed subscription leads to. */
  onFailure: 'undo' | 'keep';
  /** What becomes of failed accounts when the run goes on. */
  failedAccounts: FailedPolicy;
  /** Whether more than half of the accounts may go. */
  massRemoval: 'refuse' | 'allowed';
  /** What becomes of this run's accounts when the gateway does not get ready. */
  gatewayNotReady: 'keep' | 'undo';
}

/** Whether carrying out the plan would send any change to the host. */
export function changesAnything(plan: ImportPlan): boolean {
  return (
    [plan.group, plan.channel, plan.plan].some((step) => step !== null && step.action !== 'unchanged') ||
    plan.accounts.some((step) => step.action !== 'unchanged') ||
    plan.removals.length + plan.staleStaging.length + plan.leftUsers.length > 0 ||
    plan.subscriptions.some((step) => step.action !== 'reuse')
  );
}

/** Whether carrying out the plan would send anything but reads: a change, a test, or a probe user. */
export function acts(plan: ImportPlan): boolean {
  return changesAnything(plan) || plan.accounts.some((step) => step.action === 'unchanged' && step.retest !== null);
}
