import { describe, expect, it } from 'vitest';
import {
  fromChannelSpec,
  fromGroupSpec,
  fromTariffSpec,
  toChannel,
  toGroup,
  toTariff,
} from '../../src/host/sub2api/translate/translate-resources.ts';
import { toGrant, toUser } from '../../src/host/sub2api/translate/translate-access.ts';
import {
  fromAccountSpec,
  pausedKey,
  testedKey,
  toAccount,
} from '../../src/host/sub2api/translate/translate-account.ts';
import {
  accountWire,
  channelWire,
  groupWire,
  planWire,
  subscriptionWire,
  userWire,
} from '../../src/host/sub2api/api/wire.ts';
import { hiddenText } from '../../src/core/secrets/hidden-text.ts';
import { Redactor } from '../../src/core/secrets/redactor.ts';
import { Secret } from '../../src/core/secrets/secret.ts';
import { aMarker, anAccount, dayMs, noon } from '../support/builders.ts';

const same = (text: string) => text;
const asIs = { clean: same, name: same, hide: same };

/** An account as the host shows it to an admin: its key is not there. */
function wired(changes: Record<string, unknown> = {}) {
  return accountWire.parse({
    id: 3,
    name: 'acme-01',
    platform: 'openai',
    type: 'apikey',
    credentials: { base_url: 'https://api.acme.example/v1', model_mapping: { big: 'big', odd: 5 } },
    extra: { openai_responses_mode: 'auto', relay: aMarker() },
    concurrency: 10,
    priority: 50,
    status: 'active',
    error_message: null,
    schedulable: true,
    group_ids: [1, 2],
    ...changes,
  });
}

describe('an account of the host', () => {
  it('is read with its marker apart from its other settings (N4)', () => {
    const read = anAccount({
      id: '3',
      name: 'acme-01',
      platform: 'openai',
      baseUrl: 'https://api.acme.example/v1',
      mapping: { big: 'big' },
      concurrency: 10,
      priority: 50,
      places: ['1', '2'],
      settings: { 'extra.openai_responses_mode': 'auto' },
      marker: aMarker(),
      tested: false,
      discovering: true,
    });
    expect(toAccount(wired(), asIs)).toEqual(read);
  });

  it.each([
    ['absent', {}],
    ['null', { relay: null }],
    ['a word', { relay: 'yes' }],
    ['without a fingerprint', { relay: { provider: 'acme', access: 'subscription', run: 'r' } }],
    ['of an access mode that is unknown', { relay: { ...aMarker(), access: 'free' } }],
  ])('has no marker when it is %s (N4)', (_, extra) => {
    expect(toAccount(wired({ extra }), asIs).marker).toBeNull();
  });

  it.each([
    ['a run', 'run-1', true],
    ['nothing', undefined, false],
    ['null', null, false],
  ])('was tested when its note holds %s, which is none of its other settings', (_, note, tested) => {
    const account = toAccount(wired({ extra: { [testedKey]: note, more: 1 } }), asIs);
    expect(account).toMatchObject({ tested, settings: { 'extra.more': 1 } });
    expect(Object.keys(account.settings)).toEqual(['extra.more']);
  });

  it.each([
    ['active', 'active'],
    ['error', 'error'],
    ['inactive', 'inactive'],
    ['disabled', 'inactive'],
    ['whatever comes next', 'inactive'],
  ])('of status %s is %s', (status, state) => {
    expect(toAccount(wired({ status }), asIs).state).toBe(state);
  });

  it('has the words of the host cleaned (N1)', () => {
    expect(
      toAccount(wired({ error_message: 'sk-secret refused' }), {
        ...asIs,
        clean: (text) => text.replace('sk-secret', '…'),
      }).stateMessage,
    ).toBe('… refused');
  });

  it.each<[string, boolean, Record<string, unknown>]>([
    ['nothing found out yet', true, { extra: {} }],
    ['a mode of auto', true, { extra: { openai_responses_mode: 'auto' } }],
    ['support found', false, { extra: { openai_responses_supported: true } }],
    ['no support found', false, { extra: { openai_responses_supported: false } }],
    ['a forced mode', false, { extra: { openai_responses_mode: 'force_chat_completions' } }],
    ['another platform', false, { platform: 'anthropic', extra: {} }],
    ['another type', false, { type: 'oauth', extra: {} }],
  ])('with %s is still learning: %s (N17)', (_, discovering, changes) => {
    expect(toAccount(wired(changes), asIs).discovering).toBe(discovering);
  });

  it('may lack lists and settings', () => {
    const account = toAccount(wired({ credentials: null, extra: null, group_ids: null }), asIs);
    expect(account).toMatchObject({ baseUrl: null, mapping: {}, settings: {}, marker: null, places: [] });
  });
});

describe('an account that is to be made', () => {
  const spec = {
    name: 'acme-01',
    platform: 'openai' as const,
    baseUrl: 'https://api.acme.example/v1',
    mapping: { big: 'big' },
    concurrency: 10,
    priority: 50,
    place: '4',
    settings: {
      'credentials.organisation': 'o1',
      'credentials.api_key': 'from the pack',
      'credentials.base_url': 'elsewhere',
      'extra.openai_responses_mode': 'auto',
      'extra.relay': 'from the pack',
    },
    marker: aMarker(),
  };

  it('has its key and address from relay, whatever the pack adds (B12, N4)', () => {
    expect(fromAccountSpec(spec, 'the-key')).toEqual({
      name: 'acme-01',
      platform: 'openai',
      type: 'apikey',
      group_ids: [4],
      concurrency: 10,
      priority: 50,
      credentials: {
        organisation: 'o1',
        base_url: 'https://api.acme.example/v1',
        api_key: 'the-key',
        model_mapping: { big: 'big' },
      },
      extra: { openai_responses_mode: 'auto', relay: aMarker() },
    });
  });

  it('is read back with the marker it was sent with (N4)', () => {
    const sent = fromAccountSpec(spec, 'the-key');
    expect(toAccount(wired({ extra: sent['extra'] }), asIs)).toMatchObject({
      marker: aMarker(),
      settings: { 'extra.openai_responses_mode': 'auto' },
    });
  });

  it.each([
    [true, true],
    [false, false],
    [null, false],
    ['true', false],
  ])('says that relay paused it only when relay noted so: %j (N15)', (note, paused) => {
    const account = toAccount(wired({ extra: { [pausedKey]: note, more: 1 } }), asIs);
    expect(account).toMatchObject({ paused, settings: { 'extra.more': 1 } });
    expect(Object.keys(account.settings)).toEqual(['extra.more']);
  });
});

describe('a channel of the host', () => {
  const wire = {
    id: 5,
    name: 'c',
    status: 'active',
    group_ids: [1],
    model_mapping: { openai: { big: 'big' } },
    model_pricing: [
      {
        id: 9,
        platform: 'openai',
        models: ['big'],
        billing_mode: 'token',
        input_price: 1e-6,
        output_price: 2e-6,
        cache_read_price: 0,
        per_request_price: 3,
        intervals: [{ min: 0 }],
      },
    ],
    restrict_models: true,
    billing_model_source: 'channel_mapped',
  };

  it('is sent back with all that it held, but for the numbers of its price entries (N7)', () => {
    const channel = toChannel(channelWire.parse(wire), asIs);
    expect(channel).toMatchObject({
      id: '5',
      active: true,
      prices: [
        {
          input: 1e-6,
          output: 2e-6,
          cacheRead: 0,
          cacheWrite: null,
          rest: { per_request_price: 3, intervals: [{ min: 0 }] },
        },
      ],
    });
    const { id: _, ...price } = wire.model_pricing[0]!;
    expect(fromChannelSpec(channel)).toEqual({
      name: 'c',
      group_ids: [1],
      model_mapping: { openai: { big: 'big' } },
      model_pricing: [{ ...price, cache_write_price: null }],
      restrict_models: true,
      billing_model_source: 'channel_mapped',
    });
  });

  it('may lack lists', () => {
    const bare = channelWire.parse({
      id: 1,
      name: 'c',
      status: 'disabled',
      group_ids: null,
      model_mapping: null,
      model_pricing: null,
      billing_model_source: 'requested',
    });
    expect(toChannel(bare, asIs)).toEqual({
      id: '1',
      name: 'c',
      active: false,
      groupIds: [],
      mappings: {},
      prices: [],
      restrictsModels: false,
      billingSource: 'requested',
    });
  });
});

describe('the other objects of the host', () => {
  it('are read and sent in its words', () => {
    const group = {
      id: 1,
      name: 'g',
      description: 'd',
      platform: 'openai',
      subscription_type: 'subscription',
      rate_multiplier: 1.5,
      status: 'active',
    };
    expect(toGroup(groupWire.parse(group), asIs)).toEqual({
      id: '1',
      name: 'g',
      description: 'd',
      platform: 'openai',
      type: 'subscription',
      rateMultiplier: 1.5,
      active: true,
    });
    expect(toGroup(groupWire.parse({ ...group, description: undefined, status: 'inactive' }), asIs)).toMatchObject({
      description: '',
      active: false,
    });
    const { id: _g, status: _s, ...sentGroup } = group;
    expect(
      fromGroupSpec({ name: 'g', description: 'd', platform: 'openai', type: 'subscription', rateMultiplier: 1.5 }),
    ).toEqual(sentGroup);

    const plan = { id: 2, name: 'p', group_id: 1, price: 9, validity_days: 30, validity_unit: 'day', for_sale: false };
    const { id: _p, ...sentPlan } = plan;
    expect(fromTariffSpec(toTariff(planWire.parse(plan), asIs))).toEqual(sentPlan);
    expect(toUser(userWire.parse({ id: 1, email: 'a@b', status: 'disabled' }), asIs)).toEqual({
      id: '1',
      email: 'a@b',
      active: false,
      createdAt: null,
    });
  });

  it.each([
    ['active', noon + dayMs, true],
    ['active', noon - 1, false],
    ['active', noon, false],
    ['expired', noon + dayMs, false],
    ['revoked', noon + dayMs, false],
  ])('a subscription %s until %i is active: %s (B22)', (status, expiresAt, active) => {
    const wire = subscriptionWire.parse({
      id: 1,
      user_id: 2,
      group_id: 3,
      starts_at: '2026-11-01T00:00:00+08:00',
      expires_at: new Date(expiresAt).toISOString(),
      status,
      notes: active ? ' relay ' : 'paid by invoice',
      ...(active ? { user: { id: 2, email: 'ann@example.org' } } : {}),
    });
    expect(toGrant(wire, noon, asIs)).toEqual({
      id: '1',
      userId: '2',
      user: active ? 'ann@example.org' : null,
      place: '3',
      startsAt: Date.UTC(2026, 9, 31, 16),
      expiresAt,
      active,
      byRelay: active,
    });
  });
});

describe('what people wrote on the host', () => {
  const key = 'zk7Qm9Xv2LpR4tWc8NbHd5Jf';
  const screen = new Redactor();
  screen.learn(new Secret(key));
  const shown = (changes: Record<string, unknown>) => toAccount(wired(changes), screen);

  it('reaches no terminal as it is: what a terminal would obey is replaced', () => {
    expect(shown({ name: 'x\u001B]0;owned\u0007y\u202Ez' }).name).toBe('x\uFFFD]0;owned\uFFFDy\uFFFDz');
    expect(shown({ name: 'kimi-cn-01 (copy) ü' }).name).toBe('kimi-cn-01 (copy) ü');
  });

  it('is hidden where it may hold a key, in the name of each kind of object (N1, N25)', () => {
    const named = { id: 1, name: key, status: 'active', platform: 'openai' };
    const group = groupWire.parse({ ...named, subscription_type: 'standard', rate_multiplier: 1 });
    const channel = channelWire.parse({ ...named, billing_model_source: 'requested' });
    const plan = planWire.parse({ ...named, group_id: 1, price: 1, validity_days: 1, validity_unit: 'day' });
    const user = userWire.parse({ id: 1, email: `${key}@relay.test`, status: 'active' });
    expect(toUser(user, screen).email).toBe(hiddenText(user.email));
    for (const each of [
      shown({ name: key }),
      toGroup(group, screen),
      toChannel(channel, screen),
      toTariff(plan, screen),
    ])
      expect(each.name).toBe(hiddenText(key));
  });

  it('before the mark of a group leaves the mark readable (N4, N25)', () => {
    const mark = '[relay kimi-cn subscription 20261128-171627-4f9c2b]';
    const group = {
      id: 1,
      name: 'g',
      status: 'active',
      platform: 'openai',
      subscription_type: 'standard',
      rate_multiplier: 1,
    };
    const described = (description: string) => toGroup(groupWire.parse({ ...group, description }), screen).description;
    expect(described(`the key is ${key} ${mark}`)).toBe(hiddenText(`the key is ${key} `) + mark);
    expect(described(`two\n  lines${mark}`)).toBe(`two\n  lines${mark}`);
  });

  it('into a marker makes it none (N4, N25)', () => {
    expect(shown({ extra: { relay: aMarker({ run: key }) } }).marker).toBeNull();
    expect(shown({ extra: { relay: aMarker() } }).marker).toEqual(aMarker());
  });
});
