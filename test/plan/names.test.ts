import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readGroupMarker, withGroupMarker } from '../../src/host/group-marker.ts';
import { buildPlan } from '../../src/plan/build-plan.ts';
import { accountNames, accountPrefix, isAccountName, resourceName } from '../../src/host/names.ts';
import { anEmptyHost, aProvider, aDesired, capabilities } from '../support/builders.ts';

describe('the names of what relay manages (B6)', () => {
  it.each([
    ['subscription', 'relay-kimi-cn-subscription', 'kimi-cn-'],
    ['self_service', 'relay-kimi-cn-self-service', 'kimi-cn-self-'],
  ] as const)('follow from the provider and %s', (access, name, prefix) => {
    expect(resourceName('kimi-cn', access)).toBe(name);
    expect(accountPrefix('kimi-cn', access)).toBe(prefix);
  });

  it.each([
    ['acme-01', true],
    ['acme-99', true],
    ['acme-100', true],
    ['acme-1', false],
    ['acme-', false],
    ['acme-01a', false],
    ['acme-self-01', false],
    ['acme-two-01', false],
    ['Acme-01', false],
    [' acme-01', false],
    ['x-acme-01', false],
  ])('of accounts have a number of two digits at least: %s: %s', (name, fits) => {
    expect(isAccountName(name, 'acme-')).toBe(fits);
  });

  it('of one mode are none of the other', () => {
    expect(isAccountName('acme-self-01', accountPrefix('acme', 'self_service'))).toBe(true);
    expect(isAccountName('acme-01', accountPrefix('acme', 'self_service'))).toBe(false);
  });

  it.each<[string[], string[]]>([
    [[], ['a-01', 'a-02', 'a-03']],
    [['a-01'], ['a-02', 'a-03', 'a-04']],
    [['a-02'], ['a-01', 'a-03', 'a-04']],
    [
      ['a-1', 'a-001', 'b-01', 'A-01'],
      ['a-01', 'a-02', 'a-03'],
    ],
    [numbers(1, 98), ['a-99', 'a-100', 'a-101']],
    [numbers(1, 120).filter((name) => name !== 'a-07'), ['a-07', 'a-121', 'a-122']],
  ])('begin with the lowest that is free', (taken, desired) => {
    const next = accountNames('a-', taken);
    expect([next(), next(), next()]).toEqual(desired);
  });

  it('are never in use, never the same, and always the lowest that is free', () => {
    const taken = fc.uniqueArray(fc.integer({ min: 1, max: 130 }).map(accountName), { maxLength: 130 });
    fc.assert(
      fc.property(taken, fc.integer({ min: 1, max: 40 }), (names, count) => {
        const next = accountNames('a-', names);
        const given = Array.from({ length: count }, () => next());
        const free = numbers(1, 200).filter((name) => !names.includes(name));
        expect(given).toEqual(free.slice(0, count));
      }),
    );
  });

  function accountName(number: number): string {
    return `a-${String(number).padStart(2, '0')}`;
  }

  function numbers(from: number, to: number): string[] {
    return Array.from({ length: to - from + 1 }, (_, index) => accountName(from + index));
  }

  it.each([
    ['subscription', 81, true],
    ['subscription', 82, false],
    ['self_service', 81, true],
    ['self_service', 82, false],
  ] as const)('in %s of an id of %i characters fit into 100: %s', (access, length, fits) => {
    const provider = aProvider({ id: 'a'.repeat(length) });
    expect(resourceName(provider.id, access).length <= 100).toBe(fits);
    const result = buildPlan(aDesired({ provider, access }), anEmptyHost());
    if (fits) expect(result).toHaveProperty('plan');
    else
      expect(result).toEqual({
        problems: [
          expect.objectContaining({
            code: 'MANIFEST_INVALID',
            message: expect.stringContaining('101 characters; the host takes 100'),
          }),
        ],
      });
  });

  it('fit into what the host at hand takes', () => {
    const short = anEmptyHost({ capabilities: { ...capabilities, maxNameLength: 22 } });
    expect(buildPlan(aDesired(), short)).toEqual({ problems: [expect.objectContaining({ code: 'MANIFEST_INVALID' })] });
    expect(buildPlan(aDesired(), anEmptyHost({ capabilities: { ...capabilities, maxNameLength: 23 } }))).toHaveProperty(
      'plan',
    );
  });
});

describe('the marker of a group (N4)', () => {
  const marker = { provider: 'acme', access: 'subscription', run: '20261120-120000-ab12cd' } as const;

  it.each([
    ['alone', '[relay acme subscription 20261120-120000-ab12cd]'],
    ['at the end', 'Acme AI [relay acme subscription 20261120-120000-ab12cd]'],
    ['before white space', 'Acme AI [relay acme subscription 20261120-120000-ab12cd] \n'],
    ['after one of someone else', '[relay other self_service r] [relay acme subscription 20261120-120000-ab12cd]'],
    ['after several lines', 'one\ntwo\n[relay acme subscription 20261120-120000-ab12cd]'],
  ])('is read %s', (_, description) => {
    expect(readGroupMarker(description)).toEqual(marker);
  });

  it.each([
    ['nothing', ''],
    ['other words', 'Acme AI'],
    ['a marker that is not at the end', '[relay acme subscription r] and more'],
    ['a mode that is unknown', '[relay acme free r]'],
    ['the mode as options have it', '[relay acme self-service r]'],
    ['no run', '[relay acme subscription]'],
    ['too many words', '[relay acme subscription r x]'],
    ['other capitals', '[Relay acme subscription r]'],
    ['an open bracket only', '[relay acme subscription r'],
  ])('is not read from %s', (_, description) => {
    expect(readGroupMarker(description)).toBeUndefined();
  });

  it.each([
    ['', '[relay acme subscription 20261120-120000-ab12cd]'],
    ['Acme AI', 'Acme AI [relay acme subscription 20261120-120000-ab12cd]'],
    ['  Acme AI \n', 'Acme AI [relay acme subscription 20261120-120000-ab12cd]'],
    ['Acme AI [relay acme subscription old]', 'Acme AI [relay acme subscription 20261120-120000-ab12cd]'],
    ['[relay old self_service old]', '[relay acme subscription 20261120-120000-ab12cd]'],
    ['about [relay] things', 'about [relay] things [relay acme subscription 20261120-120000-ab12cd]'],
  ])('is written after %j', (description, desired) => {
    expect(withGroupMarker(description, marker)).toBe(desired);
  });

  it('is read as it was written, whatever the description was, and writing twice is writing once', () => {
    fc.assert(
      fc.property(
        fc.string({ maxLength: 60 }),
        fc.constantFrom('subscription', 'self_service'),
        fc.stringMatching(/^[a-z0-9-]{1,20}$/),
        (description, access, run) => {
          const desired = { provider: 'acme', access, run } as const;
          const once = withGroupMarker(description, desired);
          expect(readGroupMarker(once)).toEqual(desired);
          expect(withGroupMarker(once, desired)).toBe(once);
          expect(once.startsWith(description.trim())).toBe(true);
        },
      ),
    );
  });
});
