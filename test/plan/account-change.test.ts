import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Account, AccountChange } from '../../src/host/account.ts';
import {
  changeTo,
  differencesFrom,
  earlierState,
  settingsDigest,
  shortName,
  touchesUpstream,
} from '../../src/plan/account-change.ts';
import { aMarker, anAccount } from '../support/builders.ts';
import { changed } from '../support/memory-sub2api.ts';

const urls = fc.constantFrom('https://one.example', 'https://two.example');
const mapping = fc.dictionary(fc.constantFrom('big', 'small'), fc.constantFrom('a', 'b'));
const free = fc.dictionary(
  fc.constantFrom('extra.mode', 'extra.rate', 'flag'),
  fc.constantFrom<unknown>(1, 'x', null, [1, 2], [2, 1], { a: 1, b: { c: 2 } }, { b: { c: 2 }, a: 1 }),
);
const sets = fc.subarray(['extra.mode', 'extra.rate', 'flag', 'gone']);
const numbers = fc.constantFrom(1, 2);
const maybeNone = fc.constantFrom(1, 2, null);

const accounts = fc
  .record({
    baseUrl: urls,
    mapping,
    concurrency: maybeNone,
    priority: maybeNone,
    settings: free,
    sets: fc.option(sets),
  })
  .map(({ sets: earlier, ...rest }) => anAccount({ ...rest, marker: earlier && aMarker({ sets: earlier }) }));

const desires = fc.record({ baseUrl: urls, mapping, concurrency: numbers, priority: numbers, settings: free });

const changes: fc.Arbitrary<AccountChange> = fc.record(
  {
    name: fc.constantFrom('acme-01', 'other'),
    baseUrl: urls,
    mapping,
    concurrency: numbers,
    priority: numbers,
    settings: fc.dictionary(
      fc.constantFrom('extra.mode', 'flag'),
      fc.option(fc.constantFrom<unknown>(1, 'x').map((value) => ({ value }))),
    ),
    places: fc.subarray(['1', '2']),
    enabled: fc.boolean(),
    paused: fc.boolean(),
    marker: fc.option(fc.constant(aMarker({ run: 'run-9' }))),
    tested: fc.boolean(),
  },
  { requiredKeys: [] },
);

describe('bringing an account to what is wanted', () => {
  it('gets it there, after which there is nothing to do', () => {
    fc.assert(
      fc.property(accounts, desires, (account, desired) => {
        const change = changeTo(account, desired);
        const now = changed(account, change);
        expect(differencesFrom(now, change)).toEqual([]);
        expect(changeTo(now, desired)).toEqual({});
        expect(now).toMatchObject({ baseUrl: desired.baseUrl, settings: desired.settings });
      }),
    );
  });

  it('names no setting that is so already, and none that the host does not have', () => {
    fc.assert(
      fc.property(accounts, desires, (account, desired) => {
        const change = changeTo(account, desired);
        for (const [name, value] of Object.entries(change)) {
          if (name === 'marker' || name === 'settings') continue;
          const now = account[name as keyof Account];
          expect(now).not.toBeNull();
          expect(now).not.toEqual(value);
        }
        for (const [name, setting] of Object.entries(change.settings ?? {}))
          expect(account.settings[name]).not.toEqual(setting?.value);
      }),
    );
  });

  it('takes away what relay has set before, and leaves what others set', () => {
    const account = anAccount({ settings: { mine: 1, theirs: 2 }, marker: aMarker({ sets: ['mine'] }) });
    const desired = { baseUrl: 'https://x.example', mapping: {}, concurrency: 1, priority: 1, settings: {} };
    const change = changeTo(account, desired);
    expect(change.settings).toEqual({ mine: null });
    expect(change.marker?.sets).toEqual([]);
    // Without a marker nothing is known of what relay has set.
    expect(changeTo({ ...account, marker: null }, desired)).not.toHaveProperty('settings');
    expect(changeTo({ ...account, marker: null }, desired)).not.toHaveProperty('marker');
  });

  it('writes a marker only where it says something else', () => {
    const { baseUrl, mapping: now } = anAccount();
    const desired = { baseUrl: baseUrl!, mapping: now, concurrency: 10, priority: 50 };
    expect(changeTo(anAccount(), { ...desired, settings: {} })).toEqual({});
    const marked = anAccount({ settings: { a: 1, b: 1 }, marker: aMarker({ sets: ['a', 'b'] }) });
    expect(changeTo(marked, { ...desired, settings: { b: 1, a: 1 } })).toEqual({});
  });
});

describe('taking a change back', () => {
  it('puts everything back that it named, and names nothing else', () => {
    fc.assert(
      fc.property(accounts, changes, (account, change) => {
        const back = earlierState(account, change);
        // A host that has no such setting has none to be put back.
        const named = Object.keys(change).filter(
          (name) => !((name === 'concurrency' || name === 'priority') && account[name] === null),
        );
        expect(Object.keys(back).toSorted()).toEqual(named.toSorted());
        const then = changed(changed(account, change), back);
        for (const name of named) expect(then[name as keyof Account]).toEqual(account[name as keyof Account]);
        expect(differencesFrom(account, back)).toEqual([]);
      }),
    );
  });
});

describe('in what an account differs', () => {
  const account = anAccount({ settings: { 'extra.mode': { a: 1, b: [1, 2] } }, places: ['1', '2'] });

  it.each<[AccountChange, string[]]>([
    [{ name: 'other' }, ['name']],
    [{ baseUrl: 'https://other.example' }, ['base URL']],
    [{ baseUrl: account.baseUrl }, []],
    [{ mapping: {} }, ['model mapping']],
    [{ concurrency: 11 }, ['concurrency']],
    [{ priority: 51 }, ['priority']],
    [{ settings: { 'extra.mode': { value: { b: [1, 2], a: 1 } } } }, []],
    [{ settings: { 'extra.mode': { value: { a: 1, b: [2, 1] } } } }, ['mode']],
    [{ settings: { 'extra.mode': { value: { a: 1, b: { 0: 1, 1: 2 } } } } }, ['mode']],
    [{ settings: { 'extra.mode': { value: null } } }, ['mode']],
    [{ settings: { 'extra.mode': null } }, ['mode']],
    [{ settings: { other: null } }, []],
    [{ places: ['2', '1'] }, []],
    [{ places: ['1'] }, ['place']],
    [{ enabled: false }, ['enabled']],
    [{ paused: true }, ['pause']],
    [{ marker: null }, ['marker']],
    [{ marker: aMarker() }, []],
    // The run that wrote it last says nothing of what the account is.
    [{ marker: aMarker({ run: 'run-9' }) }, []],
    [{ marker: aMarker({ sets: [] }) }, []],
    [{ marker: aMarker({ provider: 'other' }) }, ['marker']],
    [{ marker: aMarker({ access: 'self_service' }) }, ['marker']],
    [{ marker: aMarker({ fingerprint: 'other' }) }, ['marker']],
    [{ marker: aMarker({ sets: ['a'] }) }, ['marker']],
    [{ tested: false }, []],
    [{ name: 'other', priority: 51, paused: true }, ['name', 'priority', 'pause']],
  ])('from %j: %j', (change, words) => {
    expect(differencesFrom(account, change)).toEqual(words);
  });

  it('what the host has no setting for is never another', () => {
    const without = { ...account, concurrency: null, priority: null };
    expect(differencesFrom(without, { concurrency: 11, priority: 51 })).toEqual([]);
  });

  it('an account without a marker is as one that shall have none', () => {
    const unmarked = { ...account, marker: null };
    expect(differencesFrom(unmarked, { marker: null })).toEqual([]);
    expect(differencesFrom(unmarked, { marker: aMarker() })).toEqual(['marker']);
  });
});

describe('what a change means', () => {
  it.each<[AccountChange, boolean]>([
    [{ baseUrl: 'x' }, true],
    [{ mapping: {} }, true],
    [{ settings: {} }, true],
    [{ name: 'x', concurrency: 1, priority: 1, places: [], enabled: true, marker: null, tested: true }, false],
  ])('%j has the account tested again: %s', (change, wanted) => {
    expect(touchesUpstream(change)).toBe(wanted);
  });

  it('the digest stands for the settings that an account was made with, and for nothing else', () => {
    const account = anAccount({ mapping: { big: 'a', mid: 'b', small: 'c' } });
    const digest = settingsDigest(account);
    expect(digest).toMatch(/^[0-9a-f]{16}$/);
    expect(settingsDigest({ ...account, mapping: { small: 'c', big: 'a', mid: 'b' } })).toBe(digest);
    expect(settingsDigest({ ...account, places: [], tested: false, enabled: false } as Account)).toBe(digest);
    const others = [
      { name: 'x' },
      { baseUrl: 'x' },
      { baseUrl: null },
      { mapping: {} },
      { concurrency: 1 },
      { priority: 1 },
    ];
    expect(new Set([digest, ...others.map((each) => settingsDigest({ ...account, ...each }))]).size).toBe(7);
  });

  it.each([
    ['extra.mode', 'mode'],
    ['extra.deep.mode', 'deep.mode'],
    ['mode', 'mode'],
  ])('%s is called %s', (name, short) => {
    expect(shortName(name)).toBe(short);
  });
});
