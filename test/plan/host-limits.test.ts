import { describe, expect, it } from 'vitest';
import type { Can, Capabilities, Ignored } from '../../src/host/capabilities.ts';
import { buildPlan } from '../../src/plan/build-plan.ts';
import type { Desired, DesiredKey } from '../../src/plan/observed.ts';
import type { Problem } from '../../src/core/relay-error.ts';
import { aDesired, anEmptyHost, aProvider, aUser, capabilities, keysOf } from '../support/builders.ts';

const not: Can = { possible: false, why: 'it has no such thing' };
const possible: Can = { possible: true };

/** What stands in the way on a host that differs from one that can do everything. */
function problemsOn(changes: Partial<Capabilities>, desired: Partial<Desired>): Problem[] {
  const users = (desired.targets ?? []).map(() => aUser());
  const host = anEmptyHost({ capabilities: { ...capabilities, ...changes }, users });
  const result = buildPlan(aDesired(desired), host);
  return 'problems' in result ? result.problems : [];
}

/** What of the pack is told as ignored. */
function toldOn(ignores: readonly Ignored[], desired: Partial<Desired>): Problem[] {
  const result = buildPlan(aDesired(desired), anEmptyHost({ capabilities: { ...capabilities, ignores } }));
  if ('problems' in result) throw new Error(result.problems.map((each) => each.message).join('; '));
  return result.plan.warnings.filter(({ code }) => code === 'HOST_IGNORES');
}

/** Keys on lines from 1, each with these settings. */
function keysWith(...settings: DesiredKey['settings'][]): DesiredKey[] {
  return keysOf(...settings.map((_, index) => `test-key-${index}`)).map((key, index) => ({
    ...key,
    settings: settings[index] ?? {},
  }));
}

const target = { asked: 'ann@example.org', user: { email: 'ann@example.org' }, days: null };

const none = { subscription: not, self_service: not };

/** A wish, and the capability that it takes, where the host lacks it. */
type Row = [what: string, desired: Partial<Desired>, lacks: Partial<Capabilities>, refused: string];

const refusals: Row[] = [
  ['access by subscription', { access: 'subscription' }, { grants: none }, '--access subscription'],
  ['access for a user', { access: 'self_service', targets: [target] }, { grants: none }, '--user'],
  [
    'days of a user',
    { access: 'subscription', targets: [{ ...target, days: 7 }] },
    { grantDays: not },
    'the days of --user',
  ],
  ['longer access', { access: 'subscription', targets: [target], extend: true }, { grantDays: not }, '--extend'],
  [
    'an account out of service',
    { keys: keysWith({}, { enabled: false }) },
    { disable: not },
    'the column "enabled" of the key file (line 2)',
  ],
  ['accounts made anew', { accounts: 'replace' }, { sameKeyTwice: not }, '--accounts replace'],
  [
    'a concurrency of an account',
    { keys: keysWith({ concurrency: 10 }, {}, { concurrency: 3 }) },
    { accountSettings: { concurrency: not, priority: possible } },
    'the column "concurrency" of the key file (line 1, 3)',
  ],
  [
    'a priority of an account',
    { keys: keysWith({ priority: 1 }) },
    { accountSettings: { concurrency: possible, priority: not } },
    'the column "priority" of the key file (line 1)',
  ],
];

describe('what is asked for and the host cannot do (N10)', () => {
  it.each(refusals)('%s is refused with the why of the host', (_, desired, lacks, refused) => {
    expect(problemsOn(lacks, desired)).toEqual([
      {
        code: 'HOST_CANNOT',
        message: `This host cannot honour ${refused}: it has no such thing.`,
        hint: expect.stringMatching(/nothing was sent/),
      },
    ]);
  });

  it.each(refusals)('%s is no obstacle on a host that can', (_, desired) => {
    const all = { grants: { subscription: possible, self_service: possible } };
    expect(problemsOn(all, desired)).toEqual([]);
  });

  it('looks for no user where there is none to be found', () => {
    const host = anEmptyHost({ capabilities: { ...capabilities, grants: none }, users: [undefined] });
    const result = buildPlan(aDesired({ access: 'self_service', targets: [target] }), host);
    expect('problems' in result && result.problems.map(({ code }) => code)).toEqual(['HOST_CANNOT']);
  });

  it.each([
    ['partial', 'disable', 1],
    ['partial', 'keep', 1],
    ['partial', 'remove', 0],
    ['strict', 'disable', 0],
  ] as const)('in %s mode with --failed %s, keys that fail are said to be left out %d times', (mode, failed, times) => {
    const host = anEmptyHost({ capabilities: { ...capabilities, disable: not, proof: 'before-create' } });
    const result = buildPlan(aDesired({ mode, failed }), host);
    const told = 'plan' in result ? result.plan.warnings.filter(({ code }) => code === 'HOST_IGNORES') : [];
    expect(told.filter(({ message }) => message.endsWith('Keys that fail are left out.'))).toHaveLength(times);
  });

  it('is told of access once, though users are named too', () => {
    expect(
      problemsOn({ grants: none }, { access: 'subscription', targets: [target] }).map((each) => each.message),
    ).toEqual(['This host cannot honour --user: it has no such thing.']);
  });

  it('is told with the first lines of the key file only, where there are many', () => {
    const lines = (count: number) =>
      problemsOn(
        { disable: not },
        { keys: keysWith(...Array.from({ length: count }, () => ({ enabled: false }))) },
      ).map(({ message }) => /\(line .*\)/.exec(message)?.[0]);
    expect(lines(5)).toEqual(['(line 1, 2, 3, 4, 5)']);
    expect(lines(6)).toEqual(['(line 1, 2, 3, 4, 5, …)']);
  });

  it('is named all at once, each with a why of its own, and with the other obstacles', () => {
    const can = (why: string): Can => ({ possible: false, why });
    const found = problemsOn(
      {
        grants: { subscription: can('no grants'), self_service: can('no grants') },
        disable: can('no switch'),
        accountSettings: { concurrency: can('one for all'), priority: can('no order') },
        clientKeys: { subscription: can('no keys'), self_service: can('no keys') },
        maxNameLength: 10,
      },
      { keys: keysWith({ enabled: false, concurrency: 2, priority: 1 }) },
    );
    expect(found.map(({ code, message }) => [code, message])).toEqual([
      ['HOST_CANNOT', 'This host cannot honour --access subscription: no grants.'],
      ['HOST_CANNOT', 'This host cannot honour the column "enabled" of the key file (line 1): no switch.'],
      ['HOST_CANNOT', 'This host cannot honour the column "concurrency" of the key file (line 1): one for all.'],
      ['HOST_CANNOT', 'This host cannot honour the column "priority" of the key file (line 1): no order.'],
      ['MANIFEST_INVALID', expect.stringContaining('the host takes 10')],
      ['PROBE_KEY_IMPOSSIBLE', 'relay cannot make a user key on this host: no keys.'],
    ]);
  });

  it.each<[string, Partial<Desired>]>([
    ['self-service without users', { access: 'self_service' }],
    ['accounts in service', { access: 'self_service', keys: keysWith({ enabled: true }, {}) }],
    ['a name of an account', { access: 'self_service', keys: keysWith({ name: 'spare' }) }],
    [
      'settings of accounts by the pack alone',
      { access: 'self_service', provider: aProvider({ accountTemplate: { concurrency: 3, priority: 1 } }) },
    ],
  ])('is not %s', (_, desired) => {
    const nothing = { grants: none, disable: not, accountSettings: { concurrency: not, priority: not } };
    expect(problemsOn(nothing, desired)).toEqual([]);
  });
});

describe('what a pack says and the host does not honour', () => {
  const { planTemplate, prices, ...rest } = aProvider();
  /** A pack that says nothing of its own in any field. */
  const silent = { ...rest, accountTemplate: { concurrency: 10, priority: 50 }, groupTemplate: { rateMultiplier: 1 } };
  /** The same with each field said. */
  const said: [Ignored['field'], Desired['provider']][] = [
    ['accountTemplate.concurrency', { ...silent, accountTemplate: { concurrency: 3, priority: 50 } }],
    ['accountTemplate.priority', { ...silent, accountTemplate: { concurrency: 10, priority: 1 } }],
    ['groupTemplate', { ...silent, groupTemplate: { rateMultiplier: 1.5 } }],
    ['planTemplate', { ...silent, planTemplate }],
    ['prices', { ...silent, prices }],
  ];
  const all = said.map(([field]): Ignored => ({ field, why: `it has no ${field}` }));

  it.each(said)('is told once of %s, and of nothing that is not said', (field, provider) => {
    expect(toldOn(all, { provider, keys: keysOf('test-key-one', 'test-key-two') })).toEqual([
      {
        code: 'HOST_IGNORES',
        message: `This host does not honour ${field} of the pack: it has no ${field}.`,
        hint: expect.stringMatching(/by hand/),
      },
    ]);
  });

  it.each(said)('is not told of %s on a host that honours it', (field, provider) => {
    expect(toldOn([], { provider })).toEqual([]);
    expect(
      toldOn(
        all.filter((each) => each.field !== field),
        { provider },
      ),
    ).toEqual([]);
  });

  it('is not told of what every pack has by default', () => {
    expect(toldOn(all, { provider: silent })).toEqual([]);
  });

  it('is told of all that a pack says, in the order of the host', () => {
    const provider = { ...silent, ...said.reduce((sum, [, each]) => ({ ...sum, ...each }), {}) };
    provider.accountTemplate = { concurrency: 3, priority: 1 };
    provider.groupTemplate = { rateMultiplier: 2 };
    const told = toldOn(all.toReversed(), { provider });
    expect(told.map(({ message }) => message)).toEqual(
      all.toReversed().map(({ field, why }) => `This host does not honour ${field} of the pack: ${why}.`),
    );
  });

  it('is no obstacle, and comes with the other warnings', () => {
    const host = anEmptyHost({ capabilities: { ...capabilities, ignores: all } });
    const result = buildPlan(aDesired({ provider: { ...silent, planTemplate } }), host);
    expect(result).toMatchObject({
      plan: { warnings: [{ code: 'PRICE_MISSING' }, { code: 'HOST_IGNORES' }] },
    });
  });
});
