import type { Secret } from '../core/secrets/secret.ts';
import type { Problem } from '../core/relay-error.ts';
import type { Platform } from '../core/modes.ts';
import type { WriteResult } from './host-failure.ts';
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
  Subscription,
  User,
} from './objects.ts';

/** What an adapter's host can and cannot do. The engine asks these, never for a name or version. */
export interface HostFeatures {
  /** Longest name of an object, in characters. */
  maxNameLength: number;
  /** How long to wait for the host to learn what an upstream can do before its first test, in milliseconds. */
  discoveryMs: number;
  /** Whether the host must be nudged after it has learnt, because its scheduler may have missed it. */
  refreshAfterDiscovery: boolean;
  /** Whether relay can make a user and a key of its own, and why not. */
  probeUser: { possible: true } | { possible: false; why: string };
}

export interface HostInfo {
  kind: string;
  version: string;
  url: string;
  features: HostFeatures;
  warnings: Problem[];
}

/** Asking the host for what it holds. Nothing here changes anything; every list is whole. Throws `HostFailure`. */
export interface HostReads {
  groups(): Promise<Group[]>;
  channels(): Promise<Channel[]>;
  plans(): Promise<Plan[]>;
  accounts(): Promise<Account[]>;
  account(id: Id): Promise<Account | undefined>;
  /** The upstream key that an account holds, where the host gives it out. */
  accountKey(id: Id): Promise<Secret | undefined>;
  subscriptionsOfGroup(groupId: Id): Promise<Subscription[]>;
  subscriptionsOfUser(userId: Id): Promise<Subscription[]>;
  userByEmail(email: string): Promise<User | undefined>;
  userById(id: Id): Promise<User | undefined>;
  /** Users whose e-mail begins so. */
  usersNamed(beginning: string): Promise<User[]>;
  keysOfUser(userId: Id): Promise<Id[]>;
  /** Keys of living users that are bound to the group. */
  keysOfGroup(groupId: Id): Promise<Id[]>;
  /** An active key of an active user who has access to the group. */
  usableKey(groupId: Id): Promise<Secret | undefined>;
}

/** One account of a batch as the host answered for it. A refused one may exist all the same, without its group. */
export type CreatedAccount = { ok: true; id: Id } | { ok: false; message: string };

export interface IssuedKey {
  id: Id;
  key: Secret;
}

/** A login of the user that relay made for the gateway check. */
export interface UserSession {
  token: Secret;
}

/** Changing the host. Nothing here repeats a request by itself. */
export interface HostWrites {
  createGroup(spec: GroupSpec): Promise<WriteResult<Group>>;
  describeGroup(id: Id, description: string): Promise<WriteResult<Group>>;
  deleteGroup(id: Id): Promise<WriteResult<void>>;
  createChannel(spec: ChannelSpec): Promise<WriteResult<Channel>>;
  updateChannel(id: Id, spec: ChannelSpec): Promise<WriteResult<Channel>>;
  deleteChannel(id: Id): Promise<WriteResult<void>>;
  createPlan(spec: PlanSpec): Promise<WriteResult<Plan>>;
  movePlan(id: Id, groupId: Id): Promise<WriteResult<Plan>>;
  deletePlan(id: Id): Promise<WriteResult<void>>;
  /** One request; the answers are in the order of the specs. `requestId` must be new for each attempt. */
  createAccounts(
    specs: readonly AccountSpec[],
    keyOf: (spec: AccountSpec) => Secret,
    requestId: string,
  ): Promise<WriteResult<CreatedAccount[]>>;
  /**
   * Changes all that is named but `enabled` and `paused`, and nothing else, and gives the account as it is then. Where
   * settings are kept in one piece, they are read first; throws `HostFailure` if they cannot be.
   */
  changeAccount(id: Id, change: Omit<AccountChange, 'enabled' | 'paused'>): Promise<WriteResult<Account>>;
  /** Puts accounts into exactly these groups, all of which there must be. */
  bindAccounts(ids: readonly Id[], groupIds: readonly Id[]): Promise<WriteResult<void>>;
  /** Takes accounts out of service, or puts them back, and notes on them whether relay did it, in one request. */
  setEnabled(ids: readonly Id[], state: { enabled: boolean; paused: boolean }): Promise<WriteResult<void>>;
  /** Notes on accounts that a test of them ended well in this run. */
  markTested(ids: readonly Id[], run: string): Promise<WriteResult<void>>;
  /** A write that changes nothing, to make the host look at the account again. */
  refreshAccount(account: Account): Promise<WriteResult<void>>;
  deleteAccount(id: Id): Promise<WriteResult<void>>;
  assignSubscription(userId: Id, groupId: Id, days: number): Promise<WriteResult<Subscription>>;
  extendSubscription(id: Id, days: number, requestId: string): Promise<WriteResult<Subscription>>;
  deleteSubscription(id: Id): Promise<WriteResult<void>>;
  createUser(email: string, password: Secret, balance: number): Promise<WriteResult<User>>;
  deleteUser(id: Id): Promise<WriteResult<void>>;
  login(email: string, password: Secret): Promise<WriteResult<UserSession>>;
  issueKey(session: UserSession, name: string, groupId: Id): Promise<WriteResult<IssuedKey>>;
  deleteKey(session: UserSession, id: Id): Promise<WriteResult<void>>;
}

/** How the host's own test of an account ended; what a failure means is decided where the host's words are known. */
export type AccountTest =
  | { outcome: 'passed'; answered: boolean; message: string }
  | { outcome: 'failed'; why: TestFault; message: string }
  /** The test itself could not be carried out or its end was not seen. */
  | { outcome: 'error'; message: string; timedOut: boolean };

/**
 * `refused`: the vendor refuses the key. `exhausted`: no balance. `busy`: throttled or away for a while. `forbidden`: a
 * plain 403 that may only concern the test. `untestable`: the host cannot test this kind of account. `junk`: the
 * upstream's answer is no API reply. `other`: anything else, an empty message included.
 */
export type TestFault = 'refused' | 'exhausted' | 'busy' | 'forbidden' | 'untestable' | 'junk' | 'other';

/** What the vendor's own model list said when the host asked with an account's key. */
export type UpstreamModels =
  | { outcome: 'listed'; models: string[] }
  | { outcome: 'refused'; message: string }
  | { outcome: 'missing' | 'junk' | 'unavailable'; message: string };

/** Trying accounts out. May change their state on the host: a failed test can put an account in error. */
export interface HostProbes {
  testAccount(
    account: Account,
    options: { model: string; deadCodes: readonly string[]; signal: AbortSignal },
  ): Promise<AccountTest>;
  /** Names of the models the account offers. */
  accountModels(id: Id): Promise<string[]>;
  upstreamModels(id: Id): Promise<UpstreamModels>;
}

export interface CompletionRequest {
  platform: Platform;
  model: string;
  maxTokens: number;
  tokensField: string;
}

/** One answer of the gateway to a user. `retryable`: a fresh gateway answers so for a while (rule B24). */
export type GatewayAnswer<T> =
  | { ok: true; status: number; value: T }
  | { ok: false; status: number | null; message: string; retryable: boolean };

/** The host's front door, as a user meets it. */
export interface Gateway {
  models(key: Secret, signal: AbortSignal): Promise<GatewayAnswer<string[]>>;
  complete(key: Secret, request: CompletionRequest, signal: AbortSignal): Promise<GatewayAnswer<void>>;
  /** What a user needs to connect: the address for clients, and a curl command with a placeholder for the key. */
  connection(request: CompletionRequest): { baseUrl: string; example: string };
}

export type ObjectKind = 'group' | 'channel' | 'tariff' | 'account' | 'subscription' | 'user';

/** By what a host is known, whatever its address is. */
export interface HostIdentity {
  /** Survives restarts of the host. Holds no secret. */
  value: string;
  /** Whether no other host can have the same one, copies of this one aside. */
  proven: boolean;
}

export interface Host {
  info: HostInfo;
  /** Nothing where the host does not tell. Throws `HostFailure` when it does not take the login any more. */
  identity(): Promise<HostIdentity | null>;
  reads: HostReads;
  writes: HostWrites;
  probes: HostProbes;
  gateway: Gateway;
  /**
   * The same host, whose reads and probes end as soon as the signal is aborted, pauses between attempts included. They
   * throw its reason where that is a `RelayError`, else a `HostFailure`. Writes are not ended: what was sent is seen to
   * its end.
   */
  until(signal: AbortSignal): Host;
  /** What time it is by the host's own clock, in milliseconds since 1970. */
  time(): number;
  /** A secret that whoever holds the same admin login can make again, and nobody else: nothing of it need be kept. */
  derive(purpose: string): Secret;
  /** The base URL that an account of the host needs to reach an upstream that its vendor documents so. Pure. */
  upstreamBase(baseUrl: string, platform: Platform): string;
  /** A shell command by which a person looks at the object, or removes it. It holds no secret. */
  command(does: 'show' | 'remove', kind: ObjectKind, id: Id | null): string;
}
