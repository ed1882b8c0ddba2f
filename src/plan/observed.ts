import type { Account, Id } from '../host/account.ts';
import type { Capabilities } from '../host/capabilities.ts';
import type { LeftClient } from '../host/client-keys.ts';
import type { Resources } from '../host/driver.ts';
import type { Grant, User } from '../host/grants.ts';
import type { IsolationPort, Layout } from '../host/layout.ts';
import type { Provider } from '../pack/manifest.ts';
import type { AccessMode, AccountsPolicy, FailedPolicy, ImportMode, ModelSource, ProbeMode } from '../core/modes.ts';
import type { Target } from '../core/target.ts';

/** What a host holds, as far as a plan asks, and what that means on a host of its kind. */
export interface HostSnapshot {
  /** By which a pack names what it says for this kind of host only. */
  kind: string;
  capabilities: Capabilities;
  layout: Layout;
  isolation: IsolationPort | null;
  /** What the host calls the access of a user, and what relay makes to have a key of its own. */
  words: { grant: string; client: string };
  resources: Resources;
  accounts: Account[];
  /** Of the users who were asked for, to whichever place. */
  grants: Grant[];
  /** The users who were asked for, in the same order; `undefined` where the host has none. */
  users: (User | undefined)[];
  /** Fingerprints of keys that foreign accounts hold, where they were asked for. */
  foreignKeys: ReadonlyMap<Id, string>;
  /** Clients for gateway checks of runs that are over. */
  leftClients: Pick<LeftClient, 'id' | 'name' | 'run'>[];
  /** Milliseconds since 1970. */
  now: number;
}

/** An upstream key that shall have an account, with what the key file says of it. */
export interface DesiredKey {
  line: number;
  fingerprint: string;
  last4: string;
  settings: { name?: string; priority?: number; concurrency?: number; enabled?: boolean };
}

/** What the operator wants. */
export interface Desired {
  run: string;
  /** The chosen provider, with the base URL that is to be used; planned with, in the form that the host wants. */
  provider: Provider;
  modelsFrom: ModelSource;
  mode: ImportMode;
  access: AccessMode;
  keys: DesiredKey[];
  /** Lines of the key file that are no keys: whose they were is not known. */
  malformedLines: number;
  /** What becomes of the accounts that the provider has already. */
  accounts: AccountsPolicy;
  targets: Target[];
  extend: boolean;
  adopt: boolean;
  failed: FailedPolicy;
  /** More than half of the accounts may be removed. */
  allowMassRemoval: boolean;
  probe: ProbeMode;
  probeKeyGiven: boolean;
  /** An interrupted run goes on: what it left unproven is proven even where nothing is left to change. */
  resumed: boolean;
}
