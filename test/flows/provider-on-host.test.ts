import { describe, expect, it } from 'vitest';
import { providerOnHost, providerToTest } from '../../src/flows/provider-on-host.ts';
import type { PackProvider } from '../../src/pack/manifest.ts';
import { aMarker, anAccount, aProvider } from '../support/builders.ts';

const offering = (names: string[], access: 'subscription' | 'self_service' = 'subscription') =>
  anAccount({
    baseUrl: 'http://127.0.0.1:8000/v1',
    mapping: Object.fromEntries(names.map((name) => [name, name])),
    marker: aMarker({ provider: 'acme', access }),
  });
const live = (changes: Partial<PackProvider> = {}): PackProvider => {
  const { smokeTestModel: _smoke, prices: _prices, ...rest } = aProvider({ channelTemplate: { modelMapping: {} } });
  return { ...rest, baseUrl: 'ask', defaultModels: 'live', ...changes };
};

describe('a provider as it stands on a host', () => {
  it('has the address and the models of its accounts, where the pack leaves them open', () => {
    expect(providerOnHost(live(), [offering(['b', 'a', 'x*'])])).toMatchObject({
      baseUrl: 'http://127.0.0.1:8000/v1',
      defaultModels: ['a', 'b'],
      smokeTestModel: 'a',
    });
  });

  it('is that of the pack where the pack says it, and knows no model where there is no account', () => {
    expect(providerOnHost(aProvider(), [offering(['other'])])).toEqual(aProvider());
    expect(providerOnHost(live(), [])).toMatchObject({ defaultModels: [], smokeTestModel: '' });
  });
});

describe('the model that accounts are tested with', () => {
  const tested = (pack: PackProvider, names: string[], model?: string) =>
    providerToTest(pack, [offering(names), offering(['elsewhere'], 'self_service')], 'subscription', model)
      .smokeTestModel;

  it.each([
    [
      'that of the pack, where they offer it, also of a live list',
      live({ smokeTestModel: 'z' }),
      ['a', 'z'],
      undefined,
      'z',
    ],
    ['the first that they offer, where they do not', live({ smokeTestModel: 'gone' }), ['b', 'a'], undefined, 'a'],
    ['the first of others that they were imported with', aProvider(), ['new'], undefined, 'new'],
    ['the one that is named', live({ smokeTestModel: 'z' }), ['a', 'z'], 'a', 'a'],
  ])('is %s', (_, pack, names, model, expected) => expect(tested(pack, names, model)).toBe(expected));
});
