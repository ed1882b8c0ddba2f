import { describe, expect, it } from 'vitest';
import { modelsToTry, providerOnHost, providerToTest } from '../../src/flows/provider-on-host.ts';
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
  const tested = (pack: PackProvider, names: string[]) =>
    providerToTest(pack, [offering(names), offering(['elsewhere'], 'self_service')], 'subscription').smokeTestModel;

  it.each([
    ['that of the pack, where they offer it, also of a live list', live({ smokeTestModel: 'z' }), ['a', 'z'], 'z'],
    ['the first that they offer, where they do not', live({ smokeTestModel: 'gone' }), ['b', 'a'], 'a'],
    ['the first of others that they were imported with', aProvider(), ['new'], 'new'],
  ])('is %s', (_, pack, names, expected) => expect(tested(pack, names)).toBe(expected));

  it.each([
    ['the usual one first, then others that it offers', ['a', 'b', 'small', 'z'], ['small', 'a', 'b']],
    ['only what it offers itself', ['d', 'c'], ['c', 'd']],
    ['what a pattern of it stands for', ['sm*', 'other'], ['small', 'other']],
    ['the usual one where it says nothing', [], ['small']],
    ['no name that is none', ['two\nlines', 'b'], ['b']],
  ])('is for each account %s', (_, names, models) => {
    expect(modelsToTry(aProvider())(offering(names))).toEqual(models);
  });
});
