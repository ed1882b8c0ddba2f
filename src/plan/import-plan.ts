import type { ModelsStep } from './plan-models.ts';
import type { Account, AccountChange, AccountSpec, Id } from '../host/account.ts';
import type { User } from '../host/grants.ts';
import type { Place, ResourceStep } from '../host/layout.ts';
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
  models: ModelsStep;
  /** Where the accounts serve, and what users are given access to. */
  place: Place;
  /** What the provider becomes on the host, accounts aside, in the order in which it is made. */
  resources: ResourceStep[];
  accounts: AccountStep[];
  /** Where what joins the place is proven first (rule N6): in one beside it, or in none. `null`: it begins in the place. */
  staging: { by: 'place'; kind: string; name: string } | { by: 'pin' } | null;
  /** What interrupted runs have left: staging places of this provider, and clients for gateway checks of any. */
  stale: { staging: StaleObject[]; clients: (StaleObject & { run: string })[] };
  /** Accounts of this provider that serve, and that the import is not about. */
  servingElsewhere: number;
  /** More than half of the accounts of this provider would go. */
  massRemoval: boolean;
  /** Accounts of this provider whose keys are no longer wanted, newest first. Carried out last. */
  removals: RemovalStep[];
  /** Ids of all accounts that bear the marker of this provider and mode: one of a key that is not among them is news. */
  knownAccounts: ReadonlySet<Id>;
  grants: GrantStep[];
  gateway: GatewayStep;
  policy: Policy;
  warnings: Problem[];
}

export interface StaleObject {
  kind: string;
  id: Id;
  name: string;
}

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
    | { action: 'create'; name: string; spec: Omit<AccountSpec, 'place'> }
    | {
        action: 'update' | 'adopt';
        name: string;
        account: Account;
        change: AccountChange;
        differences: string[];
        retest: Retest | null;
        /** It joins the place only now, it serves there, or it is there out of service. */
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

/** `days` is `null`, and nothing ends, where the host has no access that ends by itself. */
export type GrantStep = { kind: string; user: User; asked: string; days: number | null } & (
  | { action: 'create' }
  | { action: 'reuse'; id: Id; expiresAt: number | null }
  | { action: 'extend'; id: Id; byDays: number; wasActive: boolean }
);

/** How the gateway is to be checked: with a given key, a found one, one that relay makes, or not at all. */
export interface GatewayStep {
  probe: 'given' | 'find' | 'make' | 'skip';
  asked: ProbeMode;
}

export interface Policy {
  /** What a failed account, a refused write, a failed test or a failed grant leads to. */
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
    [...plan.resources, ...plan.accounts].some((step) => step.action !== 'unchanged') ||
    plan.removals.length + plan.stale.staging.length + plan.stale.clients.length > 0 ||
    plan.grants.some((step) => step.action !== 'reuse')
  );
}

/** Whether carrying out the plan would send anything but reads: a change, a test, or a probe user. */
export function acts(plan: ImportPlan): boolean {
  return changesAnything(plan) || plan.accounts.some((step) => step.action === 'unchanged' && step.retest !== null);
}

/** Whether a resource is made or edited when all else is proven. */
export function isForTheEnd({ isLast = false, action }: ResourceStep): boolean {
  return isLast && action !== 'unchanged';
}
