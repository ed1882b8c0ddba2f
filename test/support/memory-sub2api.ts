import { noJournal } from '../../src/apply/journal.ts';
import type { Account, AccountChange, Setting } from '../../src/host/account.ts';
import type { Grant } from '../../src/host/grants.ts';
import { HostFailure, type WriteResult } from '../../src/host/host-failure.ts';
import type { Sub2apiReads, Sub2apiWrites } from '../../src/host/sub2api/admin-port.ts';
import type { Channel, Group, Tariff } from '../../src/host/sub2api/objects.ts';
import { Secret } from '../../src/core/secrets/secret.ts';
import { capabilities, dayMs, standing } from './builders.ts';
import { quickClock } from './clocks.ts';
import { toolsOver, type Sub2apiTools } from './sub2api-tools.ts';

/** What a host in memory holds. Tests may change it as other people would. */
export interface MemoryState {
  groups: Map<string, Group>;
  channels: Map<string, Channel>;
  tariffs: Map<string, Tariff>;
  accounts: Map<string, Account>;
  subscriptions: Map<string, Grant>;
}

/** A sub2api host without a network and without users, which carries out every change to the letter, and the tools of a run on it. */
export function memorySub2api(): { tools: Sub2apiTools; state: MemoryState; sent: string[] } {
  const state: MemoryState = {
    groups: new Map(),
    channels: new Map(),
    tariffs: new Map(),
    accounts: new Map(),
    subscriptions: new Map(),
  };
  const sent: string[] = [];
  const reads = readsOf(state);
  const parts: Sub2apiTools['parts'] = {
    info: { kind: 'memory', version: '1', url: 'memory:', capabilities, warnings: [] },
    asking: () => ({
      reads,
      proof: { testAccount: notHere, accountModels: notHere, upstreamModels: notHere },
      identity: async () => null,
    }),
    writes: writesOf(state, sent),
    gateway: { models: notHere, complete: notHere, connection: () => ({ baseUrl: 'memory:', example: '' }) },
    derive: (purpose) => new Secret(`derived for ${purpose}`),
    command: () => 'look',
    time: () => Date.now(),
    through: () => {
      throw new Error('nobody puts a gate before it');
    },
  };
  const tools = toolsOver(parts, {
    clock: quickClock(),
    emit: () => undefined,
    journal: noJournal,
    phaseOf: async () => 'unknown',
    stop: new AbortController().signal,
  });
  return { tools, state, sent };
}

function readsOf(state: MemoryState): Sub2apiReads {
  const all = async <T>(map: Map<string, T>) => [...map.values()].map((each) => structuredClone(each));
  return {
    groups: () => all(state.groups),
    channels: () => all(state.channels),
    tariffs: () => all(state.tariffs),
    accounts: () => all(state.accounts),
    account: async (id) => structuredClone(state.accounts.get(id)),
    accountKey: async () => undefined,
    subscriptionsOfGroup: async (groupId) => (await all(state.subscriptions)).filter((each) => each.place === groupId),
    subscriptionsOfUser: async (userId) => (await all(state.subscriptions)).filter((each) => each.userId === userId),
    userByEmail: async () => undefined,
    userById: async () => undefined,
    usersNamed: async () => [],
    keysOfUser: async () => [],
    keysOfGroup: async () => [],
    usableKey: async () => undefined,
  };
}

function writesOf(state: MemoryState, sent: string[]): Sub2apiWrites {
  let ids = 100;
  const newId = () => String((ids += 1));
  const done = async <T>(what: string, value: T): Promise<WriteResult<T>> => {
    sent.push(what);
    return { status: 'applied', value };
  };
  const put = <T extends { id: string; name: string }>(kind: string, map: Map<string, T>, object: T) => {
    map.set(object.id, object);
    return done(`create ${kind} ${object.name}`, structuredClone(object));
  };
  const change = async <T extends object>(
    kind: string,
    map: Map<string, T>,
    id: string,
    edit: (now: T) => T,
  ): Promise<WriteResult<T>> => {
    const now = map.get(id);
    if (now === undefined) return refused(`no ${kind} ${id}`);
    const then = edit(now);
    map.set(id, then);
    return done(`change ${kind} ${id}`, structuredClone(then));
  };
  const drop = async (kind: string, map: Map<string, object>, id: string, name = id): Promise<WriteResult<void>> => {
    if (!map.delete(id)) return refused(`no ${kind} ${id}`);
    return done(`delete ${kind} ${name}`, undefined);
  };
  const { groups, channels, tariffs, accounts, subscriptions } = state;
  return {
    createGroup: (spec) => put('group', groups, { id: newId(), active: true, ...spec }),
    describeGroup: (id, description) => change('group', groups, id, (group) => ({ ...group, description })),
    deleteGroup: (id) => {
      for (const account of accounts.values()) account.places = account.places.filter((each) => each !== id);
      return drop('group', groups, id, groups.get(id)?.name);
    },
    createChannel: (spec) => put('channel', channels, { id: newId(), active: true, ...spec }),
    updateChannel: (id, spec) => put('channel', channels, { id, active: true, ...spec }),
    deleteChannel: (id) => drop('channel', channels, id, channels.get(id)?.name),
    createTariff: (spec) => put('tariff', tariffs, { id: newId(), ...spec }),
    moveTariff: (id, groupId) => change('tariff', tariffs, id, (tariff) => ({ ...tariff, groupId })),
    deleteTariff: (id) => drop('tariff', tariffs, id, tariffs.get(id)?.name),
    createAccounts: (specs) => {
      const made = specs.map(({ place, ...spec }) => {
        const id = newId();
        accounts.set(id, { ...standing, ...structuredClone(spec), id, places: place === null ? [] : [place] });
        return { ok: true, id } as const;
      });
      return done(`create ${made.length}`, made);
    },
    deleteAccount: (id) => drop('account', accounts, id, accounts.get(id)?.name),
    changeAccount: (id, edit) => change('account', accounts, id, (account) => changed(account, edit)),
    placeAccounts: (list, places) => {
      for (const id of list) Object.assign(accounts.get(id)!, { places: [...places] });
      return done(`bind ${list.length}`, undefined);
    },
    setEnabled: (list, to) => {
      for (const id of list) Object.assign(accounts.get(id)!, to);
      return done(`${to.enabled ? 'enable' : 'disable'} ${list.length}`, undefined);
    },
    markTested: (list) => {
      for (const id of list) Object.assign(accounts.get(id)!, { tested: true });
      return done(`mark ${list.length}`, undefined);
    },
    refreshAccount: ({ name }) => done(`refresh account ${name}`, undefined),
    assignSubscription: (userId, place, days) => {
      const id = newId();
      const startsAt = Date.now();
      const times = { startsAt, expiresAt: startsAt + days * dayMs };
      subscriptions.set(id, { id, userId, user: null, place, active: true, byRelay: true, ...times });
      return done(`give ${days}`, structuredClone(subscriptions.get(id)!));
    },
    extendSubscription: (id, days) =>
      change('subscription', subscriptions, id, (each) => ({
        ...each,
        expiresAt: (each.expiresAt ?? 0) + days * dayMs,
      })),
    deleteSubscription: (id) => drop('subscription', subscriptions, id),
    createUser: notHere,
    deleteUser: notHere,
    login: notHere,
    issueKey: notHere,
    deleteKey: notHere,
  };
}

async function notHere(): Promise<never> {
  throw new Error('a host in memory does not do this');
}

function refused(message: string): WriteResult<never> {
  const facts = { delivery: 'not_applied', transient: false } as const;
  return { status: 'rejected', failure: new HostFailure('HOST_FAILED', message, facts) };
}

/** An account after an edit that is carried out to the letter. */
export function changed(account: Account, { settings = {}, ...plain }: AccountChange): Account {
  const set = Object.fromEntries(Object.entries(plain).filter(([, value]) => value !== undefined));
  return { ...account, ...(set as Partial<Account>), settings: edited(account.settings, settings) };
}

function edited(now: Record<string, unknown>, edits: Record<string, Setting>): Record<string, unknown> {
  const result = { ...now };
  for (const [name, setting] of Object.entries(edits)) {
    if (setting === null) delete result[name];
    else result[name] = setting.value;
  }
  return result;
}
