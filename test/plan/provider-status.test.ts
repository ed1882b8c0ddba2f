import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Account } from '../../src/host/account.ts';
import type { LeftClient } from '../../src/host/client-keys.ts';
import { sub2apiLayout } from '../../src/host/sub2api/layout/layout.ts';
import { providerStatus, type KeyOfStatus, type ProviderSnapshot } from '../../src/plan/provider-status.ts';
import { statusSchema } from '../../src/plan/status-schema.ts';
import { aChannel, aGroup, aMarker, anAccount, aProvider, aTariff, noon } from '../support/builders.ts';
import { runs } from '../support/sweep.ts';

function hostWith(accounts: Account[], clients: LeftClient[] = []): ProviderSnapshot {
  return {
    layout: sub2apiLayout,
    resources: { group: [aGroup()], channel: [aChannel()], tariff: [aTariff()] },
    accounts,
    clients,
    now: noon,
  };
}

const statusOf = (host: ProviderSnapshot, keys: KeyOfStatus[] | null = null) =>
  providerStatus(aProvider(), ['subscription'], host, keys);
const keyOf = (account: Account, enabled = true): KeyOfStatus => ({
  line: 1,
  fingerprint: account.marker!.fingerprint,
  enabled,
});

describe('how one account stands', () => {
  it.each<[string, Partial<Account>, string, boolean]>([
    ['in its place, tested', {}, 'serving', true],
    ['in its place, and in others', { places: ['7', '1'] }, 'serving', true],
    ['in its place, tested by nobody', { tested: false }, 'serving', false],
    ['elsewhere', { places: ['7'] }, 'not_in_group', false],
    ['elsewhere, and in error: it serves nobody anyway', { places: [], state: 'error' }, 'not_in_group', false],
    ['in error', { state: 'error' }, 'error', false],
    ['disabled', { state: 'inactive' }, 'disabled', false],
    ['disabled, and paused before', { state: 'inactive', enabled: false }, 'disabled', false],
    ['paused by a person', { enabled: false }, 'paused_by_hand', false],
    ['paused by relay', { enabled: false, paused: true }, 'paused_by_relay', false],
    ['spared by the host for now', { limitedUntil: noon + 1 }, 'limited', false],
    ['spared until now', { limitedUntil: noon }, 'serving', true],
    ['spared, and paused', { limitedUntil: noon + 1, enabled: false }, 'paused_by_hand', false],
    ['unmarked, with a name as relay gives them', { marker: null }, 'foreign', false],
  ])('%s: %s', (_, changes, state, ok) => {
    const status = statusOf(hostWith([anAccount(changes)]));
    expect(status.accounts).toMatchObject([{ state }]);
    expect(status.ok).toBe(ok);
    expect(status.totals).toMatchObject({
      serving: Number(state === 'serving'),
      foreign: Number(state === 'foreign'),
      notServing: Number(state !== 'serving' && state !== 'foreign'),
    });
  });

  it('is told with what the host says of it', () => {
    const account = anAccount({ lastUsedAt: noon, limitedUntil: noon + 1000, stateMessage: 'slow down' });
    expect(statusOf(hostWith([account])).accounts).toEqual([
      {
        access: 'subscription',
        id: '1',
        name: 'acme-01',
        fingerprint: account.marker!.fingerprint,
        state: 'limited',
        tested: true,
        message: 'slow down',
        limitedUntil: '2026-11-20T12:00:01.000Z',
        lastUsedAt: '2026-11-20T12:00:00.000Z',
        priority: 50,
        concurrency: 10,
        inKeys: null,
      },
    ]);
    // What is over is not told.
    expect(statusOf(hostWith([anAccount({ limitedUntil: noon - 1 })])).accounts).toMatchObject([
      { limitedUntil: null, lastUsedAt: null },
    ]);
  });

  it.each<[string, Partial<Account>[]]>([
    ['of another provider', [{ marker: aMarker({ provider: 'other' }) }]],
    ['of another access mode', [{ marker: aMarker({ access: 'self_service' }) }]],
    ['without a marker, under a name of their own', [{ marker: null, name: 'theirs' }]],
  ])('accounts %s are not told', (_, list) => {
    const status = statusOf(hostWith(list.map((changes) => anAccount(changes))));
    expect(status.accounts).toEqual([]);
    expect(status.ok).toBe(false);
  });

  it('a second account of a key is superseded, and a duplicate is foreign', () => {
    const one = anAccount({ id: '3' });
    const older = anAccount({ id: '1', places: [], marker: aMarker({ run: 'run-0' }) });
    const copy = anAccount({ id: '20', name: 'acme-20' });
    const { accounts, ok } = statusOf(hostWith([copy, one, older]));
    expect(accounts.map(({ id, state }) => [id, state])).toEqual([
      ['1', 'superseded'],
      ['3', 'serving'],
      ['20', 'foreign'],
    ]);
    expect(ok).toBe(false);
  });
});

describe('compared with a key file', () => {
  const one = anAccount();
  const two = anAccount({ id: '2', name: 'acme-02', marker: aMarker({ fingerprint: 'two' }) });

  it('keys without an account are named by their lines, and accounts without a key told so', () => {
    const missing = { line: 7, fingerprint: 'three', enabled: true };
    const status = statusOf(hostWith([one, two]), [keyOf(one), missing]);
    expect(status.missingKeys).toEqual([{ line: 7, fingerprint: 'three' }]);
    expect(status.accounts.map(({ inKeys }) => inKeys)).toEqual([true, false]);
    expect(status.ok).toBe(false);
    expect(statusOf(hostWith([one]), [keyOf(one)]).ok).toBe(true);
  });

  it('a foreign account holds no key of the file', () => {
    const copy = anAccount({ id: '9', name: 'acme-09', marker: null });
    const status = statusOf(hostWith([copy]), [keyOf(one)]);
    expect(status.missingKeys).toHaveLength(1);
    expect(status.accounts).toMatchObject([{ state: 'foreign', fingerprint: null, inKeys: null }]);
  });

  it.each<[string, Partial<Account>, boolean, string, boolean]>([
    ['out of service as the file wants it', { enabled: false }, false, 'not_enabled', true],
    ['out of service, though the file wants it in', { enabled: false }, true, 'paused_by_hand', false],
    ['out of service by relay', { enabled: false, paused: true }, false, 'paused_by_relay', false],
    ['in service, though the file wants it out', {}, false, 'serving', true],
    ['in error, whatever the file wants', { state: 'error' }, false, 'error', false],
  ])('%s', (_, changes, enabled, state, ok) => {
    const account = anAccount(changes);
    const status = statusOf(hostWith([account]), [keyOf(account, enabled)]);
    expect(status.accounts).toMatchObject([{ state }]);
    expect(status.ok).toBe(ok);
    expect(status.totals.notEnabled).toBe(Number(state === 'not_enabled'));
  });
});

describe('what else is not as it should be', () => {
  it('clients and untested accounts that runs have left are named, each run once', () => {
    const left = { id: '8', name: 'relay-probe-run-1@relay.invalid', run: 'run-1', createdAt: noon };
    const untested = ['1', '2', '3'].map((id) =>
      anAccount({
        id,
        name: `acme-0${id}`,
        tested: id === '3',
        marker: aMarker({ fingerprint: id, run: id === '3' ? 'run-9' : 'run-1' }),
      }),
    );
    const status = statusOf(hostWith(untested, [left]));
    expect(status.probeUsers).toEqual([{ id: '8', name: left.name }]);
    expect(status.untestedRuns).toEqual(['run-1']);
    expect(status.totals.untested).toBe(2);
    expect(status.ok).toBe(false);
    expect(statusOf(hostWith([anAccount()], [left])).ok).toBe(false);
  });

  it('an account that does not serve is nothing that a run has left untested', () => {
    const status = statusOf(hostWith([anAccount({ tested: false, enabled: false })]));
    expect([status.untestedRuns, status.totals.untested]).toEqual([[], 0]);
  });

  it('two faults never make up for each other', () => {
    const good = anAccount();
    const faults = {
      untested: anAccount({ id: '2', name: 'acme-02', tested: false, marker: aMarker({ fingerprint: 'b' }) }),
      paused: anAccount({ id: '3', name: 'acme-03', enabled: false, marker: aMarker({ fingerprint: 'c' }) }),
      foreign: anAccount({ id: '4', name: 'acme-04', marker: null }),
    };
    const client = { id: '8', name: 'x', run: 'run-1', createdAt: noon };
    const missing = [keyOf(good), { line: 7, fingerprint: 'missing', enabled: true }];
    const subsets = fc.record({
      accounts: fc.subarray(Object.values(faults)),
      client: fc.boolean(),
      key: fc.boolean(),
      tariff: fc.boolean(),
    });
    fc.assert(
      fc.property(subsets, (is) => {
        const host = hostWith([good, ...is.accounts], is.client ? [client] : []);
        const resources = is.tariff ? { ...host.resources, tariff: [] } : host.resources;
        const isRight = is.accounts.length === 0 && !is.client && !is.key && !is.tariff;
        expect(statusOf({ ...host, resources }, is.key ? missing : null).ok).toBe(isRight);
      }),
    );
  });

  it('where there is no account of the provider nothing is missing', () => {
    const { resources } = statusOf({ ...hostWith([]), resources: { group: [], channel: [], tariff: [] } });
    expect(resources.filter(({ state }) => state === 'missing')).toEqual([]);
    const some = statusOf({ ...hostWith([anAccount()]), resources: { group: [], channel: [], tariff: [] } });
    expect(some.resources.some(({ state }) => state === 'missing')).toBe(true);
    expect(some.accounts).toMatchObject([{ state: 'not_in_group' }]);
  });

  it('a resource that is not as it should be', () => {
    const host = hostWith([anAccount()]);
    expect(statusOf(host).resources.map(({ kind, state }) => [kind, state])).toEqual([
      ['group', 'active'],
      ['channel', 'active'],
      ['tariff', 'active'],
    ]);
    expect(statusOf({ ...host, resources: { ...host.resources, channel: [] } }).ok).toBe(false);
  });
});

const anyAccount = fc
  .record({
    places: fc.constantFrom<string[]>(['1'], ['7'], []),
    state: fc.constantFrom('active', 'error', 'inactive'),
    enabled: fc.boolean(),
    paused: fc.boolean(),
    tested: fc.boolean(),
    marker: fc.option(
      fc.record({ run: fc.constantFrom('run-1', 'run-2'), fingerprint: fc.constantFrom('a', 'b', 'c') }),
    ),
  })
  .map(({ marker, ...rest }) => ({ ...rest, marker: marker && aMarker(marker) }));

describe('whatever a host holds', () => {
  it('every account is told once, is counted once, and all is well only if nothing is wrong', () => {
    const keys = fc.option(fc.uniqueArray(fc.constantFrom('a', 'b', 'c')));
    fc.assert(
      fc.property(fc.array(anyAccount, { maxLength: 5 }), keys, (list, given) => {
        const accounts = list.map((each, index) =>
          anAccount({ ...each, id: `${index + 1}`, name: `acme-0${index + 1}` }),
        );
        const asked = given?.map((fingerprint, line) => ({ line, fingerprint, enabled: true })) ?? null;
        const { totals, ok, ...status } = statusOf(hostWith(accounts), asked);
        expect(status.accounts.map(({ id }) => id)).toEqual(accounts.map(({ id }) => id));
        expect(totals.accounts + totals.foreign).toBe(accounts.length);
        expect(totals.serving + totals.notServing + totals.notEnabled).toBe(totals.accounts);
        expect(totals.untested).toBeLessThanOrEqual(totals.serving);
        if (ok) expect(status.accounts.every(({ state, tested }) => state === 'serving' && tested)).toBe(true);
        if (ok) expect(status.missingKeys).toEqual([]);
        const { accounts: form, totals: sums } = statusSchema.shape;
        expect([form.parse(status.accounts), sums.parse(totals)]).toEqual([status.accounts, totals]);
      }),
      { numRuns: runs(100) },
    );
  });
});
