import { describe, expect, it } from 'vitest';
import type { Account } from '../../src/host/account.ts';
import { sub2apiLayout } from '../../src/host/sub2api/layout/layout.ts';
import { overviewOf, overviewSchema } from '../../src/plan/overview.ts';
import { providerStatus, type ProviderSnapshot } from '../../src/plan/provider-status.ts';
import { aChannel, aGroup, aMarker, anAccount, aProvider, aTariff, noon } from '../support/builders.ts';

function hostWith(accounts: Account[], more: Partial<ProviderSnapshot['resources']> = {}): ProviderSnapshot {
  const resources = { group: [aGroup()], channel: [aChannel()], tariff: [aTariff()], ...more };
  return { layout: sub2apiLayout, resources, accounts, clients: [], now: noon };
}

const fine = { serving: 1, failing: 0, limited: 0, paused: 0, revoked: 0, misplaced: 0, untested: 0, resources: 0 };

describe('what relay manages on a host, told without a pack', () => {
  it.each<[string, Partial<Account>, Partial<typeof fine>]>([
    ['one that serves', {}, {}],
    ['one that no test has shown to work', { tested: false }, { untested: 1 }],
    ['one that the host took out', { state: 'error', enabled: false }, { serving: 0, failing: 1 }],
    ['one that the host spares', { limitedUntil: noon + 1000 }, { serving: 0, limited: 1 }],
    ['one that was spared until now', { limitedUntil: noon - 1 }, {}],
    ['one that a person paused', { enabled: false }, { serving: 0, paused: 1 }],
    ['one that relay paused', { enabled: false, paused: true }, { serving: 0, paused: 1 }],
    ['one that a person disabled', { state: 'inactive' }, { serving: 0, paused: 1 }],
    ['one whose key has leaked', { enabled: false, marker: aMarker({ revoked: true }) }, { serving: 0, revoked: 1 }],
    ['one outside its place', { places: ['7'] }, { serving: 0, misplaced: 1 }],
    ['one in no place, with the right state', { places: [] }, { serving: 0, misplaced: 1 }],
  ])('counts %s as a status with its pack does', (_, account, counts) => {
    const host = hostWith([anAccount(account)]);
    const { providers, ok } = overviewOf(host);
    expect(providers).toMatchObject([{ id: 'acme', access: 'subscription', accounts: 1, ...fine, ...counts }]);
    const status = providerStatus(aProvider(), ['subscription'], host, null);
    expect([ok, providers[0]?.serving]).toEqual([status.ok, status.totals.serving]);
  });

  it.each<[string, Partial<ProviderSnapshot['resources']>, number]>([
    ['switched off', { group: [aGroup({ active: false })] }, 1],
    ['missing', { channel: [] }, 1],
  ])('is not fine where a resource is %s', (_, more, resources) => {
    const host = hostWith([anAccount()], more);
    expect(overviewOf(host)).toMatchObject({ ok: false, providers: [{ serving: 1, resources }] });
    expect(providerStatus(aProvider(), ['subscription'], host, null).ok).toBe(false);
  });

  it('tells first who is served by nobody, however much more is wrong elsewhere', () => {
    const of = (provider: string, more: Partial<Account>) =>
      anAccount({ marker: aMarker({ provider, fingerprint: JSON.stringify(more) }), places: ['1'], ...more });
    const host = hostWith([
      ...['2', '3', '4'].map((id) => anAccount({ id, marker: aMarker({ fingerprint: id }), state: 'error' })),
      anAccount({ id: '5' }),
      of('down', { id: '6' }),
    ]);
    expect(overviewOf(host).providers.map(({ id, serving }) => [id, serving])).toEqual([
      ['down', 0],
      ['acme', 1],
    ]);
  });

  it('is told provider by provider, those first with the most that is not fine, and nothing of what is not relay’s', () => {
    const of = (provider: string, more: Partial<Account> = {}) =>
      anAccount({ marker: aMarker({ provider, fingerprint: JSON.stringify(more) }), places: ['1'], ...more });
    const host = hostWith([
      anAccount(),
      of('b', { id: '2' }),
      of('b', { id: '3' }),
      anAccount({ id: '4', marker: null }),
    ]);
    const { providers, ok } = overviewOf(host);
    expect(providers.map(({ id, accounts, misplaced }) => [id, accounts, misplaced])).toEqual([
      ['b', 2, 2],
      ['acme', 1, 0],
    ]);
    const about = { url: 'https://host.example', kind: 'sub2api', version: '0.1.179' };
    expect(() => overviewSchema.parse({ schema: 'relay.overview/1', host: about, providers, ok })).not.toThrow();
    expect(overviewOf(hostWith([]))).toEqual({ providers: [], ok: false });
  });
});
