import { randomBytes } from 'node:crypto';
import type { JsonObject } from '../json-object.ts';
import type { Account, ApiKey, Channel, Group, Plan, Subscription, UsageRow, User } from './rows.ts';

/** Everything the host remembers; tests may read and change it at any time. */
export interface SandboxState {
  groups: Map<number, Group>;
  channels: Map<number, Channel>;
  plans: Map<number, Plan>;
  accounts: Map<number, Account>;
  users: Map<number, User>;
  subscriptions: Map<number, Subscription>;
  apiKeys: Map<number, ApiKey>;
  usage: UsageRow[];
  /** Ids of soft-deleted accounts, groups and users: rows may still refer to them. */
  retiredAccounts: Set<number>;
  retiredGroups: Set<number>;
  retiredUsers: Set<number>;
  /** Login tokens and whose they are. */
  tokens: Map<string, number>;
  adminKey: string;
  acknowledgement: JsonObject | undefined;
  /** The next id of a table; a refused insert uses one up as well. */
  nextId(table: Table): number;
}

/** Each table's ids are of a range of their own, so that one taken for another's, or taken apart, fits nothing. */
const firstIds = {
  groups: 1041,
  channels: 2081,
  plans: 3011,
  accounts: 4201,
  users: 5003,
  subscriptions: 6007,
  apiKeys: 7013,
  usage: 8017,
  pricing: 9029,
};

type Table = keyof typeof firstIds;

/** The time as the host writes it. */
export function timestamp(at: number = Date.now()): string {
  return new Date(at).toISOString();
}

/** A new admin key in the host's form. */
export function newAdminKey(): string {
  return `admin-${randomBytes(32).toString('hex')}`;
}

/** An empty state; the seeds are put in by the caller. */
export function createState(): SandboxState {
  const next = { ...firstIds };
  return {
    groups: new Map(),
    channels: new Map(),
    plans: new Map(),
    accounts: new Map(),
    users: new Map(),
    subscriptions: new Map(),
    apiKeys: new Map(),
    usage: [],
    retiredAccounts: new Set(),
    retiredGroups: new Set(),
    retiredUsers: new Set(),
    tokens: new Map(),
    adminKey: newAdminKey(),
    acknowledgement: undefined,
    nextId(table) {
      const id = next[table];
      next[table] = id + 1;
      return id;
    },
  };
}
