import { describe, expect, it } from 'vitest';
import type { ResourceStep } from '../../src/host/layout.ts';
import { buildPlan } from '../../src/plan/build-plan.ts';
import { acts, changesAnything, type ImportPlan } from '../../src/plan/import-plan.ts';
import type { HostSnapshot, Desired } from '../../src/plan/observed.ts';
import type { Problem } from '../../src/core/relay-error.ts';
import {
  aChannel,
  aGroup,
  aMarker,
  anAccount,
  anEmptyHost,
  aTariff,
  aPrice,
  aProvider,
  aServingHost,
  aSubscription,
  aUser,
  aDesired,
  dayMs,
  capabilities,
  fingerprintOf,
  keysOf,
  noon,
  type Holding,
} from '../support/builders.ts';

const name = 'relay-acme-subscription';

function planned(desired: Partial<Desired> = {}, snapshot: HostSnapshot = anEmptyHost()): ImportPlan {
  const result = buildPlan(aDesired(desired), snapshot);
  if ('problems' in result) throw new Error(`no plan: ${result.problems.map((each) => each.message).join('; ')}`);
  return result.plan;
}

/** What is to become of the resource of a kind; nothing where the plan has none. */
function stepOf(plan: ImportPlan, kind: 'group' | 'channel' | 'tariff'): ResourceStep | undefined {
  return plan.resources.find((step) => step.kind === kind);
}

function problems(desired: Partial<Desired>, snapshot: HostSnapshot): Problem[] {
  const result = buildPlan(aDesired(desired), snapshot);
  return 'problems' in result ? result.problems : [];
}

describe('on an empty host', () => {
  it('everything is created (B7 to B12)', () => {
    const plan = planned({ keys: keysOf('test-key-one', 'test-key-two') });
    expect(plan).toMatchObject({
      run: 'run-2',
      mode: 'strict',
      access: 'subscription',
      place: { kind: 'group', name, id: null },
      resources: [
        {
          kind: 'group',
          action: 'create',
          id: null,
          name,
          after: {
            name,
            description: 'Acme AI [relay acme subscription run-2]',
            platform: 'openai',
            type: 'subscription',
            rateMultiplier: 1,
          },
        },
        {
          kind: 'channel',
          action: 'create',
          id: null,
          name,
          after: {
            name,
            mappings: { openai: { big: 'big', small: 'small' } },
            restrictsModels: true,
            billingSource: 'channel_mapped',
          },
        },
        {
          kind: 'tariff',
          action: 'create',
          id: null,
          name,
          after: { name, price: 9, validityDays: 30, validityUnit: 'day', forSale: false },
        },
      ],
      removals: [],
      grants: [],
      warnings: [],
    });
    expect(plan.accounts).toEqual([
      {
        action: 'create',
        enabled: true,
        name: 'acme-01',
        line: 1,
        fingerprint: fingerprintOf('test-key-one'),
        last4: '',
        spec: expect.objectContaining({
          name: 'acme-01',
          platform: 'openai',
          baseUrl: 'https://api.acme.example/v1',
          mapping: { big: 'big', small: 'small' },
          concurrency: 10,
          priority: 50,
          marker: aMarker({ run: 'run-2' }),
        }),
      },
      expect.objectContaining({
        action: 'create',
        name: 'acme-02',
        line: 2,
        fingerprint: fingerprintOf('test-key-two'),
      }),
    ]);
    expect(changesAnything(plan)).toBe(true);
  });

  it('self-service makes a standard group and no plan (B6, B8, B9)', () => {
    const plan = planned({ access: 'self_service' });
    expect(stepOf(plan, 'group')).toMatchObject({
      action: 'create',
      name: 'relay-acme-self-service',
      after: { type: 'standard', description: 'Acme AI [relay acme self_service run-2]' },
    });
    expect(stepOf(plan, 'channel')?.name).toBe('relay-acme-self-service');
    expect(plan.resources.map((step) => step.kind)).toEqual(['group', 'channel']);
    expect(plan.accounts[0]).toMatchObject({ name: 'acme-self-01', spec: { marker: { access: 'self_service' } } });
  });

  it('the plan holds no key (N1)', () => {
    expect(JSON.stringify(planned({ keys: keysOf('test-key-one') }))).not.toContain('test-key-one');
  });

  it('the channel is priced (B10, N18)', () => {
    expect(stepOf(planned(), 'channel')).toMatchObject({
      after: {
        prices: [
          { models: ['big'], input: 0.000002 },
          { models: ['small'], input: 0.0000001 },
        ],
      },
    });
  });
});

describe('on a host that holds it all', () => {
  it('there is nothing to do (N5)', () => {
    const plan = planned({}, aServingHost());
    expect(plan).toMatchObject({
      place: { kind: 'group', name, id: '1' },
      resources: [
        { kind: 'group', action: 'unchanged', id: '1' },
        { kind: 'channel', action: 'unchanged', id: '1' },
        { kind: 'tariff', action: 'unchanged', id: '1' },
      ],
      accounts: [{ action: 'unchanged', retest: null }],
      removals: [],
      warnings: [],
    });
    expect(changesAnything(plan)).toBe(false);
  });

  it('no probe user is made when there is nothing to do (N5, N9)', () => {
    expect(planned({ probe: 'auto' }, aServingHost()).gateway).toEqual({ probe: 'skip', asked: 'auto' });
    expect(planned({ probe: 'find' }, aServingHost()).gateway).toEqual({ probe: 'skip', asked: 'find' });
  });

  it('other objects of the host are left alone (N4)', () => {
    const others = aServingHost({
      groups: [aGroup(), aGroup({ id: '9', name: 'default', description: '' })],
      channels: [aChannel(), aChannel({ id: '9', name: 'other', groupIds: ['9'] })],
      tariffs: [aTariff(), aTariff({ id: '9', name: 'other', groupId: '9' })],
      accounts: [
        anAccount(),
        anAccount({ id: '9', name: 'other', marker: null, places: ['9'] }),
        anAccount({ id: '10', name: 'beta-01', marker: aMarker({ provider: 'beta' }) }),
      ],
    });
    const plan = planned({}, others);
    expect(changesAnything(plan)).toBe(false);
    expect(plan.warnings).toEqual([]);
  });
});

describe('what has a managed name but was not made by relay (N4)', () => {
  const foreignGroup = aGroup({ description: 'made by hand' });

  it.each<[string, HostSnapshot, string]>([
    ['a group', anEmptyHost({ groups: [foreignGroup] }), `The group "${name}" (1) was not made by relay.`],
    [
      'a group of another provider',
      anEmptyHost({ groups: [aGroup({ description: '[relay beta subscription r]' })] }),
      `The group "${name}" (1) was not made by relay.`,
    ],
    [
      'a group of the other mode',
      anEmptyHost({ groups: [aGroup({ description: '[relay acme self_service r]' })] }),
      `The group "${name}" (1) was not made by relay.`,
    ],
    [
      'a channel beside no group',
      anEmptyHost({ channels: [aChannel({ id: '4', groupIds: [] })] }),
      `The channel "${name}" (4) does not belong to a group that relay manages.`,
    ],
    [
      'a channel of another group',
      aServingHost({ channels: [aChannel({ id: '4', groupIds: ['8'] })] }),
      `The channel "${name}" (4) does not belong to a group that relay manages.`,
    ],
    [
      'a plan beside no group',
      anEmptyHost({ tariffs: [aTariff({ id: '5', groupId: '8' })] }),
      `The tariff "${name}" (5) does not belong to a group that relay manages.`,
    ],
    [
      'a plan of another group',
      aServingHost({ tariffs: [aTariff({ id: '5', groupId: '8' })] }),
      `The tariff "${name}" (5) does not belong to a group that relay manages.`,
    ],
  ])('%s refuses the run and names the way out', (_, snapshot, message) => {
    expect(problems({}, snapshot)).toEqual([
      { code: 'FOREIGN_OBJECT', message, hint: expect.stringContaining('--adopt') },
    ]);
  });

  it('is named all at once', () => {
    const all = anEmptyHost({
      groups: [foreignGroup],
      channels: [aChannel()],
      tariffs: [aTariff()],
      users: [undefined],
    });
    const found = problems({ targets: [{ asked: 'x@y', user: { email: 'x@y' }, days: null }] }, all);
    expect(found.map((each) => each.code)).toEqual([
      'FOREIGN_OBJECT',
      'FOREIGN_OBJECT',
      'FOREIGN_OBJECT',
      'USER_NOT_FOUND',
    ]);
  });

  it('is taken over when that is asked for', () => {
    const { id: _, active: __, ...channel } = aChannel({ groupIds: ['8'], billingSource: 'requested' });
    const foreign = anEmptyHost({
      groups: [foreignGroup],
      channels: [{ id: '4', active: true, ...channel }],
      tariffs: [aTariff({ id: '5', groupId: '8' })],
    });
    const plan = planned({ adopt: true }, foreign);
    expect(plan.place).toEqual({ kind: 'group', name, id: '1' });
    expect(plan.resources).toEqual([
      {
        kind: 'group',
        action: 'adopt',
        name,
        id: '1',
        before: { description: 'made by hand' },
        after: { description: 'made by hand [relay acme subscription run-2]' },
        differences: ['description'],
        values: [],
        detail: 'mark it as managed by relay',
      },
      {
        kind: 'channel',
        action: 'adopt',
        name,
        id: '4',
        before: channel,
        after: { ...channel, groupIds: ['8'], billingSource: 'channel_mapped' },
        differences: ['groups', 'billing source'],
        values: [],
        detail: 'change groups, billing source',
      },
      {
        kind: 'tariff',
        action: 'adopt',
        name,
        id: '5',
        before: { groupId: '8' },
        after: {},
        differences: ['group'],
        values: [],
        detail: 'bind it to the group',
      },
    ]);
  });

  it('is not adopted again once it was (B7)', () => {
    expect(changesAnything(planned({ adopt: true }, aServingHost()))).toBe(false);
  });

  it('is an account: reported, left alone, and its name not used (N4, B6)', () => {
    const foreign = anAccount({ id: '7', name: 'acme-01', marker: null });
    const plan = planned({}, anEmptyHost({ accounts: [foreign] }));
    expect(plan.accounts).toEqual([expect.objectContaining({ action: 'create', name: 'acme-02' })]);
    expect(plan.removals).toEqual([]);
    expect(plan.warnings).toEqual([
      expect.objectContaining({ code: 'FOREIGN_ACCOUNT', message: expect.stringContaining('"acme-01" (7)') }),
    ]);
  });

  it('is no account with another form of name', () => {
    const plan = planned({}, anEmptyHost({ accounts: [anAccount({ name: 'acme-one', marker: null })] }));
    expect(plan.warnings).toEqual([]);
  });
});

describe('obstacles', () => {
  it.each([
    ['groups', { groups: [aGroup({ id: '3' }), aGroup({ id: '4' })] }],
    ['channels', { channels: [aChannel({ id: '3' }), aChannel({ id: '4', groupIds: [] })] }],
    ['tariffs', { tariffs: [aTariff({ id: '3' }), aTariff({ id: '4' })] }],
  ])('two %s of one name are named, and none is guessed (B7)', (kind, changes) => {
    for (const adopt of [false, true]) {
      expect(
        problems({ adopt }, aServingHost({ ...changes, ...(kind === 'groups' ? { channels: [], tariffs: [] } : {}) })),
      ).toEqual([
        expect.objectContaining({
          code: 'NAME_AMBIGUOUS',
          message: `2 ${kind} are named "${name}" (3, 4).`,
        }),
      ]);
    }
  });

  it('a plan of the same name in another group is no obstacle beside the own one', () => {
    const plan = planned({}, aServingHost({ tariffs: [aTariff({ id: '3', groupId: '8' }), aTariff({ id: '4' })] }));
    expect(stepOf(plan, 'tariff')).toEqual({ kind: 'tariff', action: 'unchanged', name, id: '4', detail: '' });
  });

  it.each([
    ['of the run', false],
    ['that is adopted', true],
  ])('a group %s in a channel of others is refused (N10)', (_, adopt) => {
    const snapshot = anEmptyHost({
      groups: [aGroup(adopt ? { description: '' } : {})],
      channels: [aChannel({ id: '8', name: 'theirs' })],
    });
    expect(problems({ adopt }, snapshot)).toEqual([
      expect.objectContaining({
        code: 'GROUP_IN_FOREIGN_CHANNEL',
        message: `The group "${name}" (1) belongs to the channel "theirs" (8).`,
      }),
    ]);
  });

  it.each([
    ['another platform', { platform: 'anthropic' }, false],
    ['another type', { type: 'standard' as const }, false],
    ['another platform, to be adopted', { platform: 'anthropic', description: '' }, true],
    ['another type, to be adopted', { type: 'standard' as const, description: '' }, true],
  ])('a group of %s is refused (N7)', (_, changes, adopt) => {
    expect(problems({ adopt }, aServingHost({ groups: [aGroup(changes)] }))).toEqual([
      expect.objectContaining({
        code: 'GROUP_MISMATCH',
        message: expect.stringContaining('openai and subscription are needed'),
      }),
    ]);
  });

  it.each([
    ['missing', undefined, 'The host has no user "ann@example.org".'],
    ['disabled', aUser({ active: false }), 'The user "ann@example.org" is disabled on the host.'],
  ])('a user who is %s is refused (N10)', (_, user, message) => {
    const targets = [{ asked: 'ann@example.org', user: { email: 'ann@example.org' }, days: null }];
    expect(problems({ targets }, anEmptyHost({ users: [user] }))).toEqual([
      expect.objectContaining({ code: 'USER_NOT_FOUND', message }),
    ]);
  });

  it('a user who is named twice for different days is refused, and for the same days is given access once', () => {
    const users = [aUser(), aUser()];
    const twice = (days: number | null) => [
      { asked: 'ann@example.org', user: { email: 'ann@example.org' }, days: 30 },
      { asked: '7', user: { id: '7' }, days },
    ];
    expect(problems({ targets: twice(null) }, anEmptyHost({ users }))).toEqual([
      expect.objectContaining({
        code: 'USER_TWICE',
        message: '"ann@example.org" and "7" are one user, for 30 days and for the days that the pack gives.',
      }),
    ]);
    expect(planned({ targets: twice(30) }, anEmptyHost({ users })).grants).toHaveLength(1);
  });

  it('all users who are missing are named at once', () => {
    const targets = ['a@x', 'b@x', 'c@x'].map((email) => ({ asked: email, user: { email }, days: null }));
    expect(
      problems({ targets }, anEmptyHost({ users: [undefined, aUser(), undefined] })).map((each) => each.message),
    ).toEqual(['The host has no user "a@x".', 'The host has no user "c@x".']);
  });
});

describe('the channel', () => {
  const old = aChannel({ mappings: { openai: { big: 'big' }, gemini: { g: 'g' } }, groupIds: ['1', '6'] });

  it('is brought to the wanted state, and keeps what others set (B7, N7)', () => {
    const theirs = aPrice({ platform: 'gemini', models: ['g'], input: 1 });
    const plan = planned({}, aServingHost({ channels: [{ ...old, prices: [theirs] }] }));
    const { id: _, active: __, ...before } = old;
    expect(stepOf(plan, 'channel')).toMatchObject({
      action: 'update',
      id: '1',
      before: { ...before, prices: [theirs] },
      differences: ['model mapping', 'prices'],
      after: {
        name,
        groupIds: ['1', '6'],
        mappings: { openai: { big: 'big', small: 'small' }, gemini: { g: 'g' } },
        restrictsModels: true,
      },
    });
    expect(stepOf(plan, 'channel')).toHaveProperty('after.prices.0', theirs);
  });

  it.each<[string, Partial<ReturnType<typeof aChannel>>]>([
    ['model mapping', { mappings: { openai: { big: 'big', small: 'big' } } }],
    ['model mapping', { mappings: {} }],
    ['prices', { prices: [] }],
    ['prices', { prices: [aPrice({ models: ['big', 'small'] })] }],
    ['model restriction', { restrictsModels: false }],
    ['billing source', { billingSource: 'requested' }],
  ])('is updated when it differs in its %s', (difference, changes) => {
    expect(stepOf(planned({}, aServingHost({ channels: [aChannel(changes)] })), 'channel')).toMatchObject({
      action: 'update',
      differences: [difference],
    });
  });

  it('is not changed for the order of its mapping, or for what others added', () => {
    const channel = aChannel({
      mappings: { openai: { small: 'small', big: 'big' }, gemini: { g: 'g' } },
      prices: [...aChannel().prices.toReversed(), aPrice({ models: ['theirs'], input: 1 })],
      groupIds: ['6', '1'],
    });
    expect(stepOf(planned({}, aServingHost({ channels: [channel] })), 'channel')?.action).toBe('unchanged');
  });
});

describe('models without a price (N18)', () => {
  const { prices, ...bare } = aProvider();

  it('are one warning, in the plan', () => {
    const plan = planned({ provider: bare });
    expect(plan.warnings.map((each) => [each.code, each.message])).toEqual([
      ['PRICE_MISSING', 'The pack has no price for "big", "small"; the host may bill nothing for them.'],
    ]);
  });

  it('are only those that the pack does not price', () => {
    const provider = { ...bare, prices: { ...prices!, perMillionTokens: { big: { input: 1, output: 1 } } } };
    expect(planned({ provider }).warnings).toEqual([
      expect.objectContaining({ code: 'PRICE_MISSING', message: expect.stringContaining('"small"') }),
    ]);
  });

  it('stay a warning when there is nothing to do', () => {
    const channel = aChannel({ prices: [aPrice({ models: ['big', 'small'] })] });
    const plan = planned({ provider: bare }, aServingHost({ channels: [channel] }));
    expect(changesAnything(plan)).toBe(false);
    expect(plan.warnings).toHaveLength(1);
  });
});

describe('the accounts', () => {
  const two = anAccount({ id: '2', name: 'acme-02', marker: aMarker({ fingerprint: fingerprintOf('test-key-two') }) });
  const three = anAccount({
    id: '3',
    name: 'acme-03',
    marker: aMarker({ fingerprint: fingerprintOf('test-key-three') }),
  });

  it('are kept, added and removed by their keys (N5, B21)', () => {
    const plan = planned(
      { keys: keysOf('key-new', 'test-key-one') },
      aServingHost({ accounts: [anAccount(), two, three] }),
    );
    expect(plan.accounts).toEqual([
      expect.objectContaining({ action: 'create', name: 'acme-04', line: 1 }),
      expect.objectContaining({ action: 'unchanged', name: 'acme-01', line: 2 }),
    ]);
    expect(plan.removals).toEqual([
      { id: '3', name: 'acme-03', serves: true, reason: 'its key is not in the key file' },
      { id: '2', name: 'acme-02', serves: true, reason: 'its key is not in the key file' },
    ]);
  });

  it('are removed newest first, whatever order the host gives (B21)', () => {
    const marked = (id: string) =>
      anAccount({ id, name: `acme-${id}`, marker: aMarker({ fingerprint: `sha256:${id}` }) });
    const plan = planned(
      {},
      aServingHost({ accounts: [marked('14'), marked('3'), marked('20'), anAccount(), marked('11')] }),
    );
    expect(plan.removals.map((each) => each.id)).toEqual(['20', '14', '11', '3']);
  });

  it('take the lowest names that are free, in the order of the keys (B6)', () => {
    const plan = planned({ keys: keysOf('key-a', 'test-key-two', 'key-b') }, aServingHost({ accounts: [two] }));
    expect(plan.accounts.map((step) => [step.action, step.name])).toEqual([
      ['create', 'acme-01'],
      ['unchanged', 'acme-02'],
      ['create', 'acme-03'],
    ]);
  });

  it('are not renamed or told apart by their name (N4)', () => {
    const renamed = anAccount({ name: 'my favourite' });
    expect(planned({}, aServingHost({ accounts: [renamed] })).accounts).toEqual([
      expect.objectContaining({ action: 'unchanged', name: 'my favourite' }),
    ]);
  });

  it('that are not in the group, or outlived it, are tested and join it (N5)', () => {
    for (const host of [
      aServingHost({ accounts: [anAccount({ id: '5', places: [] })] }),
      aServingHost({ accounts: [anAccount({ id: '5', places: ['8'] })] }),
      anEmptyHost({ accounts: [anAccount({ id: '5' })] }),
    ]) {
      const plan = planned({}, host);
      expect(plan.accounts).toEqual([
        expect.objectContaining({
          action: 'update',
          name: 'acme-01',
          differences: ['group'],
          place: 'joins',
          retest: 'changed',
        }),
      ]);
      expect(plan).toMatchObject({ removals: [], staging: null });
    }
  });

  it('that bear one marker are told apart by the lowest id; the others are foreign (N4)', () => {
    const copy = anAccount({ id: '30', name: 'acme-01 copy' });
    const plan = planned({}, aServingHost({ accounts: [copy, anAccount({ id: '12' })] }));
    expect(plan.accounts).toEqual([
      expect.objectContaining({ action: 'unchanged', account: expect.objectContaining({ id: '12' }) }),
    ]);
    expect(plan.removals).toEqual([]);
    expect(plan.warnings).toEqual([
      expect.objectContaining({
        code: 'FOREIGN_ACCOUNT',
        message: expect.stringContaining('"acme-01 copy" (30) is a copy'),
      }),
    ]);
  });

  it('that bear one marker are never removed, but for the managed one (N4)', () => {
    const plan = planned(
      { keys: keysOf('key-new') },
      aServingHost({ accounts: [anAccount({ id: '12' }), anAccount({ id: '30' })] }),
    );
    expect(plan.removals.map((each) => each.id)).toEqual(['12']);
  });

  it('of the other mode or another provider are not those of this run (N4)', () => {
    const self = anAccount({ id: '4', name: 'acme-self-01', marker: aMarker({ access: 'self_service' }) });
    const beta = anAccount({ id: '5', name: 'beta-01', marker: aMarker({ provider: 'beta' }) });
    const plan = planned({ keys: keysOf('key-new') }, aServingHost({ accounts: [anAccount(), self, beta] }));
    expect(plan.removals.map((each) => each.id)).toEqual(['1']);
    expect(plan.warnings).toMatchObject([{ code: 'MASS_REMOVAL' }]);
  });

  it('of self-service stand beside those of subscriptions, with names of their own (B6, N4)', () => {
    const plan = planned({ access: 'self_service' }, aServingHost());
    expect(stepOf(plan, 'group')).toMatchObject({ action: 'create', name: 'relay-acme-self-service' });
    expect(stepOf(plan, 'channel')).toMatchObject({ action: 'create', name: 'relay-acme-self-service' });
    expect(plan.accounts).toEqual([expect.objectContaining({ action: 'create', name: 'acme-self-01' })]);
    expect(plan.removals).toEqual([]);
    expect(plan.policy.gatewayNotReady).toBe('keep');
  });

  it.each<[string, 'held_out' | 'untested' | null, Partial<ReturnType<typeof anAccount>>]>([
    ['in error', 'held_out', { state: 'error' }],
    ['in error and unscheduled', 'held_out', { state: 'error', enabled: false }],
    ['in error and never proven', 'held_out', { state: 'error', tested: false }],
    ['paused by relay', 'held_out', { enabled: false, paused: true }],
    ['paused by hand', null, { enabled: false }],
    ['disabled by hand', null, { state: 'inactive' }],
    ['in service again though relay once paused them', null, { paused: true }],
    ['in service', null, {}],
    ['in service and never proven', 'untested', { tested: false }],
  ])('that are %s are tested again: %s (N5, N15)', (_, retest, changes) => {
    const plan = planned({}, aServingHost({ accounts: [anAccount(changes)] }));
    expect(plan.accounts).toEqual([expect.objectContaining({ action: 'unchanged', retest })]);
    expect(changesAnything(plan)).toBe(false);
    expect(plan.gateway.probe).toBe(retest === null ? 'skip' : 'make');
  });

  it.each<[string, Partial<ReturnType<typeof anAccount>>, string | null]>([
    ['base URL', { baseUrl: 'https://old.example' }, 'changed'],
    ['base URL', { baseUrl: null }, 'changed'],
    ['model mapping', { mapping: {} }, 'changed'],
    ['openai_responses_mode', { settings: { 'extra.more': 1 } }, 'changed'],
    ['given_up', { settings: { 'extra.openai_responses_mode': 'auto', 'extra.given_up': 2 } }, 'changed'],
    ['concurrency', { concurrency: 1 }, null],
    ['priority', { priority: 1 }, null],
  ])('that differ in their %s are changed (N5, N7)', (what, changes, retest) => {
    const provider = aProvider();
    provider.hosts = { sub2api: { account: { credentials: {}, extra: { openai_responses_mode: 'auto' } } } };
    const marker = aMarker({ sets: ['extra.given_up', 'extra.openai_responses_mode'] });
    const account = anAccount({
      settings: { 'extra.openai_responses_mode': 'auto', 'extra.more': 1 },
      marker,
      ...changes,
    });
    const plan = planned({ provider }, aServingHost({ accounts: [account] }));
    const [step] = plan.accounts;
    expect(step).toMatchObject({ action: 'update', retest, place: 'serves' });
    expect(step?.action === 'update' && step.differences).toEqual([what, 'marker']);
    expect(plan.warnings).toEqual([]);
  });

  it('that were paused by hand are shown as such and left (N7)', () => {
    const plan = planned({}, aServingHost({ accounts: [anAccount({ enabled: false })] }));
    expect(plan.warnings).toMatchObject([
      { code: 'DRIFT', message: expect.stringContaining('paused, and not by relay') },
    ]);
    expect(changesAnything(plan)).toBe(false);
  });

  const withSettings = (key: string, settings: Desired['keys'][number]['settings']) => [
    { ...keysOf(key)[0]!, settings },
  ];

  it('are not told as untested or paused by hand where the key file wants them out of service', () => {
    const account = anAccount({ enabled: false, tested: false });
    const [fingerprint] = [account.marker?.fingerprint ?? ''];
    const keys = [{ line: 1, fingerprint, last4: '', settings: { enabled: false } }];
    const plan = planned({ keys, run: 'another' }, aServingHost({ accounts: [account] }));
    expect(plan.accounts).toMatchObject([{ action: 'unchanged', retest: null }]);
    expect(plan.warnings).toEqual([]);
    expect(acts(plan)).toBe(false);
  });

  it('take what the key file says before what the pack says', () => {
    const keys = withSettings('test-key-one', { name: 'spare', priority: 1, concurrency: 2 });
    expect(planned({ keys }, anEmptyHost()).accounts).toMatchObject([
      { action: 'create', name: 'spare', spec: { name: 'spare', priority: 1, concurrency: 2 } },
    ]);
    expect(planned({ keys }, aServingHost()).accounts).toMatchObject([
      { action: 'update', differences: ['name', 'concurrency', 'priority'], retest: null },
    ]);
  });

  it.each<[string, boolean | undefined, Partial<ReturnType<typeof anAccount>>, string, string | null]>([
    ['serves and shall not', false, {}, 'update', null],
    ['does not serve and shall not', false, { enabled: false }, 'unchanged', null],
    ['does not serve and shall', true, { enabled: false }, 'unchanged', 'held_out'],
    ['does not serve and nothing is said', undefined, { enabled: false }, 'unchanged', null],
  ])('that %s', (_, enabled, changes, action, retest) => {
    const keys = withSettings('test-key-one', enabled === undefined ? {} : { enabled });
    expect(planned({ keys }, aServingHost({ accounts: [anAccount(changes)] })).accounts).toMatchObject([
      { action, retest },
    ]);
  });

  const markedFor = (access: 'subscription' | 'self_service') => {
    const { marker } = anAccount();
    return marker === null ? null : { ...marker, access, fingerprint: 'sha256:aaaaaaaaaaaa' as const };
  };

  it.each([
    ['a stranger', null, 'which the account 9 has.', 'or rename that account on the host'],
    ['relay for the other mode', markedFor('self_service'), "which relay's own account 9 of", 'Leave that account'],
  ])('may not be given a name that an account of %s has', (_, marker, message, hint) => {
    const others = [anAccount(), anAccount({ id: '9', name: 'spare', marker })];
    const result = buildPlan(
      aDesired({ keys: withSettings('test-key-one', { name: 'spare' }) }),
      aServingHost({ accounts: others }),
    );
    expect(result).toMatchObject({
      problems: [
        {
          code: 'NAME_AMBIGUOUS',
          message: expect.stringContaining(message) as unknown,
          hint: expect.stringContaining(hint) as unknown,
        },
      ],
    });
    expect(JSON.stringify(result)).not.toMatch(/remove/i);
  });

  it('are never removed where they are only to be added, and all made anew where they are to be replaced', () => {
    const pair = aServingHost({
      accounts: [
        anAccount(),
        anAccount({ id: '2', name: 'acme-02', marker: aMarker({ fingerprint: fingerprintOf('test-key-two') }) }),
      ],
    });
    const appended = planned({ accounts: 'append', keys: keysOf('test-key-two', 'key-new') }, pair);
    expect(appended.accounts.map((step) => [step.action, step.name])).toEqual([
      ['unchanged', 'acme-02'],
      ['create', 'acme-03'],
    ]);
    expect(appended.removals).toEqual([]);
    const replaced = planned({ accounts: 'replace', keys: keysOf('test-key-one', 'test-key-two') }, pair);
    expect(replaced.accounts.map((step) => [step.action, step.name])).toEqual([
      ['create', 'acme-03'],
      ['create', 'acme-04'],
    ]);
    expect(replaced.removals.map((each) => [each.id, each.reason])).toEqual([
      ['2', 'its key has another account'],
      ['1', 'its key has another account'],
    ]);
    expect(replaced.massRemoval).toBe(false);
  });

  it('that an interrupted replacement left go, and those it had made stay, when it goes on', () => {
    const old = anAccount();
    const made = anAccount({ id: '2', name: 'acme-02', places: ['8'], marker: aMarker({ run: 'run-2' }) });
    const plan = planned({ accounts: 'replace' }, aServingHost({ accounts: [old, made] }));
    expect(plan.accounts).toMatchObject([{ action: 'update', name: 'acme-02', place: 'joins' }]);
    expect(plan.removals.map((each) => each.id)).toEqual(['1']);
  });

  it.each([
    [1, 1, true],
    [1, 2, false],
    [2, 3, true],
    [2, 4, false],
    [4, 4, true],
  ])('%i of %i that would go are a mass: %s', (gone, all, isMass) => {
    const names = Array.from({ length: all }, (_, index) => `key-${index}`);
    const accounts = names.map((key, index) =>
      anAccount({
        id: String(index + 1),
        name: `acme-0${index + 1}`,
        marker: aMarker({ fingerprint: fingerprintOf(key) }),
      }),
    );
    const plan = planned({ keys: keysOf(...names.slice(gone), 'key-new') }, aServingHost({ accounts }));
    expect([plan.removals.length, plan.massRemoval]).toEqual([gone, isMass]);
  });

  it('that join a group which serves are proven beside it (N6)', () => {
    const plan = planned({ keys: keysOf('test-key-one', 'key-new') }, aServingHost());
    expect(plan.staging).toEqual({ by: 'place', kind: 'group', name: 'relay-staging-run-2' });
    const idle = aServingHost({ accounts: [anAccount({ state: 'error' })] });
    expect(planned({ keys: keysOf('test-key-one', 'key-new') }, idle).staging).toBeNull();
  });

  it('that were made by hand are adopted by the key they hold, when that is asked for (N4)', () => {
    const byHand = anAccount({ id: '7', marker: null, tested: false });
    const other = anAccount({ id: '8', name: 'acme-02', marker: null });
    const snapshot = aServingHost({
      accounts: [byHand, other],
      foreignKeys: new Map([
        ['7', fingerprintOf('test-key-one')],
        ['8', fingerprintOf('key-else')],
      ]),
    });
    const plan = planned({ adopt: true }, snapshot);
    expect(plan.accounts).toMatchObject([
      { action: 'adopt', name: 'acme-01', account: { id: '7' }, differences: ['marker'], retest: 'untested' },
    ]);
    expect(plan.removals).toEqual([]);
    expect(plan.warnings).toMatchObject([{ code: 'FOREIGN_ACCOUNT' }]);
  });
});

describe('accounts that no test has proven', () => {
  const of = (id: string, key: string, run: string, changes: Partial<ReturnType<typeof anAccount>> = {}) =>
    anAccount({
      id,
      name: `acme-0${id}`,
      tested: false,
      marker: aMarker({ run, fingerprint: fingerprintOf(key) }),
      ...changes,
    });
  const warned = (...accounts: ReturnType<typeof anAccount>[]) =>
    planned(
      { keys: keysOf('test-key-one', 'test-key-two', 'test-key-three') },
      aServingHost({ accounts }),
    ).warnings.filter((each) => each.code === 'OTHER_RUN');

  it('are tested beside others that are not, with a check of the gateway (N5)', () => {
    const plan = planned(
      { keys: keysOf('test-key-one', 'test-key-two') },
      aServingHost({
        accounts: [of('1', 'test-key-one', 'run-2'), of('2', 'test-key-two', 'run-1', { tested: true })],
      }),
    );
    expect(plan.accounts.map((step) => step.action === 'unchanged' && step.retest)).toEqual(['untested', null]);
    expect(changesAnything(plan)).toBe(false);
    expect(plan.gateway.probe).toBe('make');
  });

  it('tell of the run that left them, once for each', () => {
    const found = warned(
      of('1', 'test-key-one', 'run-8'),
      of('2', 'test-key-two', 'run-8'),
      of('3', 'test-key-three', 'run-9'),
    );
    expect(found.map((each) => each.message)).toEqual([
      expect.stringContaining('The run run-8 left accounts untested'),
      expect.stringContaining('The run run-9 left accounts untested'),
    ]);
  });

  it('tell of no run when they are of this one, or proven', () => {
    expect(warned(of('1', 'test-key-one', 'run-2'), of('2', 'test-key-two', 'run-1', { tested: true }))).toEqual([]);
  });

  // A finished partial run leaves its failed accounts without the note that a test ended well.
  it.each<[string, Partial<ReturnType<typeof anAccount>>]>([
    ['were tested, failed, and were paused by relay', { enabled: false, paused: true }],
    ['were put in error by the host', { state: 'error', marker: aMarker() }],
  ])('tell of no run when they %s (N15)', (_, changes) => {
    expect(warned(of('1', 'test-key-one', 'run-1', changes))).toEqual([]);
  });
});

describe('what is shown as drift and not put right (N7)', () => {
  it('is nothing of groups and plans of others', () => {
    const others = {
      groups: [aGroup(), aGroup({ id: '9', name: 'default', description: '', rateMultiplier: 3 })],
      tariffs: [aTariff(), aTariff({ id: '9', name: 'other', groupId: '9', price: 1 })],
    };
    expect(planned({}, aServingHost(others)).warnings).toEqual([]);
  });

  it.each<[string, Holding, string]>([
    ['the rate of the group', { groups: [aGroup({ rateMultiplier: 3 })] }, 'rate 3 on the host, 1 in the pack'],
    ['the price of the plan', { tariffs: [aTariff({ price: 1 })] }, 'price 1 on the host, 9 in the pack'],
    ['the days of the plan', { tariffs: [aTariff({ validityDays: 7 })] }, '7 day on the host, 30 day in the pack'],
    ['the sale flag of the plan', { tariffs: [aTariff({ forSale: true })] }, 'for sale on the host, not for sale in'],
    ['an account that was disabled by hand', { accounts: [anAccount({ state: 'inactive' })] }, 'disabled by hand'],
  ])('is %s', (_, changes, says) => {
    expect(planned({}, aServingHost(changes)).warnings).toEqual([
      expect.objectContaining({ code: 'DRIFT', message: expect.stringContaining(says) as unknown }),
    ]);
  });

  it.each<[string, Holding]>([
    ['the rate of the group', { groups: [aGroup({ rateMultiplier: 1.00004 })] }],
    ['the price of the plan', { tariffs: [aTariff({ price: 9.004 })] }],
  ])('is not what a host rounds off %s', (_, changes) => {
    expect(planned({}, aServingHost(changes)).warnings).toEqual([]);
  });

  it.each<[string, Holding]>([
    ['the rate of the group', { groups: [aGroup({ rateMultiplier: 3 })] }],
    ['the price of the plan', { tariffs: [aTariff({ price: 1, validityDays: 7, forSale: true })] }],
  ])('stays as it is: %s', (_, changes) => {
    expect(changesAnything(planned({}, aServingHost(changes)))).toBe(false);
  });
});

describe('subscriptions (B22)', () => {
  const target = (days: number | null = null) => ({
    asked: 'ann@example.org',
    user: { email: 'ann@example.org' },
    days,
  });
  const host = (...grants: ReturnType<typeof aSubscription>[]) => aServingHost({ users: [aUser()], grants });
  const steps = (desired: Partial<Desired>, snapshot: HostSnapshot) =>
    planned({ targets: [target()], ...desired }, snapshot).grants;

  it.each([
    ['the days that were asked for', 12, 30, 'day', 12],
    ['the days of the plan', null, 30, 'day', 30],
    ['weeks of seven days', null, 2, 'week', 14],
    ['months of thirty days', null, 3, 'month', 90],
  ] as const)('are created for %s', (_, asked, validityDays, validityUnit, days) => {
    const provider = aProvider({ planTemplate: { price: 9, validityDays, validityUnit, forSale: false } });
    expect(steps({ provider, targets: [target(asked)] }, host())).toEqual([
      { kind: 'subscription', action: 'create', user: aUser(), asked: 'ann@example.org', days },
    ]);
  });

  it('are created for 30 days, and no tariff is made, where the pack has no template of one', () => {
    const { planTemplate: _, ...provider } = aProvider();
    const plan = planned({ provider, targets: [target(null)] }, anEmptyHost({ users: [aUser()] }));
    expect(plan.resources.map((step) => step.kind)).toEqual(['group', 'channel']);
    expect(plan).toMatchObject({ grants: [{ action: 'create', days: 30 }] });
  });

  it('are created where the group is yet to be made', () => {
    expect(steps({}, anEmptyHost({ users: [aUser()] }))).toEqual([expect.objectContaining({ action: 'create' })]);
  });

  it('are created beside those of other users and groups', () => {
    expect(steps({}, host(aSubscription({ userId: '8' }), aSubscription({ place: '2' })))).toEqual([
      expect.objectContaining({ action: 'create' }),
    ]);
  });

  it('are reused when they are active, whatever their days', () => {
    const plan = planned({ targets: [target()] }, host(aSubscription()));
    expect(plan.grants).toEqual([
      {
        kind: 'subscription',
        action: 'reuse',
        user: aUser(),
        asked: 'ann@example.org',
        days: 30,
        id: '1',
        expiresAt: noon + 20 * dayMs,
      },
    ]);
    expect(changesAnything(plan)).toBe(false);
  });

  it.each([
    [20, []],
    [19, []],
    [21, []],
    [60, ['SUBSCRIPTION_DIFFERS']],
    [5, ['SUBSCRIPTION_DIFFERS']],
    [null, []],
  ])('that end in 20 days and were asked for %s are a warning: %j', (days, codes) => {
    expect(planned({ targets: [target(days)] }, host(aSubscription())).warnings.map((each) => each.code)).toEqual(
      codes,
    );
  });

  it.each([
    [60, { action: 'extend', byDays: 40, wasActive: true }],
    [null, { action: 'extend', byDays: 10, wasActive: true }],
    [20, { action: 'reuse' }],
    [5, { action: 'reuse' }],
  ])('that end in 20 days are lengthened to %s when that is asked for', (days, step) => {
    expect(steps({ targets: [target(days)], extend: true }, host(aSubscription()))).toEqual([
      expect.objectContaining(step),
    ]);
  });

  it('that were lengthened are not lengthened again', () => {
    const snapshot = host(aSubscription({ expiresAt: noon + 60 * dayMs - 20_000 }));
    expect(steps({ targets: [target(60)], extend: true }, snapshot)).toEqual([
      expect.objectContaining({ action: 'reuse' }),
    ]);
  });

  it.each([false, true])('that have expired are extended by all their days (extend: %s)', (extend) => {
    const expired = aSubscription({ active: false, expiresAt: noon - dayMs });
    expect(steps({ extend }, host(expired))).toEqual([
      expect.objectContaining({ action: 'extend', id: '1', byDays: 30, wasActive: false }),
    ]);
  });

  it('are reused when an expired one stands before the active one', () => {
    const snapshot = host(
      aSubscription({ id: '1', active: false, expiresAt: noon - dayMs }),
      aSubscription({ id: '2' }),
    );
    expect(steps({}, snapshot)).toEqual([expect.objectContaining({ action: 'reuse', id: '2' })]);
  });

  it('are one for each user, however often and in whatever way the user is named', () => {
    const targets = [target(), target(), { asked: '7', user: { id: '7' }, days: null }];
    expect(steps({ targets }, aServingHost({ users: [aUser(), aUser(), aUser()] }))).toHaveLength(1);
  });

  it('make a change of the plan', () => {
    expect(changesAnything(planned({ targets: [target()] }, host()))).toBe(true);
    expect(changesAnything(planned({ targets: [target(60)], extend: true }, host(aSubscription())))).toBe(true);
  });
});

describe('how the gateway is checked (N5, N9)', () => {
  const idle = aServingHost();
  const busy = anEmptyHost();

  it.each([
    ['auto', false, busy, 'make'],
    ['auto', true, busy, 'given'],
    ['auto', false, idle, 'skip'],
    ['auto', true, idle, 'given'],
    ['find', false, busy, 'find'],
    ['find', true, busy, 'given'],
    ['find', false, idle, 'skip'],
    ['find', true, idle, 'given'],
    ['none', false, busy, 'skip'],
    ['none', true, busy, 'skip'],
    ['none', false, idle, 'skip'],
  ] as const)('--probe %s, a key given: %s', (asked, probeKeyGiven, snapshot, probe) => {
    expect(planned({ probe: asked, probeKeyGiven }, snapshot).gateway).toEqual({ probe, asked });
  });

  it.each([
    ['auto', false, 'make'],
    ['auto', true, 'given'],
    ['find', false, 'find'],
    ['none', false, 'skip'],
  ] as const)('--probe %s, a key given: %s, for a run that is taken up again', (asked, probeKeyGiven, probe) => {
    expect(planned({ probe: asked, probeKeyGiven, resumed: true }, idle).gateway).toEqual({ probe, asked });
  });

  it('is refused when a user would have to be made and cannot be (N10)', () => {
    const closed = {
      ...capabilities,
      clientKeys: {
        ...capabilities.clientKeys,
        subscription: { possible: false as const, why: 'it asks for a captcha' },
      },
    };
    expect(problems({}, anEmptyHost({ capabilities: closed }))).toEqual([
      expect.objectContaining({
        code: 'PROBE_KEY_IMPOSSIBLE',
        message: expect.stringContaining('it asks for a captcha'),
      }),
    ]);
    for (const way of [{ probeKeyGiven: true }, { probe: 'find' as const }, { probe: 'none' as const }])
      expect(problems(way, anEmptyHost({ capabilities: closed }))).toEqual([]);
    expect(problems({}, aServingHost({ capabilities: closed }))).toEqual([]);
  });

  it('is refused together with the other obstacles (N10)', () => {
    const closed = {
      ...capabilities,
      clientKeys: {
        ...capabilities.clientKeys,
        subscription: { possible: false as const, why: 'it asks for a captcha' },
      },
    };
    const found = problems({}, anEmptyHost({ capabilities: closed, groups: [aGroup({ description: '' })] }));
    expect(found.map((each) => each.code)).toEqual(['FOREIGN_OBJECT', 'PROBE_KEY_IMPOSSIBLE']);
  });
});

describe('what a mode means (B17, B18, N15)', () => {
  const served = aServingHost();
  const silent = aServingHost({ accounts: [anAccount({ state: 'error' })] });
  const paused = aServingHost({ accounts: [anAccount({ enabled: false })] });
  const elsewhere = aServingHost({ accounts: [anAccount({ places: ['8'] })] });
  const others = aServingHost({ accounts: [anAccount({ marker: null, name: 'by-hand' })] });

  it.each([
    ['strict', 'an empty host', anEmptyHost(), 'keep'],
    ['strict', 'a group that serves', served, 'undo'],
    ['strict', 'a group that serves by accounts of others', others, 'undo'],
    ['strict', 'a group whose accounts are in error', silent, 'keep'],
    ['strict', 'a group whose accounts are paused', paused, 'keep'],
    ['strict', 'a group whose accounts are elsewhere', elsewhere, 'keep'],
  ] as const)('%s on %s', (mode, _, snapshot, gatewayNotReady) => {
    expect(planned({ mode }, snapshot).policy).toEqual({
      massRemoval: 'refuse',
      onFailure: 'undo',
      failedAccounts: 'keep',
      gatewayNotReady,
    });
  });

  it.each(['disable', 'remove', 'keep'] as const)(
    'partial keeps what works, and failed accounts are treated as asked: %s',
    (failed) => {
      for (const snapshot of [anEmptyHost(), served]) {
        expect(planned({ mode: 'partial', failed }, snapshot).policy).toEqual({
          massRemoval: 'refuse',
          onFailure: 'keep',
          failedAccounts: failed,
          gatewayNotReady: 'keep',
        });
      }
    },
  );
});
