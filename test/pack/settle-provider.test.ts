import { describe, expect, it } from 'vitest';
import { matchesPattern } from '../../src/pack/name-pattern.ts';
import type { PackProvider } from '../../src/pack/manifest.ts';
import { listedModels } from '../../src/pack/listed-models.ts';
import { settleProvider, withModels } from '../../src/pack/settle-provider.ts';
import { aProvider } from '../support/builders.ts';

const base = 'https://api.acme.example/v1';
const live = (changes: Partial<PackProvider> = {}): PackProvider => {
  const { smokeTestModel: _smoke, prices: _prices, ...rest } = aProvider();
  return { ...rest, channelTemplate: { modelMapping: { best: 'big' } }, defaultModels: 'live', ...changes };
};

it.each([
  ['qwen3:8b', 'qwen*', true],
  ['Qwen/Qwen3-8B', 'qwen*', true],
  ['text-embedding-3', '*embed*', true],
  ['embed', '*embed*', true],
  ['a-b-c', 'a*b*c', true],
  ['a-c', 'a*b*c', false],
  ['ab', 'ab*b', false],
  ['abb', 'ab*b', true],
  ['big', 'big', true],
  ['bigger', 'big', false],
  ['anything', '*', true],
])('%s is one of %s: %s', (name, pattern, is) => expect(matchesPattern(name, pattern)).toBe(is));

describe('a provider with a list of its own', () => {
  it('is as the pack says, where nothing is asked for', () => {
    const { provider, live: order } = settleProvider(aProvider(), 'http://127.0.0.1/v1');
    expect(order).toBeNull();
    expect(provider).toEqual({ ...aProvider(), baseUrl: 'http://127.0.0.1/v1' });
  });

  it.each([
    ['names, the first to test with', ['big'], ['big'], 'big'],
    ['a name that the pack does not know', ['huge', 'small'], ['huge', 'small'], 'huge'],
    ['a pattern, tested with what the pack tests with', ['*'], ['big', 'small'], 'small'],
    ['a pattern without that', ['b*'], ['big'], 'big'],
    ['a name beside a pattern', ['huge', 's*'], ['huge', 'small'], 'huge'],
    ['a name twice', ['big', 'big'], ['big'], 'big'],
  ])('takes %s', (_, asked, models, tested) => {
    const { provider } = settleProvider(aProvider(), base, asked);
    expect(provider).toMatchObject({ defaultModels: models, smokeTestModel: tested });
    const { prices, channelTemplate } = provider;
    expect(Object.keys(prices?.perMillionTokens ?? {})).toEqual(models.filter((name) => name !== 'huge'));
    expect(Object.values(channelTemplate.modelMapping).every((target) => models.includes(target))).toBe(true);
  });

  it('offers what an alias stands for, and the alias', () => {
    const aliased = aProvider({ channelTemplate: { modelMapping: { best: 'big' } } });
    const { provider } = settleProvider(aliased, base, ['best']);
    expect(provider).toMatchObject({
      defaultModels: ['big'],
      smokeTestModel: 'big',
      channelTemplate: { modelMapping: { best: 'big' } },
    });
  });

  it('offers no alias that was not asked for, and follows one that is a pattern', () => {
    const mapped = aProvider({ channelTemplate: { modelMapping: { best: 'big', 'acme-*': 'small' } } });
    const named = settleProvider(mapped, base, ['big', 'acme-1']).provider;
    expect(named.defaultModels).toEqual(['big', 'small']);
    expect(named.channelTemplate.modelMapping).toEqual({ 'acme-1': 'small' });
    const own = settleProvider(mapped, base, ['acme-*']).provider;
    expect([own.defaultModels, own.channelTemplate.modelMapping]).toEqual([['small'], { 'acme-*': 'small' }]);
    expect(settleProvider(mapped, base, ['*']).provider.channelTemplate).toEqual(mapped.channelTemplate);
  });

  it('refuses two names that hosts do not tell apart', () => {
    expect(() => settleProvider(aProvider(), base, ['Big', 'big'])).toThrow(expect.objectContaining({ code: 'USAGE' }));
    const aliased = aProvider({ channelTemplate: { modelMapping: { best: 'big' } } });
    expect(() => settleProvider(aliased, base, ['best', 'BIG'])).toThrow(expect.objectContaining({ code: 'USAGE' }));
  });

  it('refuses a pattern that stands for nothing, naming what there is', () => {
    expect(() => settleProvider(aProvider(), base, ['qwen*'])).toThrow(
      expect.objectContaining({ code: 'USAGE', hint: 'It has big, small.' }),
    );
  });
});

describe('a provider whose models the upstream lists', () => {
  it('has none until it was asked', () => {
    const pack = live();
    expect(settleProvider(pack, base)).toMatchObject({
      provider: { defaultModels: [], smokeTestModel: '' },
      live: { pack, asked: [] },
    });
  });

  it('need not be asked where names are given', () => {
    const { provider, live: order } = settleProvider(live(), base, ['small']);
    expect([order, provider.defaultModels, provider.smokeTestModel]).toEqual([null, ['small'], 'small']);
  });

  it.each([
    ['all of it', {}, [], ['big', 'small-2', 'small-10', 'text-embed']],
    ['only some', { only: ['small*', 'big'] }, [], ['big', 'small-2', 'small-10']],
    ['all but some', { without: ['*embed*'] }, [], ['big', 'small-2', 'small-10']],
    ['what a pattern stands for', { without: ['*embed*'] }, ['*b*'], ['big']],
    [
      'a name that is left out or not listed, first',
      { without: ['*embed*'] },
      ['text-embed', 'new', 's*'],
      ['text-embed', 'new', 'small-2', 'small-10'],
    ],
  ])('takes %s', (_, liveModels, asked, models) => {
    const listed = ['small-10', 'big', 'text-embed', 'small-2', 'big'];
    expect(listedModels({ pack: live({ liveModels }), asked }, listed)).toEqual({ models, most: 200, alike: [] });
  });

  it('takes one of names that differ in case alone, as hosts know them for one', () => {
    const listed = ['Model', 'model', 'MODEL', 'other'];
    expect(listedModels({ pack: live(), asked: [] }, listed)).toMatchObject({
      models: [expect.stringMatching(/^model$/i), 'other'],
      alike: [expect.stringMatching(/^model$/i), expect.stringMatching(/^model$/i)],
    });
  });

  it('is tested with the model of the pack where it is listed, else with the first', () => {
    const tested = (pack: PackProvider, models: string[]) =>
      withModels({ pack, asked: [] }, base, models).smokeTestModel;
    expect(tested(live({ smokeTestModel: 'small' }), ['big', 'small'])).toBe('small');
    expect(tested(live({ smokeTestModel: 'gone' }), ['big', 'small'])).toBe('big');
    expect(tested(live({ smokeTestModel: 'best' }), ['big', 'small'])).toBe('best');
  });

  it('lets a listed model go before an alias that could stand for it', () => {
    const pack = live({ channelTemplate: { modelMapping: { 'a*': 'z', Z: 'z', other: 'z' } } });
    expect(withModels({ pack, asked: [] }, base, ['a', 'z']).channelTemplate.modelMapping).toEqual({ other: 'z' });
  });

  it('keeps aliases of what is listed, and what is free costs nothing', () => {
    const provider = withModels({ pack: live({ prices: 'free' }), asked: [] }, base, ['big']);
    expect(provider.channelTemplate.modelMapping).toEqual({ best: 'big' });
    expect(provider.prices).toEqual({ currency: 'USD', perMillionTokens: { big: { input: 0, output: 0 } } });
    const other = withModels({ pack: live(), asked: [] }, base, ['small']);
    expect(other.channelTemplate.modelMapping).toEqual({});
    expect(other.prices).toBeUndefined();
  });
});
