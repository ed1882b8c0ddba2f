import type { Secret } from '../../core/secrets/secret.ts';
import type { Id } from '../account.ts';
import type { Grant, User } from '../grants.ts';
import type { AccountReads, AccountWrites } from '../host.ts';
import type { WriteResult } from '../host-failure.ts';
import type { Channel, ChannelSpec, Group, GroupSpec, Tariff, TariffSpec } from './objects.ts';

/** What a sub2api host tells. Every list is whole. Throws `HostFailure`. */
export interface Sub2apiReads extends AccountReads {
  groups(): Promise<Group[]>;
  channels(): Promise<Channel[]>;
  tariffs(): Promise<Tariff[]>;
  subscriptionsOfGroup(groupId: Id): Promise<Grant[]>;
  subscriptionsOfUser(userId: Id): Promise<Grant[]>;
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

export interface IssuedKey {
  id: Id;
  key: Secret;
}

/** A login of the user that relay made for the gateway check. */
export interface UserSession {
  token: Secret;
}

/** Changing a sub2api host. Nothing here repeats a request by itself. */
export interface Sub2apiWrites extends AccountWrites {
  createGroup(spec: GroupSpec): Promise<WriteResult<Group>>;
  describeGroup(id: Id, description: string): Promise<WriteResult<Group>>;
  deleteGroup(id: Id): Promise<WriteResult<void>>;
  createChannel(spec: ChannelSpec): Promise<WriteResult<Channel>>;
  updateChannel(id: Id, spec: ChannelSpec): Promise<WriteResult<Channel>>;
  deleteChannel(id: Id): Promise<WriteResult<void>>;
  createTariff(spec: TariffSpec): Promise<WriteResult<Tariff>>;
  moveTariff(id: Id, groupId: Id): Promise<WriteResult<Tariff>>;
  deleteTariff(id: Id): Promise<WriteResult<void>>;
  assignSubscription(userId: Id, groupId: Id, days: number): Promise<WriteResult<Grant>>;
  extendSubscription(id: Id, days: number, requestId: string): Promise<WriteResult<Grant>>;
  deleteSubscription(id: Id): Promise<WriteResult<void>>;
  createUser(email: string, password: Secret, balance: number): Promise<WriteResult<User>>;
  deleteUser(id: Id): Promise<WriteResult<void>>;
  login(email: string, password: Secret): Promise<WriteResult<UserSession>>;
  issueKey(session: UserSession, name: string, groupId: Id): Promise<WriteResult<IssuedKey>>;
  deleteKey(session: UserSession, id: Id): Promise<WriteResult<void>>;
}
