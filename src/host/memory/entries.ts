import { createHash } from 'node:crypto';
import type { Account, AccountChange, AccountSpec, Id } from '../account.ts';
import type { AccountReads, AccountWrites } from '../host.ts';
import { HostFailure, type WriteResult } from '../host-failure.ts';
import type { Secret } from '../../core/secrets/secret.ts';
import type { Entry, World } from './world.ts';

/** There is one place only, and all that is listed serves there. */
export const thePlace = { kind: 'host', id: 'all', name: 'memory' } as const;

/** Entries are told apart by their keys, of which this tells nothing. */
export function entryId({ key }: Pick<Entry, 'key'>): Id {
  return createHash('sha256').update(`entry ${key.open()}`).digest('hex').slice(0, 16);
}

export function entryReads(world: World): AccountReads {
  return {
    accounts: async () => world.entries.map(accountOf),
    account: async (id) => world.entries.map(accountOf).find((each) => each.id === id),
    accountKey: async (id) => world.entries.find((entry) => entryId(entry) === id)?.key,
  };
}

export function entryWrites(world: World): AccountWrites {
  const change = <T>(id: Id, edit: (entry: Entry) => T): WriteResult<T> => {
    const entry = world.entries.find((each) => entryId(each) === id);
    return entry === undefined ? refused('there is no such entry') : { status: 'applied', value: edit(entry) };
  };
  return {
    createAccounts: async (specs, keyOf) => {
      // The list is written as a whole, so an entry that cannot be keeps all of them out.
      const made = specs.map((spec) => entryOf(spec, keyOf(spec)));
      const known = new Set(world.entries.map(entryId));
      if (made.some((entry) => known.has(entryId(entry)))) return refused('a key stands there already');
      world.entries = [...world.entries, ...made];
      return { status: 'applied', value: made.map(() => ({ ok: true, id: null })) };
    },
    changeAccount: async (id, settings) => change(id, (entry) => accountOf(edited(entry, settings))),
    placeAccounts: async () => refused('there is one place only'),
    setEnabled: async () => refused('an entry serves as long as it is there'),
    markTested: async (ids, run) => {
      for (const id of ids) change(id, (entry) => Object.assign(entry, { testedBy: run }));
      return { status: 'applied', value: undefined };
    },
    refreshAccount: async ({ id }) => change(id, () => undefined),
    deleteAccount: async (id) => {
      if (!world.entries.some((entry) => entryId(entry) === id)) return refused('there is no such entry');
      world.entries = world.entries.filter((entry) => entryId(entry) !== id);
      return { status: 'applied', value: undefined };
    },
  };
}

function accountOf(entry: Entry): Account {
  return {
    id: entryId(entry),
    name: entry.name,
    platform: 'any',
    baseUrl: entry.address,
    mapping: { ...entry.models },
    concurrency: null,
    priority: null,
    places: [thePlace.id],
    settings: {},
    marker: entry.note && { ...entry.note },
    tested: entry.testedBy !== null,
    paused: false,
    state: 'active',
    enabled: true,
    stateMessage: '',
    limitedUntil: null,
    discovering: false,
  };
}

function entryOf({ name, baseUrl, mapping, marker }: AccountSpec, key: Secret): Entry {
  return { name, key, address: baseUrl, models: { ...mapping }, note: { ...marker }, testedBy: null };
}

function edited(entry: Entry, { name, baseUrl, mapping, marker, tested }: AccountChange): Entry {
  if (name !== undefined) entry.name = name;
  if (baseUrl !== undefined && baseUrl !== null) entry.address = baseUrl;
  if (mapping !== undefined) entry.models = { ...mapping };
  if (marker !== undefined) entry.note = marker;
  if (tested !== undefined) entry.testedBy = tested ? (entry.testedBy ?? 'restored') : null;
  return entry;
}

export function refused(why: string): WriteResult<never> {
  const failure = new HostFailure('HOST_FAILED', `The host refused it: ${why}.`, {
    delivery: 'not_applied',
    transient: false,
    status: 400,
  });
  return { status: 'rejected', failure };
}
