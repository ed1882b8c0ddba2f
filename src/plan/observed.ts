import type { HostFeatures } from '../host/host.ts';
import type { Account, Channel, Group, Plan, Subscription, User } from '../host/objects.ts';
import type { Provider } from '../pack/manifest.ts';
import type { AccessMode, FailedPolicy, ImportMode, ProbeMode } from '../terms/modes.ts';
import type { Target } from '../terms/target.ts';

/** What the host holds, as far as a plan asks. */
export interface Observed {
  features: HostFeatures;
  groups: Group[];
  channels: Channel[];
  plans: Plan[];
  accounts: Account[];
  /** Of the managed group, when there is one. */
  subscriptions: Subscription[];
  /** The users who were asked for, in the same order; `undefined` where the host has none. */
  users: (User | undefined)[];
  /** Milliseconds since 1970. */
  now: number;
}

/** What the operator wants. */
export interface Wanted {
  run: string;
  /** With the base URL that is to be used. */
  provider: Provider;
  mode: ImportMode;
  access: AccessMode;
  keys: { line: number; fingerprint: string; last4: string }[];
  targets: Target[];
  extend: boolean;
  adopt: boolean;
  failed: FailedPolicy;
  probe: ProbeMode;
  probeKeyGiven: boolean;
  /** An interrupted run goes on: what it left unproven is proven even where nothing is left to change. */
  takenUp: boolean;
}
