import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Account } from '../../src/host/account.ts';
import { groupIsolation } from '../../src/host/sub2api/isolation.ts';
import { buildPlan } from '../../src/plan/build-plan.ts';
import { acts, changesAnything, type ImportPlan } from '../../src/plan/import-plan.ts';
import type { Desired, HostSnapshot } from '../../src/plan/observed.ts';
import { viewPlan } from '../../src/plan/plan-view.ts';
import {
  aDesired,
  aGroup,
  aMarker,
  anAccount,
  anEmptyHost,
  aServingHost,
  capabilities,
  fingerprintOf,
  keysOf,
} from '../support/builders.ts';

function planOf(desired: Partial<Desired>, snapshot: HostSnapshot): ImportPlan {
  const result = buildPlan(aDesired(desired), snapshot);
  if (!('plan' in result)) throw new Error(result.problems.map(({ message }) => message).join('; '));
  return result.plan;
}

const problemsOf = (desired: Partial<Desired>, snapshot: HostSnapshot) => {
  const result = buildPlan(aDesired(desired), snapshot);
  return 'problems' in result ? result.problems : [];
};
const codesOf = ({ warnings }: ImportPlan) => warnings.map(({ code }) => code);
const accountOf = (key: string, id: string, changes: Partial<Account> = {}) =>
  anAccount({ id, name: `acme-0${id}`, marker: aMarker({ fingerprint: fingerprintOf(key) }), ...changes });
const keyWith = (settings: Desired['keys'][number]['settings']) => [{ ...keysOf('test-key-one')[0]!, settings }];

const nowhere = { host: { url: '', kind: '', version: '' }, provider: { id: '', displayName: '', baseUrl: '' } };
const shownPlan = (plan: Parameters<typeof viewPlan>[0]) => viewPlan(plan, nowhere, (text) => text);

describe('accounts whose key is not in the file', () => {
  const accounts = [anAccount(), accountOf('test-key-two', '2'), accountOf('test-key-three', '3')];
  const host = aServingHost({ accounts });

  it.each<[string, Partial<Desired>, string[], string[]]>([
    ['go, the newest first', { keys: keysOf('test-key-one') }, ['3', '2'], ['MASS_REMOVAL']],
    ['go, where all lines are keys', { keys: keysOf('test-key-one', 'test-key-two') }, ['3'], []],
    ['stay while a line may be the one that was spoilt', { malformedLines: 1 }, [], ['REMOVALS_HELD_BACK']],
    ['stay where accounts are only added', { accounts: 'append' }, [], []],
    ['and of others all go, where all are made anew', { accounts: 'replace' }, ['3', '2', '1'], ['MASS_REMOVAL']],
    [
      'go where all are made anew, malformed lines or not',
      { accounts: 'replace', malformedLines: 1 },
      ['3', '2', '1'],
      ['MASS_REMOVAL'],
    ],
  ])('%s', (_, desired, ids, codes) => {
    const plan = planOf(desired, host);
    expect(plan.removals.map(({ id }) => id)).toEqual(ids);
    expect(codesOf(plan)).toEqual(codes);
  });

  it.each([
    [1, 'test-key-two', '1 account without a key in the file stays, because 1 line is malformed.'],
    [3, 'test-key-four', '2 accounts without a key in the file stay, because 3 lines are malformed.'],
  ])('are told to stay for %i malformed lines', (malformedLines, key, message) => {
    const plan = planOf({ keys: keysOf('test-key-one', key), malformedLines }, host);
    expect(plan.warnings).toMatchObject([{ code: 'REMOVALS_HELD_BACK', message }]);
  });

  it('a malformed line holds nothing back where nothing would go', () => {
    expect(codesOf(planOf({ malformedLines: 2 }, aServingHost()))).toEqual([]);
  });

  it('are told with what they are: one that serves, and why it goes', () => {
    const stale = accountOf('test-key-one', '9', { places: [], marker: aMarker({ run: 'run-0' }) });
    const mixed = aServingHost({
      accounts: [
        anAccount(),
        stale,
        accountOf('two', '2'),
        accountOf('three', '3', { enabled: false }),
        accountOf('four', '4', { state: 'error' }),
      ],
    });
    expect(planOf({}, mixed).removals.map(({ id, serves, reason }) => [id, serves, reason])).toEqual([
      ['9', true, 'its key has another account'],
      ['4', false, 'its key is not in the key file'],
      ['3', false, 'its key is not in the key file'],
      ['2', true, 'its key is not in the key file'],
    ]);
  });

  it.each<[string, Partial<Account>, number]>([
    ['serves', {}, 1],
    ['is out of service', { enabled: false }, 0],
    ['is in error', { state: 'error' }, 0],
    ['serves elsewhere', { places: ['7'] }, 0],
  ])('are counted where they go on serving: one that %s', (_, changes, count) => {
    const other = accountOf('test-key-two', '2', changes);
    const plan = planOf({ accounts: 'append' }, aServingHost({ accounts: [anAccount(), other] }));
    expect(plan.servingElsewhere).toBe(count);
    // What goes does not go on.
    expect(planOf({}, aServingHost({ accounts: [anAccount(), other] })).servingElsewhere).toBe(0);
  });

  it('more than half of them is a mass removal, and half is not', () => {
    const four = ['one', 'two', 'three', 'four'].map((key, at) => accountOf(`test-key-${key}`, `${at + 1}`));
    const plan = (...keys: string[]) => planOf({ keys: keysOf(...keys) }, aServingHost({ accounts: four }));
    expect(plan('test-key-one', 'test-key-two')).toMatchObject({ massRemoval: false, warnings: [] });
    expect(plan('test-key-one')).toMatchObject({ massRemoval: true, warnings: [{ code: 'MASS_REMOVAL' }] });
  });

  it('accounts that are made anew are no loss', () => {
    const plan = planOf({ accounts: 'replace' }, aServingHost());
    expect(plan).toMatchObject({ massRemoval: false, removals: [{ reason: 'its key has another account' }] });
  });

  it('where all are made anew, a resumed run keeps its own', () => {
    const own = anAccount({ marker: aMarker({ run: 'run-2' }) });
    const plan = planOf({ accounts: 'replace' }, aServingHost({ accounts: [own] }));
    expect([plan.accounts.map(({ action }) => action), plan.removals]).toEqual([['unchanged'], []]);
    // Its own is the one that is kept, also where an older one stands in the place.
    const older = anAccount({ id: '0', marker: aMarker({ run: 'run-1' }) });
    const both = planOf({ accounts: 'replace' }, aServingHost({ accounts: [older, { ...own, places: [] }] }));
    expect(both.removals.map(({ id }) => id)).toEqual(['0']);
    const reconciled = planOf({}, aServingHost({ accounts: [older, { ...own, places: [] }] }));
    expect(reconciled.removals.map(({ id }) => id)).toEqual(['1']);
  });
});

describe('what the key file says of one account', () => {
  it.each<[string, Desired['keys'][number]['settings'], Partial<Account>, object]>([
    ['nothing', {}, {}, { action: 'unchanged', enabled: true, retest: null }],
    ['the name it has', { name: 'acme-01' }, {}, { action: 'unchanged', name: 'acme-01' }],
    [
      'another name',
      { name: 'mine' },
      {},
      { action: 'update', name: 'mine', change: { name: 'mine' }, differences: ['name'] },
    ],
    [
      'another priority',
      { priority: 1 },
      {},
      { action: 'update', change: { priority: 1 }, retest: null, place: 'serves' },
    ],
    [
      'another concurrency, of one that is out',
      { concurrency: 1 },
      { enabled: false },
      { place: 'idle', change: { concurrency: 1 } },
    ],
    [
      'another concurrency, of one in error',
      { concurrency: 1 },
      { state: 'error' },
      { place: 'idle', retest: 'held_out' },
    ],
    [
      'out of service',
      { enabled: false },
      {},
      { action: 'update', enabled: false, change: { enabled: false }, retest: null },
    ],
    [
      'out of service, as it is',
      { enabled: false },
      { enabled: false },
      { action: 'unchanged', enabled: false, retest: null },
    ],
    ['in service, as it is', { enabled: true }, {}, { action: 'unchanged', retest: null }],
    ['in service, paused by hand', { enabled: true }, { enabled: false }, { action: 'unchanged', retest: 'held_out' }],
    ['nothing, paused by hand', {}, { enabled: false }, { action: 'unchanged', retest: null }],
    ['nothing, paused by relay', {}, { enabled: false, paused: true }, { retest: 'held_out' }],
    ['nothing, in error', {}, { state: 'error' }, { retest: 'held_out' }],
    [
      'nothing, disabled by hand',
      {},
      { state: 'inactive', tested: false, enabled: false, paused: true },
      { retest: null },
    ],
    ['nothing, untested', {}, { tested: false }, { retest: 'untested' }],
    [
      'nothing, elsewhere',
      {},
      { places: [] },
      { action: 'update', differences: ['group'], place: 'joins', retest: 'changed' },
    ],
    [
      'nothing, with another address',
      {},
      { baseUrl: 'x', tested: false },
      { action: 'update', retest: 'changed', differences: ['base URL'] },
    ],
  ])('%s', (_, settings, account, wanted) => {
    const plan = planOf({ keys: keyWith(settings) }, aServingHost({ accounts: [anAccount(account)] }));
    expect(plan.accounts).toMatchObject([wanted]);
  });

  it.each<[Desired['keys'][number]['settings'], object]>([
    [{}, { enabled: true, name: 'acme-01', spec: { name: 'acme-01', concurrency: 10, priority: 50 } }],
    [
      { enabled: false, concurrency: 3, priority: 0 },
      { enabled: false, spec: { concurrency: 3, priority: 0 } },
    ],
    [{ name: 'mine' }, { name: 'mine', spec: { name: 'mine' } }],
  ])('%j of one that is yet to be made', (settings, wanted) => {
    expect(planOf({ keys: keyWith(settings) }, anEmptyHost()).accounts).toMatchObject([
      { action: 'create', ...wanted },
    ]);
  });

  it('a name that others have is an obstacle, and one that gets free is none', () => {
    const theirs = accountOf('test-key-two', '2', { name: 'mine', marker: null });
    expect(
      problemsOf({ keys: keyWith({ name: 'mine' }) }, aServingHost({ accounts: [anAccount(), theirs] })),
    ).toMatchObject([{ code: 'NAME_AMBIGUOUS' }]);
    const going = accountOf('test-key-two', '2', { name: 'mine' });
    expect(problemsOf({ keys: keyWith({ name: 'mine' }) }, aServingHost({ accounts: [anAccount(), going] }))).toEqual(
      [],
    );
    expect(problemsOf({ keys: keyWith({ name: 'acme-01' }) }, aServingHost())).toEqual([]);
  });

  it('names that are given are not given out again', () => {
    fc.assert(
      fc.property(fc.array(fc.option(fc.constantFrom('acme-01', 'acme-02', 'acme-04')), { maxLength: 5 }), (given) => {
        const once = given.map((name, at) => (name !== null && given.indexOf(name) === at ? name : null));
        const keys = keysOf(...given.map((_, at) => `new-key-${at}`)).map((key, at) => ({
          ...key,
          settings: once[at] === null ? {} : { name: once[at]! },
        }));
        const names = planOf({ keys }, anEmptyHost()).accounts.map(({ name }) => name);
        expect(new Set(names).size).toBe(names.length);
        for (const [at, name] of once.entries()) if (name !== null) expect(names[at]).toBe(name);
      }),
    );
  });
});

describe('accounts that bear no marker', () => {
  const theirs = anAccount({ id: '5', name: 'acme-05', marker: null });

  it('are left alone, and told', () => {
    const plan = planOf({}, aServingHost({ accounts: [anAccount(), theirs] }));
    expect(plan.warnings).toMatchObject([{ code: 'FOREIGN_ACCOUNT' }]);
    expect(plan.accounts).toMatchObject([{ action: 'unchanged' }]);
    expect([...plan.knownAccounts]).toEqual(['1']);
  });

  it('are adopted where they hold the key and that was asked for, and get the marker', () => {
    const foreignKeys = new Map([['5', fingerprintOf('test-key-one')]]);
    const plan = planOf({ adopt: true }, aServingHost({ accounts: [theirs], foreignKeys }));
    expect(plan.accounts).toMatchObject([
      {
        action: 'adopt',
        name: 'acme-05',
        change: {
          marker: {
            provider: 'acme',
            access: 'subscription',
            run: 'run-2',
            fingerprint: fingerprintOf('test-key-one'),
            sets: [],
          },
        },
        differences: ['marker'],
      },
    ]);
    expect(codesOf(plan)).toEqual([]);
    expect(acts(plan)).toBe(true);
  });
});

describe('accounts that other runs have left untested', () => {
  const untested = (changes: Partial<Account>, run = 'run-1') =>
    anAccount({ tested: false, ...changes, marker: aMarker({ run }) });

  it.each<[string, Account, string[]]>([
    ['another run', untested({}), ['OTHER_RUN']],
    ['this run', untested({}, 'run-2'), []],
    ['another run, in error', untested({ state: 'error' }), []],
    ['another run, paused', untested({ enabled: false, paused: true }), []],
    ['another run, and tested since', untested({ tested: true }), []],
  ])('by %s', (_, account, codes) => {
    expect(codesOf(planOf({}, aServingHost({ accounts: [account] })))).toEqual(codes);
  });

  it('each run is told once', () => {
    const two = anAccount({
      id: '2',
      name: 'acme-02',
      tested: false,
      marker: aMarker({ fingerprint: fingerprintOf('two') }),
    });
    const plan = planOf({ keys: keysOf('test-key-one', 'two') }, aServingHost({ accounts: [untested({}), two] }));
    expect(codesOf(plan)).toEqual(['OTHER_RUN']);
  });
});

describe('what users meet while a plan is carried out (N6)', () => {
  const serving = anAccount();
  const joining = accountOf('test-key-two', '2', { places: [] });

  it.each<[string, string[], Account[], boolean]>([
    ['one that is made joins them', ['test-key-one', 'test-key-two'], [serving], true],
    ['one that was elsewhere joins them', ['test-key-one', 'test-key-two'], [serving, joining], true],
    ['nothing joins', ['test-key-one'], [serving], false],
    ['one that is there is changed', ['test-key-one'], [{ ...serving, priority: 1 }], false],
    ['nobody serves yet', ['test-key-one'], [], false],
    [
      'those that are there are out of service',
      ['test-key-one', 'test-key-two'],
      [{ ...serving, enabled: false }],
      false,
    ],
    ['those that are there are in error', ['test-key-one', 'test-key-two'], [{ ...serving, state: 'error' }], false],
  ])('newcomers are proven beside those that serve: %s', (_, keys, accounts, isStaged) => {
    const plan = planOf({ keys: keysOf(...keys) }, aServingHost({ accounts }));
    expect(plan.staging).toEqual(isStaged ? { by: 'place', kind: 'group', name: 'relay-staging-run-2' } : null);
    const shown = shownPlan(plan);
    expect(shown.changes.some(({ name }) => name === 'relay-staging-run-2')).toBe(isStaged);
  });

  it('on a host without such places nothing is made beside', () => {
    const host = aServingHost({ accounts: [serving], isolation: null });
    expect(planOf({ keys: keysOf('test-key-one', 'test-key-two') }, host)).toMatchObject({
      staging: null,
      stale: { staging: [] },
    });
  });

  it('what interrupted runs have left goes, which is a change also where nothing else is', () => {
    const left = aGroup({ id: '9', name: 'relay-staging-run-1', description: 'x [relay acme subscription run-1]' });
    const client = { id: '4', name: 'relay-probe-run-1@relay.invalid', run: 'run-1' };
    const nothing = planOf({}, aServingHost());
    expect([changesAnything(nothing), acts(nothing)]).toEqual([false, false]);
    for (const host of [aServingHost({ groups: [aGroup(), left] }), aServingHost({ leftClients: [client] })]) {
      const plan = planOf({}, host);
      expect([changesAnything(plan), acts(plan)]).toEqual([true, true]);
    }
    const plan = planOf(
      {},
      aServingHost({ groups: [aGroup(), left], leftClients: [client], isolation: groupIsolation }),
    );
    expect(plan.stale).toEqual({
      staging: [{ kind: 'group', id: '9', name: 'relay-staging-run-1' }],
      clients: [{ kind: 'user', ...client }],
    });
    const shown = shownPlan(plan);
    expect(
      shown.changes.filter(({ action }) => action === 'remove').map(({ kind, id, name }) => [kind, id, name]),
    ).toEqual([
      ['group', '9', 'relay-staging-run-1'],
      ['user', '4', client.name],
    ]);
  });

  it('a plan that only tests again acts, and changes nothing', () => {
    const plan = planOf(
      {},
      aServingHost({ accounts: [anAccount({ tested: false, marker: aMarker({ run: 'run-2' }) })] }),
    );
    expect([changesAnything(plan), acts(plan)]).toEqual([false, true]);
  });

  it('accounts that are known are those of the provider and mode, whatever becomes of them', () => {
    const accounts = [
      serving,
      joining,
      anAccount({ id: '3', marker: aMarker({ provider: 'other' }) }),
      anAccount({ id: '4', marker: aMarker({ access: 'self_service' }) }),
      anAccount({ id: '5', marker: null, name: 'theirs' }),
    ];
    expect([...planOf({ accounts: 'append' }, aServingHost({ accounts })).knownAccounts]).toEqual(['1', '2']);
  });
});

describe('names that a host takes', () => {
  it.each([
    ['relay-acme-subscription'.length, 0],
    ['relay-acme-subscription'.length - 1, 1],
  ])('of %i characters: %i obstacles', (maxNameLength, count) => {
    const host = anEmptyHost({ capabilities: { ...capabilities, maxNameLength } });
    expect(problemsOf({}, host)).toHaveLength(count);
  });
});
