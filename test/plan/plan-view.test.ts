import { describe, expect, it } from 'vitest';
import { buildPlan } from '../../src/plan/build-plan.ts';
import type { HostSnapshot, Desired } from '../../src/plan/observed.ts';
import { planViewSchema, viewPlan, type PlanView } from '../../src/plan/plan-view.ts';
import {
  aChannel,
  aGroup,
  aMarker,
  anAccount,
  anEmptyHost,
  aTariff,
  aServingHost,
  aSubscription,
  aUser,
  aDesired,
  fingerprintOf,
  keysOf,
} from '../support/builders.ts';

const host = { url: 'https://host.example', kind: 'sub2api', version: '0.1.179' };
const provider = { id: 'acme', displayName: 'Acme AI', baseUrl: 'https://api.acme.example/v1' };

function view(desired: Partial<Desired> = {}, snapshot: HostSnapshot = anEmptyHost()): PlanView {
  const result = buildPlan(aDesired(desired), snapshot);
  if ('problems' in result) throw new Error('no plan');
  return planViewSchema.strict().parse(viewPlan(result.plan, { host, provider }, (text) => text));
}

const rows = ({ changes }: PlanView) =>
  changes.map(({ action, kind, name, id, detail }) => [action, kind, name, id, detail]);
const name = 'relay-acme-subscription';
const one = fingerprintOf('test-key-one');

describe('a plan in words (N8)', () => {
  it('tells what an empty host gets, in the order in which it is done', () => {
    const long = '0123456789abcdefghij';
    const shown = view(
      {
        keys: keysOf('test-key-one', long),
        targets: [{ asked: 'ann@example.org', user: { email: 'ann@example.org' }, days: 7 }],
      },
      anEmptyHost({ users: [aUser()] }),
    );
    expect(rows(shown)).toEqual([
      ['create', 'group', name, null, 'openai, subscription, rate 1'],
      ['create', 'channel', name, null, '2 model names, 2 priced'],
      ['create', 'tariff', name, null, '9.00 for 30 days, not for sale'],
      ['create', 'account', 'acme-01', null, `line 1, key ${one}`],
      ['create', 'account', 'acme-02', null, `line 2, key ${fingerprintOf(long)} (…ghij)`],
      ['create', 'subscription', 'ann@example.org', null, '7 days'],
      ['check', 'gateway', 'gateway', null, 'with a key that relay makes and removes again'],
    ]);
    expect(shown).toMatchObject({
      schema: 'relay.plan/1',
      host,
      provider,
      mode: 'strict',
      accessMode: 'subscription',
      counts: { added: 2, updated: 0, removed: 0, unchanged: 0 },
      changesAnything: true,
    });
    expect(shown.changes[3]).toMatchObject({ line: 1, fingerprint: one });
  });

  it('tells what stays, is tested again, and goes', () => {
    const snapshot = aServingHost({
      channels: [aChannel({ prices: [] })],
      accounts: [
        anAccount(),
        anAccount({
          id: '2',
          name: 'acme-02',
          state: 'error',
          marker: aMarker({ fingerprint: fingerprintOf('test-key-two') }),
        }),
        anAccount({
          id: '4',
          name: 'acme-04',
          tested: false,
          marker: aMarker({ fingerprint: fingerprintOf('key-four') }),
        }),
        anAccount({ id: '3', name: 'acme-03', marker: aMarker({ fingerprint: 'sha256:gone' }) }),
      ],
      users: [aUser()],
      grants: [aSubscription()],
    });
    const targets = [{ asked: '7', user: { id: '7' }, days: null }];
    const shown = view(
      { keys: keysOf('test-key-one', 'test-key-two', 'key-four'), targets, probeKeyGiven: true },
      snapshot,
    );
    expect(rows(shown)).toEqual([
      ['unchanged', 'group', name, '1', ''],
      ['update', 'channel', name, '1', 'change prices'],
      ['unchanged', 'tariff', name, '1', ''],
      ['unchanged', 'account', 'acme-01', '1', `line 1, key ${one}`],
      ['retest', 'account', 'acme-02', '2', expect.stringContaining('out of service, is tested again')],
      ['retest', 'account', 'acme-04', '4', expect.stringContaining('no test of it has ended well')],
      ['reuse', 'subscription', 'ann@example.org', '1', 'until 2026-12-10'],
      ['check', 'gateway', 'gateway', null, 'with the key that was given'],
      ['remove', 'account', 'acme-03', '3', 'its key is not in the key file'],
    ]);
    expect(shown.counts).toEqual({ added: 0, updated: 0, removed: 1, unchanged: 3, retested: 2 });
  });

  it('tells what is adopted and lengthened', () => {
    const snapshot = aServingHost({
      groups: [aGroup({ description: '' })],
      channels: [aChannel({ groupIds: [] })],
      tariffs: [aTariff({ groupId: '8' })],
      users: [aUser()],
      grants: [aSubscription()],
    });
    const shown = view(
      { adopt: true, extend: true, probe: 'find', targets: [{ asked: '7', user: { id: '7' }, days: 60 }] },
      snapshot,
    );
    expect(rows(shown).filter(([action]) => action !== 'unchanged')).toEqual([
      ['adopt', 'group', name, '1', 'mark it as managed by relay'],
      ['adopt', 'channel', name, '1', 'change groups'],
      ['adopt', 'tariff', name, '1', 'bind it to the group'],
      ['extend', 'subscription', 'ann@example.org', '1', 'by 40 days'],
      ['check', 'gateway', 'gateway', null, 'with the key of a user who has access'],
    ]);
  });

  it('tells what is changed of accounts, and how many are', () => {
    const accounts = [
      anAccount({ baseUrl: 'https://old.example', priority: 1 }),
      anAccount({ id: '2', name: 'acme-02', priority: 1, marker: aMarker({ fingerprint: fingerprintOf('two') }) }),
      anAccount({ id: '5', name: 'acme-05', marker: null }),
    ];
    const foreignKeys = new Map([['5', fingerprintOf('five')]]);
    const shown = view({ keys: keysOf('test-key-one', 'two', 'five') }, aServingHost({ accounts, foreignKeys }));
    expect(rows(shown).filter(([, kind]) => kind === 'account')).toEqual([
      [
        'update',
        'account',
        'acme-01',
        '1',
        `line 1, key ${one}; change base URL, priority; is tested after the change`,
      ],
      ['update', 'account', 'acme-02', '2', `line 2, key ${fingerprintOf('two')}; change priority`],
      [
        'adopt',
        'account',
        'acme-05',
        '5',
        `line 3, key ${fingerprintOf('five')}; mark it as managed by relay, change marker`,
      ],
    ]);
    expect(shown.counts).toEqual({ added: 0, updated: 3, removed: 0, unchanged: 0, retested: 0 });
  });

  it('has no plan in self-service, and no check where none is made', () => {
    expect(view({ access: 'self_service', probe: 'none' }).changes.map((change) => change.kind)).toEqual([
      'group',
      'channel',
      'account',
    ]);
  });

  it('tells that there is nothing to do (N5)', () => {
    const shown = view({}, aServingHost());
    expect(shown.changesAnything).toBe(false);
    expect(shown.changes.every((change) => change.action === 'unchanged')).toBe(true);
  });

  it('carries the warnings', () => {
    const shown = view({}, aServingHost({ accounts: [anAccount({ enabled: false })] }));
    expect(shown.warnings).toEqual([expect.objectContaining({ code: 'DRIFT' })]);
  });
});
