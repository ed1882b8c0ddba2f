import { randomBytes, randomInt } from 'node:crypto';
import { defaultOptions } from './options/default-options.ts';
import type { Channel, LogRow, Plan, Subscription, Token, User } from './rows.ts';

/** Everything the host remembers; tests may read and change it at any time. */
export interface NewApiState {
  users: Map<number, User>;
  channels: Map<number, Channel>;
  tokens: Map<number, Token>;
  plans: Map<number, Plan>;
  subscriptions: Map<number, Subscription>;
  /** Each option is a text; maps are JSON in it, or what somebody took for JSON. */
  options: Map<string, string>;
  /** What was answered, the first first. */
  logs: LogRow[];
  /** Logins that hold: a cookie or a bearer text, whose it is, and until when. */
  sessions: Map<string, { user: number; until: number }>;
  /** The next id of a table. */
  nextId(table: Table): number;
}

/** Each table's ids are of a range of their own, so that one taken for another's fits nothing; the root user is 1. */
const firstIds = {
  users: 5003,
  channels: 2081,
  tokens: 7013,
  plans: 3011,
  subscriptions: 6007,
  logs: 8017,
};

type Table = keyof typeof firstIds;

/** An empty host, as set-up finds it. */
export function createState(): NewApiState {
  const next = { ...firstIds };
  return {
    users: new Map(),
    channels: new Map(),
    tokens: new Map(),
    plans: new Map(),
    subscriptions: new Map(),
    options: new Map(defaultOptions()),
    logs: [],
    sessions: new Map(),
    nextId(table) {
      const id = next[table];
      next[table] = id + 1;
      return id;
    },
  };
}

/** A new access token in the host's form. */
export function newAccessToken(): string {
  return randomBytes(23).toString('base64');
}

const letters = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';

/** Letters and digits, as keys and request ids are made of. */
export function randomText(length: number): string {
  return Array.from({ length }, () => letters[randomInt(letters.length)]).join('');
}
