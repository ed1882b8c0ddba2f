import type { RunTools } from '../../src/apply/run-tools.ts';
import { noJournal } from '../../src/apply/journal.ts';
import { HostFailure, type WriteResult } from '../../src/host/host-failure.ts';
import type { Host, HostReads, HostWrites } from '../../src/host/host.ts';
import type { Account, AccountChange, Channel, Group, Plan, Setting, Subscription } from '../../src/host/objects.ts';
import { features } from './builders.ts';
import { quickClock } from './clocks.ts';

/** What a host in memory holds. Tests may change it as other people would. */
export interface MemoryState {
  groups: Map<string, Group>;
  channels: Map<string, Channel>;
  plans: Map<string, Plan>;
  accounts: Map<string, Account>;
  subscriptions: Map<string, Subscription>;
}

/** A host without a network, which carries out every change to the letter, and the tools of a run on it. */
export function memoryHost(): { tools: RunTools; state: MemoryState; sent: string[] } {
  const state: MemoryState = {
    groups: new Map(),
    channels: new Map(),
    plans: new Map(),
    accounts: new Map(),
    subscriptions: new Map(),
  };
  const sent: string[] = [];
  let ids = 100;
  const newId = () => String((ids += 1));
  const done = <T>(what: string, value: T): Promise<WriteResult<T>> => {
    sent.push(what);
    return Promise.resolve({ status: 'applied', value });
  };
  const put = <T extends { id: string; name: string }>(kind: string, map: Map<string, T>, object: T) => {
    map.set(object.id, object);
    return done(`create ${kind} ${object.name}`, structuredClone(object));
  };
  const drop = (kind: string, map: Map<string, { name?: string }>, id: string): Promise<WriteResult<void>> => {
    const name = map.get(id)?.name ?? id;
    if (!map.delete(id)) return Promise.resolve(refused(`no ${kind} ${id}`));
    return done(`delete ${kind} ${name}`, undefined);
  };
  const all = <T>(map: Map<string, T>) => Promise.resolve([...map.values()].map((each) => structuredClone(each)));
  const reads: Partial<HostReads> = {
    groups: () => all(state.groups),
    channels: () => all(state.channels),
    plans: () => all(state.plans),
    accounts: () => all(state.accounts),
    account: async (id) => structuredClone(state.accounts.get(id)),
    subscriptionsOfGroup: async (groupId) =>
      (await all(state.subscriptions)).filter((each) => each.groupId === groupId),
    keysOfGroup: () => Promise.resolve([]),
  };
  const writes: Partial<HostWrites> = {
    createGroup: (spec) => put('group', state.groups, { id: newId(), active: true, ...spec }),
    deleteGroup: (id) => {
      for (const account of state.accounts.values()) account.groupIds = account.groupIds.filter((each) => each !== id);
      return drop('group', state.groups, id);
    },
    createChannel: (spec) => put('channel', state.channels, { id: newId(), active: true, ...spec }),
    updateChannel: (id, spec) => put('channel', state.channels, { id, active: true, ...spec }),
    deleteChannel: (id) => drop('channel', state.channels, id),
    createPlan: (spec) => put('plan', state.plans, { id: newId(), ...spec }),
    deletePlan: (id) => drop('plan', state.plans, id),
    deleteAccount: (id) => drop('account', state.accounts, id),
    changeAccount: (id, change) => {
      const account = changed(state.accounts.get(id)!, change);
      state.accounts.set(id, account);
      return done(`change account ${account.name}`, structuredClone(account));
    },
    bindAccounts: (list, groupIds) => {
      for (const id of list) Object.assign(state.accounts.get(id)!, { groupIds: [...groupIds] });
      return done(`bind ${list.length}`, undefined);
    },
    setEnabled: (list, to) => {
      for (const id of list) Object.assign(state.accounts.get(id)!, to);
      return done(`${to.enabled ? 'enable' : 'disable'} ${list.length}`, undefined);
    },
  };
  const host = {
    info: { kind: 'memory', version: '1', url: 'memory:', features, warnings: [] },
    reads,
    writes,
    command: () => 'look',
    time: () => Date.now(),
    until: () => host,
  } as unknown as Host;
  const tools: RunTools = {
    host,
    base: host,
    clock: quickClock(),
    emit: () => undefined,
    journal: noJournal,
    phaseOf: async () => 'unknown',
    stop: new AbortController().signal,
  };
  return { tools, state, sent };
}

function refused(message: string): WriteResult<never> {
  const facts = { delivery: 'not_applied', transient: false } as const;
  return { status: 'rejected', failure: new HostFailure('HOST_FAILED', message, facts) };
}

function changed(account: Account, { credentials, extra, ...plain }: AccountChange): Account {
  const merged = (now: Record<string, unknown>, edits: Record<string, Setting> = {}) => {
    const result = { ...now };
    for (const [key, setting] of Object.entries(edits)) {
      if (setting === null) delete result[key];
      else result[key] = setting.value;
    }
    return result;
  };
  const set = Object.fromEntries(Object.entries(plain).filter(([, value]) => value !== undefined));
  const maps = { credentials: merged(account.credentials, credentials), extra: merged(account.extra, extra) };
  return { ...account, ...(set as Partial<Account>), ...maps };
}
