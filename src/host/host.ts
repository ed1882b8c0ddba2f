import type { BudgetState } from '../core/pace/budget-state.ts';
import type { Problem } from '../core/relay-error.ts';
import type { Platform } from '../core/modes.ts';
import type { Secret } from '../core/secrets/secret.ts';
import type { Account, AccountChange, AccountSpec, Id } from './account.ts';
import type { Capabilities } from './capabilities.ts';
import type { ClientKeyPort } from './client-keys.ts';
import type { ResourcePort } from './driver.ts';
import type { Gateway } from './gateway.ts';
import type { GrantPort } from './grants.ts';
import type { WriteResult } from './host-failure.ts';
import type { IsolationPort, Layout } from './layout.ts';
import type { ProofPort } from './proof.ts';
import type { Turns } from './turns.ts';

export interface HostInfo {
  kind: string;
  version: string;
  url: string;
  capabilities: Capabilities;
  warnings: Problem[];
}

/** Which host it was, as reports and outputs tell it. */
export function namedHost({ url, kind, version }: HostInfo): Pick<HostInfo, 'url' | 'kind' | 'version'> {
  return { url, kind, version };
}

/** Asking the host for its accounts. Nothing here changes anything; every list is whole. Throws `HostFailure`. */
export interface AccountReads {
  /** All of them; of a place alone, where one is named and the host can narrow its list. */
  accounts(place?: Id): Promise<Account[]>;
  account(id: Id): Promise<Account | undefined>;
  /** The upstream key that an account holds, where the host gives it out. */
  accountKey(id: Id): Promise<Secret | undefined>;
}

/** One account of a batch as the host answered for it. A refused one may exist all the same. Some hosts tell no id. */
export type CreatedAccount = { ok: true; id: Id | null } | { ok: false; message: string };

/** Changing accounts. Nothing here repeats a request by itself; what asks for many accounts takes the turns that it is given. */
export interface AccountWrites {
  /** The answers are in the order of the specs. `requestId` must be new for each attempt. */
  createAccounts(
    specs: readonly AccountSpec[],
    keyOf: (spec: AccountSpec) => Secret,
    requestId: string,
    turns: Turns,
  ): Promise<WriteResult<CreatedAccount[]>>;
  /**
   * Changes all that is named but `enabled` and `paused`, and nothing else, and gives the account as it is then. Where
   * settings are kept in one piece, they are read first; throws `HostFailure` if they cannot be.
   */
  changeAccount(id: Id, change: Omit<AccountChange, 'enabled' | 'paused'>): Promise<WriteResult<Account>>;
  /** Puts accounts into exactly these places, all of which there must be. */
  placeAccounts(ids: readonly Id[], places: readonly Id[], turns: Turns): Promise<WriteResult<void>>;
  /** Takes accounts out of service, or puts them back, and notes on them whether relay did it. */
  setEnabled(
    ids: readonly Id[],
    state: { enabled: boolean; paused: boolean },
    turns: Turns,
  ): Promise<WriteResult<void>>;
  /** Notes on accounts that a test of them ended well in this run. */
  markTested(ids: readonly Id[], run: string, turns: Turns): Promise<WriteResult<void>>;
  /** A write that changes nothing, to make the host look at the account again. */
  refreshAccount(account: Account): Promise<WriteResult<void>>;
  deleteAccount(id: Id): Promise<WriteResult<void>>;
}

/** By what a host is known, whatever its address is. */
export interface HostIdentity {
  /** Survives restarts of the host. Holds no secret. */
  value: string;
  /** Whether no other host can have the same one, copies of this one aside. */
  proven: boolean;
}

/**
 * Stands between a host and whoever asks it, or has it do something: a change, or a test, for which it sends a request of
 * its own. What it throws is thrown, and nothing is sent.
 */
export interface Gate {
  ask: <T>(send: () => Promise<T>) => Promise<T>;
  write: <T>(send: () => Promise<T>) => Promise<T>;
}

/** A host of whichever kind. What is `null` it has not; its capabilities say why. */
export interface Host {
  info: HostInfo;
  /** Nothing where the host does not tell. Throws `HostFailure` when it does not take the login any more. */
  identity(): Promise<HostIdentity | null>;
  reads: AccountReads;
  writes: AccountWrites;
  layout: Layout;
  resources: ResourcePort;
  proof: ProofPort;
  gateway: Gateway;
  clientKeys: ClientKeyPort | null;
  grants: GrantPort | null;
  isolation: IsolationPort | null;
  /**
   * The same host, whose reads and tests end as soon as the signal is aborted, pauses between attempts included. They
   * throw its reason where that is a `RelayError`, else a `HostFailure`. Writes are not ended: what was sent is seen to
   * its end.
   */
  until(signal: AbortSignal): Host;
  /** The same host, whose requests all pass the gate. */
  through(gate: Gate): Host;
  /** The limit of requests that the host has, as far as its refusals have shown it; `null` where it counts none. */
  budget(): BudgetState | null;
  /** What time it is by the host's own clock, in milliseconds since 1970. */
  time(): number;
  /** The base URL that an account of the host needs to reach an upstream that its vendor documents so. Pure. */
  upstreamBase(baseUrl: string, platform: Platform): string;
  /** A shell command by which a person looks at the object, or removes it. It holds no secret. */
  command(does: 'show' | 'remove', kind: string, id: Id | null): string;
}
