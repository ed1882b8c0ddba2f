import { setImmediate as tick } from 'node:timers/promises';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { AccountState } from '../../src/apply/drivers/account-state.ts';
import { accountDriver } from '../../src/apply/drivers/account.ts';
import { driverFor } from '../../src/apply/drivers/drivers.ts';
import { grantDriver, type GrantState } from '../../src/apply/drivers/grant.ts';
import {
  comparableAccounts,
  keptOf,
  unkeptOfAccount,
  writableAccount,
} from '../../src/apply/drivers/hidden-settings.ts';
import { ChangeLog } from '../../src/apply/change-log.ts';
import type { Change, Draft } from '../../src/apply/change.ts';
import { noJournal } from '../../src/apply/journal.ts';
import { findUnrecorded } from '../../src/apply/undo/find-unrecorded.ts';
import { statesOf } from '../../src/apply/undo/states-of.ts';
import { foreseeUndo, undo } from '../../src/apply/undo/undo.ts';
import { hiddenText } from '../../src/core/secrets/hidden-text.ts';
import type { Account, AccountChange } from '../../src/host/account.ts';
import type { Grant } from '../../src/host/grants.ts';
import { HostFailure, type WriteResult } from '../../src/host/host-failure.ts';
import { differencesFrom, earlierState, settingsDigest } from '../../src/plan/account-change.ts';
import { aChannel, aGroup, aMarker, anAccount, aSubscription, dayMs } from '../support/builders.ts';
import type { QuickClock } from '../support/clocks.ts';
import { changed, memorySub2api } from '../support/memory-sub2api.ts';
import { otherHost } from '../support/other-host.ts';

const down = new HostFailure('HOST_FAILED', 'the host is down', { delivery: 'unknown', transient: false });
const done = { status: 'applied', value: undefined } as const;

const edits: fc.Arbitrary<AccountChange> = fc.record(
  {
    name: fc.constantFrom('acme-01', 'other'),
    baseUrl: fc.constantFrom('https://one.example', 'https://two.example'),
    mapping: fc.dictionary(fc.constantFrom('big', 'small'), fc.constantFrom('a', 'b')),
    priority: fc.constantFrom(1, 2),
    settings: fc.dictionary(
      fc.constantFrom('extra.a', 'extra.b'),
      fc.option(fc.constantFrom(1, 2).map((value) => ({ value }))),
    ),
    places: fc.subarray(['1', '2']),
  },
  { requiredKeys: [] },
);

const editOf = (before: object, after: object, id = '1'): Draft => ({
  kind: 'account',
  action: 'updated',
  id,
  name: `acme-0${id}`,
  before,
  after,
});
const edited = (seq: number, before: object, to: object): Change => ({ seq, ...editOf(before, to) });

const inMemory = memorySub2api().tools.host;
const ofAccounts = driverFor('account', inMemory);
const ofGrants = driverFor('subscription', inMemory);

describe('the states that a run has left an account in', () => {
  it('are those in which it stood, whichever settings each edit named', () => {
    fc.assert(
      fc.property(fc.array(edits, { minLength: 1, maxLength: 4 }), (list) => {
        const stood = [anAccount()];
        const changes = list.map((edit, index) => {
          const now = stood.at(-1)!;
          stood.push(changed(now, edit));
          return edited(index + 1, earlierState(now, edit), edit);
        });
        const states = statesOf(changes, ofAccounts) as AccountState[];
        expect(states).toHaveLength(stood.length);
        for (const [index, state] of states.entries())
          expect(differencesFrom(stood[index]!, state as AccountChange)).toEqual([]);
        // Every setting that any edit named is known of every moment from then on.
        const named = new Set(list.flatMap((edit) => Object.keys(edit)));
        expect(new Set(Object.keys(states.at(-1)!))).toEqual(named);
        const free = new Set(list.flatMap(({ settings = {} }) => Object.keys(settings)));
        expect(new Set(Object.keys(states.at(-1)!.settings ?? {}))).toEqual(free);
      }),
    );
  });

  it('that it made are told by what it was made with, as long as nothing of that is edited', () => {
    const account = anAccount();
    const digest = settingsDigest(account);
    const made = {
      seq: 1,
      kind: 'account',
      action: 'created',
      id: '1',
      name: 'acme-01',
      before: null,
      after: { digest, places: ['1'] },
    } as const;
    expect(statesOf([made], ofAccounts)).toEqual([made.after]);
    expect(statesOf([made, edited(2, { places: ['1'] }, { places: ['2'] })], ofAccounts)).toEqual([
      made.after,
      { digest, places: ['2'] },
    ]);
    for (const change of [{ name: 'x' }, { baseUrl: 'x' }, { mapping: {} }, { concurrency: 1 }, { priority: 1 }])
      expect(statesOf([made, edited(2, {}, change)], ofAccounts)[1]).toEqual({ places: ['1'], ...change });
  });

  it('of other kinds are whole, each by itself', () => {
    const change = (seq: number, before: object, to: object): Change => ({ ...edited(seq, before, to), kind: 'group' });
    expect(statesOf([change(1, { a: 1, b: 1 }, { a: 2 }), change(2, { a: 2 }, { b: 3 })], ofGrants)).toEqual([
      { a: 1, b: 1 },
      { a: 2 },
      { b: 3 },
    ]);
  });
});

describe('a state that was written down without what may hold a key', () => {
  const account = anAccount({
    baseUrl: 'https://key-in-here.example',
    mapping: { big: 'a' },
    settings: { 'extra.a': 'secret', 'extra.b': 1 },
  });
  const state: AccountState = {
    name: 'acme-01',
    baseUrl: account.baseUrl,
    mapping: account.mapping,
    settings: { 'extra.a': { value: 'secret' }, 'extra.b': { value: 1 }, 'extra.c': null },
    priority: 50,
  };
  const written = writableAccount(state, hiddenText);

  it('is still told from another', () => {
    const differences = (now: Account) => differencesFrom(...comparableAccounts(now, written));
    expect(differences(account)).toEqual([]);
    expect(differences({ ...account, baseUrl: 'https://other.example' })).toEqual(['base URL']);
    expect(differences({ ...account, mapping: { big: 'b' } })).toEqual(['model mapping']);
    expect(differences({ ...account, settings: { ...account.settings, 'extra.a': 'other' } })).toEqual(['a']);
    expect(differences({ ...account, settings: { ...account.settings, 'extra.b': 2 } })).toEqual(['b']);
    expect(differences({ ...account, baseUrl: null })).toEqual(['base URL']);
    // What was never hidden is compared as it is.
    const [same, noted] = comparableAccounts(account, { priority: 1 });
    expect([same, noted]).toEqual([account, { priority: 1 }]);
  });

  it('names what it does not know any more, and keeps the rest', () => {
    expect(unkeptOfAccount(written)).toEqual(['base URL', 'model mapping', 'a']);
    expect(keptOf(written)).toEqual({
      name: 'acme-01',
      priority: 50,
      settings: { 'extra.b': { value: 1 }, 'extra.c': null },
    });
    expect([unkeptOfAccount(state), keptOf(state)]).toEqual([[], state]);
    expect(unkeptOfAccount({ name: hiddenText('x') })).toEqual(['name']);
    expect(keptOf({ settings: { a: { value: hiddenText('x') } } })).toEqual({});
    expect([unkeptOfAccount({}), keptOf({})]).toEqual([[], {}]);
  });

  it('gives nothing back but what it knows, and says so', async () => {
    const { tools, state: held } = memorySub2api();
    held.groups.set('1', aGroup());
    held.accounts.set('1', { ...account, baseUrl: 'https://new.example', priority: 9 });
    const before = { baseUrl: hiddenText(account.baseUrl!), priority: 50 };
    const log = new ChangeLog(noJournal, {
      changes: [edited(1, before, { baseUrl: 'https://new.example', priority: 9 })],
      lastSeq: 1,
    });
    const { leftovers } = await undo([...log.changes], tools, log);
    expect(held.accounts.get('1')).toMatchObject({ baseUrl: 'https://new.example', priority: 50 });
    expect(leftovers).toMatchObject([
      { kind: 'account', reason: 'its earlier base URL may have held a key and was not kept' },
    ]);
  });
});

describe('whose an account is', () => {
  const { tools } = memorySub2api();
  const driver = accountDriver(tools.host);
  const made = { marker: aMarker({ run: 'run-2' }) };
  const around = { placeExists: (id: string) => id !== '9', madePlaces: [], objects: () => [] };

  it.each<[string, Partial<Account>, boolean, boolean]>([
    ['as it was made', {}, true, true],
    ['under another name', { name: 'other' }, false, true],
    ['of another run', { marker: aMarker({ run: 'run-1' }) }, false, false],
    ['of another provider', { marker: aMarker({ run: 'run-2', provider: 'x' }) }, false, false],
    ['of another mode', { marker: aMarker({ run: 'run-2', access: 'self_service' }) }, false, false],
    ['of another key', { marker: aMarker({ run: 'run-2', fingerprint: 'x' }) }, false, false],
    ['without a marker', { marker: null }, false, false],
  ])('%s', (_, changes, isMade, isStill) => {
    const account = anAccount({ ...made, ...changes });
    expect(driver.isMadeAs(account, 'acme-01', made)).toBe(isMade);
    expect(driver.isStill(account, 'acme-01', made, around)).toBe(isStill);
    expect(driver.isMadeAs(account, 'acme-01', { marker: null })).toBe(false);
  });

  it('places that are gone are no difference, and others are', () => {
    const at = (...places: string[]) => anAccount({ places });
    expect(driver.differences(at('1', '9'), { places: ['1'] }, around)).toEqual([]);
    expect(driver.differences(at('1'), { places: ['9', '1'] }, around)).toEqual([]);
    expect(driver.differences(at('1', '2'), { places: ['1'] }, around)).toEqual(['place']);
    expect(driver.differences(at('1', '9'), { places: ['1'] })).toEqual(['place']);
  });

  it('somebody’s change of what it was made with is seen', () => {
    const account = anAccount();
    const digest = settingsDigest(account);
    expect(driver.differences(account, { digest })).toEqual([]);
    expect(driver.differences({ ...account, priority: 1 }, { digest })).toEqual(['settings']);
    expect(driver.stateOf(account, made)).toEqual({ ...made, digest, places: ['1'] });
  });
});

describe('undoing', () => {
  type Writes = ReturnType<Parameters<typeof otherHost>[0]>;
  const host = (change: () => Writes = () => ({})) => {
    const memory = memorySub2api();
    memory.state.groups.set('1', aGroup());
    const log = new ChangeLog(noJournal);
    return { ...memory, log, tools: otherHost(change)(memory.tools), clock: memory.tools.clock as QuickClock };
  };
  const madeGroup = async (log: ChangeLog, id: string | null = '5') => {
    const group = aGroup({ id: '5', name: 'relay-x', description: 'x [relay acme subscription run-2]' });
    const { id: _, active: __, ...state } = group;
    const [change] = await log.note([
      { kind: 'group', action: 'created', id: null, name: group.name, before: null, after: state },
    ]);
    if (id !== null) await log.made([{ change: change!, id }]);
    return group;
  };

  it('foretells what it does, and sends nothing', async () => {
    const { tools, state, log, sent } = host();
    state.groups.set('5', await madeGroup(log));
    state.accounts.set('1', anAccount({ priority: 1 }));
    state.accounts.set('2', anAccount({ id: '2', name: 'acme-02', priority: 3 }));
    await log.note([editOf({ priority: 50 }, { priority: 1 }), editOf({ priority: 50 }, { priority: 2 }, '2')]);
    const foreseen = await foreseeUndo([...log.changes], tools, log);
    expect(foreseen).toMatchObject({
      removed: [{ kind: 'group', id: '5', name: 'relay-x' }],
      restored: [{ kind: 'account', id: '1' }],
      leftovers: [{ kind: 'account', id: '2', reason: 'others have changed its priority since' }],
    });
    expect(sent).toEqual([]);
    const { undone, leftovers } = await undo([...log.changes], tools, log);
    expect(undone.map(({ kind, id }) => `${kind} ${id}`).toSorted()).toEqual(['account 1', 'group 5']);
    expect(leftovers).toEqual(foreseen.leftovers);
  });

  it.each<[string, string | null, Partial<Account> | null]>([
    ['where it was noted', '5', null],
    ['wherever its mark is, where its number was wrong', '77', null],
    ['wherever its mark is, where its number was not known', null, null],
  ])('finds what was made %s', async (_, id) => {
    const { tools, state, log } = host();
    const group = await madeGroup(log, id);
    state.groups.set('5', group);
    expect((await undo([...log.changes], tools, log)).undone).toMatchObject([{ id: '5' }]);
    expect([...state.groups.keys()]).toEqual(['1']);
    // One whose number was never known may come yet, a second time.
    expect(log.changes).toHaveLength(id === null ? 1 : 0);
  });

  it('leaves another that bears the number by now, and holds the change for done with', async () => {
    const { tools, state, log } = host();
    await madeGroup(log);
    state.groups.set('5', aGroup({ id: '5', name: 'theirs', description: 'theirs' }));
    expect(await undo([...log.changes], tools, log)).toEqual({ undone: [], leftovers: [] });
    expect([state.groups.size, log.changes]).toEqual([2, []]);
    state.accounts.set('1', anAccount({ name: 'theirs', priority: 7 }));
    await log.note([editOf({ priority: 50 }, { priority: 1 })]);
    expect(await undo([...log.changes], tools, log)).toEqual({ undone: [], leftovers: [] });
    expect([state.accounts.get('1')?.priority, log.changes]).toEqual([7, []]);
  });

  it('what was sent and never seen may come yet: its change stays', async () => {
    const { tools, log } = host();
    await madeGroup(log, null);
    expect(await undo([...log.changes], tools, log)).toEqual({ undone: [], leftovers: [] });
    expect(log.changes).toHaveLength(1);
  });

  it('knows an object that the run has renamed', async () => {
    const { tools, state, log } = host();
    state.accounts.set('1', anAccount({ name: 'renamed', priority: 7 }));
    await log.note([editOf({ name: 'acme-01' }, { name: 'renamed' })]);
    expect((await undo([...log.changes], tools, log)).leftovers).toEqual([]);
    expect(state.accounts.get('1')).toMatchObject({ name: 'acme-01', priority: 7 });
  });

  it('tries thrice, with pauses, and names what is left with its command', async () => {
    let tries = 0;
    const deleteGroup = async (): Promise<WriteResult<void>> => {
      tries += 1;
      if (tries === 1) throw down;
      return done;
    };
    const { tools, state, log, clock } = host(() => ({ writes: { deleteGroup } }));
    state.groups.set('5', await madeGroup(log));
    const { undone, leftovers } = await undo([...log.changes], tools, log);
    expect([tries, undone, clock.pauses]).toEqual([3, [], [1000, 4000]]);
    expect(leftovers).toMatchObject([{ kind: 'group', id: '5', command: 'look' }]);
  });

  it('what cannot be looked at in between counts as there; at the beginning nothing can be said', async () => {
    let looks = 0;
    const { tools, state, log } = host();
    const blind = otherHost(({ reads }) => ({
      reads: {
        groups: async () => {
          looks += 1;
          if (looks > 1) throw down;
          return reads.groups();
        },
      },
    }))(tools);
    state.groups.set('5', await madeGroup(log));
    expect((await undo([...log.changes], blind, log)).leftovers).toMatchObject([{ id: '5' }]);
    await expect(undo([...log.changes], blind, log)).rejects.toBe(down);
  });

  it('what could not be read is named, and the rest is undone', async () => {
    const { state, log, tools } = host(() => ({ reads: { accounts: () => Promise.reject(down) } }));
    await log.note([editOf({ priority: 50 }, { priority: 1 })]);
    state.channels.set('4', aChannel({ id: '4', groupIds: ['1'] }));
    const { leftovers } = await undo([...log.changes], tools, log);
    expect(leftovers).toMatchObject([{ kind: 'account', reason: 'the host could not be asked for it' }]);
    expect(log.changes).toHaveLength(1);
  });

  it('a fault of relay is none of the host', async () => {
    const { tools, state, log } = host(() => ({
      writes: { deleteGroup: () => Promise.reject(new TypeError('relay')) },
    }));
    state.groups.set('5', await madeGroup(log));
    await expect(undo([...log.changes], tools, log)).rejects.toThrow('relay');
  });

  it('a grant that expired before is left as it runs now, and one in another group is seen', async () => {
    const { tools, state, log } = host();
    state.groups.set('2', aGroup({ id: '2', name: 'other', description: '' }));
    state.subscriptions.set('1', aSubscription({ place: '2', expiresAt: 30 * dayMs }));
    const grant = { userId: '7', place: '2', days: null, active: true };
    await log.note([
      {
        kind: 'subscription',
        action: 'updated',
        id: '1',
        name: 'ann',
        before: { ...grant, expiresAt: 20 * dayMs },
        after: { ...grant, expiresAt: 30 * dayMs },
      },
    ]);
    expect((await undo([...log.changes], tools, log)).leftovers).toEqual([]);
    expect(state.subscriptions.get('1')?.expiresAt).toBe(20 * dayMs);
  });

  it('an account that the run made and a person has renamed is theirs by now, and is named', async () => {
    const { tools, state, log } = host();
    const account = anAccount({ id: '50', marker: aMarker({ run: 'run-2' }) });
    const made = { marker: account.marker, digest: settingsDigest(account), places: ['1'] };
    const [change] = await log.note([
      { kind: 'account', action: 'created', id: null, name: account.name, before: null, after: made },
    ]);
    await log.made([{ change: change!, id: '50' }]);
    state.accounts.set('50', { ...account, name: 'theirs' });
    const { undone, leftovers } = await undo([...log.changes], tools, log);
    expect([undone, leftovers]).toMatchObject([[], [{ id: '50', reason: 'others have changed its settings since' }]]);
    expect(state.accounts.size).toBe(1);
  });

  it('what another change has made is that change’s, whatever bears the same mark', async () => {
    const { tools, state, log } = host();
    state.groups.set('5', await madeGroup(log));
    await madeGroup(log, null);
    expect((await undo(log.changes.slice(1), tools, log)).undone).toEqual([]);
    expect(state.groups.has('5')).toBe(true);
  });

  it('finds what came late among objects of its own kind', async () => {
    const { tools, state, log } = host();
    const account = anAccount({ id: '5', marker: aMarker({ run: 'run-2' }) });
    const grant = { userId: '7', place: '1', expiresAt: null, days: null, active: true };
    const created = { action: 'created', id: null, before: null } as const;
    const group = await madeGroup(log, null);
    await log.note([
      { ...created, kind: 'account', name: account.name, after: { marker: account.marker } },
      { ...created, kind: 'subscription', name: 'ann', after: grant },
      { ...created, kind: 'user', name: 'probe', after: { email: 'probe' } },
    ]);
    state.groups.set('5', group);
    state.accounts.set('5', account);
    state.subscriptions.set('5', aSubscription({ id: '5' }));
    const late = await findUnrecorded(tools, log);
    expect(late.map(({ kind, id }) => `${kind} ${id}`)).toEqual(['group 5', 'account 5', 'subscription 5']);
    expect((await undo([...log.changes], tools, log)).leftovers).toEqual([]);
    expect([state.accounts.size, state.subscriptions.size, [...state.groups.keys()]]).toEqual([0, 0, ['1']]);
  });

  it('notes what it is about to do, and sends nothing that changes nothing', async () => {
    const { tools: plain, state, log, sent } = host();
    const notes: unknown[] = [];
    const tools = { ...plain, journal: { note: async (...more: unknown[]) => void notes.push(...more) } };
    state.groups.set('5', await madeGroup(log));
    state.accounts.set('1', anAccount({ enabled: false, paused: true }));
    const paused = { enabled: false, paused: true };
    await log.note([editOf({ enabled: true, paused: false }, paused)]);
    await undo([...log.changes], tools, log);
    expect(sent).toEqual(['enable 1', 'delete group relay-x']);
    expect(notes).toMatchObject([
      { type: 'intent', kind: 'account', name: 'acme-01', what: 'restore the account "acme-01"' },
      { type: 'intent', kind: 'group', name: 'relay-x', what: 'remove the group "relay-x"' },
    ]);
  });

  it.each([
    ['there', ['1', '5'], ['1', '5']],
    ['gone', ['1', '9'], ['1']],
  ])('an account is put back into places that are %s as far as there are any', async (_, before, wanted) => {
    const { tools, state, log } = host();
    state.groups.set('5', aGroup({ id: '5', name: 'other', description: '' }));
    state.accounts.set('1', anAccount({ places: ['5'] }));
    await log.note([editOf({ places: before }, { places: ['5'] })]);
    expect((await undo([...log.changes], tools, log)).leftovers).toEqual([]);
    expect(state.accounts.get('1')?.places).toEqual(wanted);
  });

  it('what cannot be put back is named, with the command that shows it', async () => {
    const { tools, state, log } = host(() => ({ writes: { changeAccount: () => Promise.reject(down) } }));
    state.accounts.set('1', anAccount({ priority: 1 }));
    await log.note([editOf({ priority: 50 }, { priority: 1 })]);
    expect((await undo([...log.changes], tools, log)).leftovers).toMatchObject([
      { kind: 'account', id: '1', reason: 'its earlier state could not be restored', command: 'look' },
    ]);
  });

  it('accounts go several at once, and what they hang on one after the other', async () => {
    const under = { account: 0, group: 0 };
    const most = { account: 0, group: 0 };
    const counted = async (kind: 'account' | 'group', remove: () => Promise<WriteResult<void>>) => {
      under[kind] += 1;
      most[kind] = Math.max(most[kind], under[kind]);
      await tick();
      under[kind] -= 1;
      return remove();
    };
    const memory = host();
    const tools = otherHost(({ writes }) => ({
      writes: {
        deleteAccount: (id) => counted('account', () => writes.deleteAccount(id)),
        deleteGroup: (id) => counted('group', () => writes.deleteGroup(id)),
      },
    }))(memory.tools);
    for (let id = 20; id < 26; id += 1) {
      const account = anAccount({
        id: `${id}`,
        name: `acme-${id}`,
        marker: aMarker({ run: 'run-2', fingerprint: `${id}` }),
      });
      const group = aGroup({ id: `${id}`, name: `relay-${id}`, description: 'x [relay acme subscription run-2]' });
      memory.state.accounts.set(account.id, account);
      memory.state.groups.set(group.id, group);
      for (const [kind, name, after] of [
        ['account', account.name, { marker: account.marker }],
        ['group', group.name, { name: group.name, description: group.description }],
      ] as const) {
        const [change] = await memory.log.note([{ kind, action: 'created', id: null, name, before: null, after }]);
        await memory.log.made([{ change: change!, id: `${id}` }]);
      }
    }
    expect((await undo([...memory.log.changes], tools, memory.log)).undone).toHaveLength(12);
    expect(most.account).toBeGreaterThanOrEqual(4);
    expect(most.group).toBe(1);
  });

  it('a fault of relay in looking is none of the host', async () => {
    const { tools, log } = host(() => ({ reads: { accounts: () => Promise.reject(new TypeError('relay')) } }));
    await log.note([editOf({}, { priority: 1 })]);
    await expect(undo([...log.changes], tools, log)).rejects.toThrow('relay');
  });

  it('what others have changed is told as theirs, also beside what was not kept', async () => {
    const { tools, state, log } = host();
    state.accounts.set('1', anAccount({ baseUrl: 'https://new.example', priority: 7 }));
    const before = { baseUrl: hiddenText('https://old.example'), priority: 50 };
    await log.note([editOf(before, { baseUrl: 'https://new.example', priority: 1 })]);
    expect((await undo([...log.changes], tools, log)).leftovers).toMatchObject([
      { reason: 'others have changed its priority since', command: null },
    ]);
  });
});

describe('whose a grant is, and how it ends', () => {
  const { tools } = memorySub2api();
  const driver = grantDriver(tools.host.grants!);
  const made = { userId: '7', place: '1', expiresAt: 30 * dayMs, days: null, active: true };
  const around = { placeExists: () => true, madePlaces: [], objects: () => [] };

  it.each<[string, Partial<Grant>, boolean]>([
    ['as it was given', {}, true],
    ['of another end', { expiresAt: 0 }, true],
    ['expired since', { active: false }, true],
    ['of another user', { userId: '8' }, false],
    ['of another place', { place: '2' }, false],
    ['by others', { byRelay: false }, false],
  ])('%s: %s', (_, changes, isStill) => {
    expect(driver.isStill(aSubscription(changes), 'ann', made, around)).toBe(isStill);
  });

  it('is seen as the host shows it; its end counts where it is known, as hosts round it', () => {
    const grant = aSubscription({ expiresAt: 30 * dayMs + 59_999 });
    expect(driver.stateOf({ ...grant, active: false }, made)).toEqual({
      ...made,
      expiresAt: grant.expiresAt,
      active: false,
    });
    expect(driver.differences(grant, made)).toEqual([]);
    expect(driver.differences({ ...grant, expiresAt: 30 * dayMs - 60_000 }, made)).toEqual(['end']);
    expect(driver.differences(grant, { ...made, expiresAt: null })).toEqual([]);
  });

  it.each<[string, Partial<GrantState>, Partial<GrantState>, number, number | null]>([
    ['is shortened by as much as it was lengthened', {}, { expiresAt: 40 * dayMs }, 40 * dayMs, 30],
    ['is left where somebody has moved it since', {}, { expiresAt: 40 * dayMs }, 50 * dayMs, null],
    ['is left where it had expired', { active: false }, { expiresAt: 40 * dayMs }, 40 * dayMs, null],
    ['is left where its end was not known before', { expiresAt: null }, { expiresAt: 40 * dayMs }, 40 * dayMs, null],
    ['is left where its end was never seen', {}, { expiresAt: null }, 40 * dayMs, null],
  ])('its end %s', async (_, before, after, now, days) => {
    const memory = memorySub2api();
    memory.state.subscriptions.set('1', aSubscription({ expiresAt: now }));
    const { restore } = grantDriver(memory.tools.host.grants!);
    const states = { before: { ...made, ...before }, after: { ...made, ...after } };
    await restore(aSubscription({ expiresAt: now }), states, { around, requestId: 'r' });
    expect(memory.state.subscriptions.get('1')?.expiresAt).toBe(days === null ? now : days * dayMs);
    expect(memory.sent).toHaveLength(days === null ? 0 : 1);
  });
});
