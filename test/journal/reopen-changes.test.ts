import { describe, expect, it } from 'vitest';
import type { Change } from '../../src/apply/change.ts';
import { reopenChanges, writableStates } from '../../src/apply/reopen-changes.ts';
import type { Gateway } from '../../src/host/gateway.ts';
import type { ProofPort } from '../../src/host/proof.ts';
import type { Sub2apiReads, Sub2apiWrites } from '../../src/host/sub2api/admin-port.ts';
import { sub2apiHost } from '../../src/host/sub2api/sub2api-host.ts';
import { Secret } from '../../src/core/secrets/secret.ts';
import { aChannel, aMarker, aPrice, capabilities, noon } from '../support/builders.ts';

/** A host of which only what asks it nothing is used. */
const host = sub2apiHost({
  info: { kind: 'sub2api', version: '0.1.179', url: 'https://host.example', capabilities, warnings: [] },
  time: () => noon,
  command: () => '',
  asking: () => ({ reads: {} as Sub2apiReads, proof: {} as ProofPort, identity: async () => null }),
  writes: {} as Sub2apiWrites,
  gateway: {} as Gateway,
  derive: () => new Secret('derived'),
  through: () => {
    throw new Error('nobody puts a gate before it');
  },
});

const { id: _, active: __, ...channel } = aChannel();

/** A good state of each kind, and the same with something that is not of its form. */
const states: [kind: string, state: object, spoilt: object][] = [
  ['group', { name: 'g', description: 'd', platform: 'openai', type: 'standard', rateMultiplier: 1 }, { type: 'odd' }],
  ['group', { description: 'd' }, { description: 4 }],
  ['channel', channel, { prices: [{ ...aPrice(), input: '1' }] }],
  ['channel', channel, { groupIds: '12' }],
  ['tariff', { groupId: '8' }, { groupId: 8 }],
  ['tariff', { name: 't', price: 9, validityDays: 30, validityUnit: 'day', forSale: false }, { validityDays: 1.5 }],
  ['account', { places: ['4'], marker: aMarker(), settings: { 'extra.x': { value: [1] } } }, { places: '4' }],
  [
    'account',
    { priority: 1, enabled: false, paused: true, digest: '00', tested: true, marker: null },
    { priority: '1' },
  ],
  ['account', { settings: { 'extra.x': null } }, { settings: { 'extra.x': 1 } }],
  ['account', { marker: aMarker() }, { marker: { ...aMarker(), access: 'free' } }],
  ['subscription', { userId: '7', place: '1', expiresAt: noon, days: null, active: true }, { place: undefined }],
  ['user', { email: 'a@b' }, { email: null }],
];

const created = (kind: string, after: object): Change => ({
  seq: 1,
  kind,
  action: 'created',
  id: null,
  name: 'it',
  before: null,
  after,
});
const updated = (kind: string, before: object, after: object): Change => ({
  seq: 2,
  kind,
  action: 'updated',
  id: '4',
  name: 'it',
  before,
  after,
});

describe('changes that a journal holds', () => {
  it.each(states)('are taken up again as they were noted: %s', (kind, state) => {
    const changes = [created(kind, state), updated(kind, state, state)];
    expect(reopenChanges(changes, host, 'run-2')).toEqual(changes);
  });

  it.each(states)('are refused by name where a state has another form (N3): %s', (kind, state, spoilt) => {
    const bad = { ...state, ...spoilt };
    for (const change of [created(kind, bad), updated(kind, bad, state), updated(kind, state, bad)])
      expect(() => reopenChanges([created(kind, state), change], host, 'run-2')).toThrow(
        expect.objectContaining({
          code: 'STATE_UNREADABLE',
          message: `The journal of the run run-2 holds a state of the ${kind} "it" in another form.`,
        }),
      );
  });

  it('are refused where the host has no such kind', () => {
    expect(() => reopenChanges([created('route', {})], host, 'run-2')).toThrow(
      expect.objectContaining({ message: 'A host of the kind sub2api has no route.' }),
    );
  });
});

describe('states as they may be written down (N1)', () => {
  const writable = writableStates(host, (text) => `-${text}-`);

  it('have the texts of accounts and channels replaced that are of the host', () => {
    expect(
      writable('account', {
        name: 'acme-01',
        baseUrl: 'https://x',
        mapping: { big: 'small' },
        settings: { 'extra.x': { value: { deep: ['y'] } }, 'extra.z': null },
      }),
    ).toEqual({
      name: 'acme-01',
      baseUrl: '-https://x-',
      mapping: { '-big-': '-small-' },
      settings: { 'extra.x': { value: { '-deep-': ['-y-'] } }, 'extra.z': null },
    });
    expect(
      writable('channel', {
        ...channel,
        mappings: { openai: { big: 'small' } },
        prices: [aPrice({ rest: { a: 'b' } })],
      }),
    ).toEqual({
      ...channel,
      mappings: { '-openai-': { '-big-': '-small-' } },
      prices: [aPrice({ platform: '-openai-', models: ['-big-'], billing: '-token-', rest: { '-a-': '-b-' } })],
      billingSource: '-channel_mapped-',
    });
  });

  it.each(states.filter(([kind]) => kind !== 'account' && kind !== 'channel'))('are as they are: %s', (kind, state) => {
    expect(writable(kind, state)).toEqual(state);
  });
});
