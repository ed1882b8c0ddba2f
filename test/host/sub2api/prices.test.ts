import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ChannelPrice } from '../../../src/host/sub2api/objects.ts';
import type { Provider } from '../../../src/pack/manifest.ts';
import {
  mergePrices,
  samePrice,
  samePriceList,
  unpricedModels,
  desiredPrices,
} from '../../../src/host/sub2api/layout/prices.ts';
import { aPrice, aProvider } from '../../support/builders.ts';

type Prices = NonNullable<Provider['prices']>;

function priced(
  perMillionTokens: Prices['perMillionTokens'],
  defaultModels: string[],
  more: Partial<Prices> = {},
): Provider {
  return aProvider({ defaultModels, prices: { currency: 'USD', perMillionTokens, ...more } });
}

/** A price of the pack's: what it does not price of the cache is input. */
function billed(changes: Partial<ChannelPrice> & { input: number }): ChannelPrice {
  return aPrice({ cacheRead: changes.input, cacheWrite: changes.input, ...changes });
}

describe('the price entries that a provider asks for (B10, N18)', () => {
  it('hold US dollars per token, one entry for each distinct price', () => {
    const provider = priced(
      {
        a: { input: 2, output: 10, cacheRead: 0.5 },
        b: { input: 1, output: 4 },
        c: { input: 2, output: 10, cacheRead: 0.5 },
      },
      ['a', 'b', 'c'],
    );
    expect(desiredPrices(provider)).toEqual([
      billed({ models: ['a', 'c'], input: 0.000002, output: 0.00001, cacheRead: 0.0000005 }),
      billed({ models: ['b'], input: 0.000001, output: 0.000004 }),
    ]);
  });

  it('are counted from another currency by its rate', () => {
    const provider = priced({ a: { input: 7.1, output: 14.2, cacheWrite: 0.71 } }, ['a'], {
      currency: 'CNY',
      usdRate: 7.1,
    });
    expect(desiredPrices(provider)).toEqual([
      billed({ models: ['a'], input: 0.000001, output: 0.000002, cacheWrite: 0.0000001 }),
    ]);
  });

  it('do not take the rate for US dollars', () => {
    expect(desiredPrices(priced({ a: { input: 1, output: 1 } }, ['a'], { usdRate: 7 }))[0]).toMatchObject({
      input: 0.000001,
    });
  });

  it('keep a price of nothing apart from none', () => {
    expect(desiredPrices(priced({ free: { input: 0, output: 0 } }, ['free', 'unknown']))).toEqual([
      billed({ models: ['free'], input: 0, output: 0 }),
      aPrice({ models: ['unknown'] }),
    ]);
  });

  it('are rounded to the twelve decimals that hosts keep', () => {
    expect(desiredPrices(priced({ a: { input: 0.000_001_4, output: 1 / 3 } }, ['a']))[0]).toMatchObject({
      input: 1e-12,
      output: 0.000_000_333_333,
    });
  });

  it('hold every default model once, without prices when the pack has none', () => {
    const { prices: _, ...bare } = aProvider();
    expect(desiredPrices(bare)).toEqual([aPrice({ models: ['big', 'small'] })]);
    expect(unpricedModels(bare)).toEqual(['big', 'small']);
  });

  it('name the models without a price', () => {
    expect(unpricedModels(priced({ b: { input: 1, output: 1 }, z: { input: 1, output: 1 } }, ['a', 'b', 'c']))).toEqual(
      ['a', 'c'],
    );
  });
});

describe('the prices of a channel after relay has set its own (N7)', () => {
  const provider = priced({ big: { input: 2, output: 10 } }, ['big', 'open']);
  const own = [billed({ models: ['big'], input: 0.000002, output: 0.00001 }), aPrice({ models: ['open'] })];

  it.each<[string, ChannelPrice[], ChannelPrice[]]>([
    ['of an empty channel are the own', [], own],
    ['that were set before stay', own, own],
    [
      'of another platform stay',
      [aPrice({ platform: 'gemini', models: ['big'], input: 5 })],
      [aPrice({ platform: 'gemini', models: ['big'], input: 5 }), ...own],
    ],
    [
      'of a model of others stay',
      [aPrice({ models: ['theirs'], input: 5 })],
      [aPrice({ models: ['theirs'], input: 5 }), ...own],
    ],
    ['of an own model are replaced', [aPrice({ models: ['big'], input: 5 })], own],
    ['of an own model in other capitals are replaced', [aPrice({ models: ['BIG'], input: 5 })], own],
    [
      'lose the own model out of an entry of others',
      [aPrice({ models: ['big', 'theirs'], input: 5 })],
      [aPrice({ models: ['theirs'], input: 5 }), ...own],
    ],
    [
      'that others set for a model without a price stay',
      [aPrice({ models: ['open'], input: 5 })],
      [aPrice({ models: ['open'], input: 5 }), own[0]!],
    ],
    [
      'that others set by output only stay',
      [aPrice({ models: ['open'], output: 5 })],
      [aPrice({ models: ['open'], output: 5 }), own[0]!],
    ],
    [
      'that others set at nothing stay',
      [aPrice({ models: ['open'], input: 0 })],
      [aPrice({ models: ['open'], input: 0 }), own[0]!],
    ],
    [
      'that others set for each request stay',
      [aPrice({ models: ['open'], billing: 'per_request' })],
      [aPrice({ models: ['open'], billing: 'per_request' }), own[0]!],
    ],
    [
      'that others set by intervals stay',
      [aPrice({ models: ['open'], rest: { intervals: [{ min: 1 }] } })],
      [aPrice({ models: ['open'], rest: { intervals: [{ min: 1 }] } }), own[0]!],
    ],
    [
      'keep what the host adds to an entry',
      [billed({ models: ['big'], input: 0.000002, output: 0.00001, rest: { image: 1 } })],
      [{ ...own[0]!, rest: { image: 1 } }, own[1]!],
    ],
    [
      'keep what the host adds to an entry that holds models of others too',
      [billed({ models: ['theirs', 'big'], input: 0.000002, output: 0.00001, rest: { image: 1 } })],
      [
        billed({ models: ['theirs'], input: 0.000002, output: 0.00001, rest: { image: 1 } }),
        { ...own[0]!, rest: { image: 1 } },
        own[1]!,
      ],
    ],
    [
      'do not keep what it adds to an entry of another price',
      [aPrice({ models: ['big'], input: 5, rest: { image: 1 } })],
      own,
    ],
    ['lose an entry without a model', [aPrice({ models: [] })], own],
  ])('%s', (_, snapshot, desired) => {
    expect(mergePrices(snapshot, provider)).toEqual(desired);
  });

  it('that others set for the cache only stay', () => {
    const theirs = aPrice({ models: ['open'], cacheRead: 1e-7 });
    expect(mergePrices([theirs], provider)).toContainEqual(theirs);
  });

  const names = fc.constantFrom('big', 'small', 'open', 'BIG', 'theirs', 'other', 'third');
  const amount = fc.constantFrom(null, 0, 1e-6, 2e-6, 1e-5);
  /** As a host holds them: no model twice on one platform. */
  const lists = fc
    .uniqueArray(
      fc.record({
        platform: fc.constantFrom('openai', 'anthropic'),
        model: names,
        entry: fc.nat(3),
      }),
      { selector: ({ platform, model }) => `${platform} ${model.toLowerCase()}`, maxLength: 10 },
    )
    .chain((places) =>
      fc
        .array(
          fc.record({
            billing: fc.constantFrom('token', 'per_request'),
            input: amount,
            output: amount,
            rest: fc.constantFrom({}, { intervals: [{ min: 1 }] }, { note: 'x' }),
          }),
          { minLength: 8, maxLength: 8 },
        )
        .map((entries) =>
          entries.flatMap((entry, index) => {
            const platform = index % 2 === 0 ? 'openai' : 'anthropic';
            const models = places
              .filter((place) => place.platform === platform && place.entry === index >> 1)
              .map((place) => place.model);
            return models.length === 0 ? [] : [aPrice({ ...entry, platform, models })];
          }),
        ),
    );
  const providers = fc.constantFrom(
    aProvider(),
    provider,
    priced({}, ['big', 'small', 'open']),
    priced({ big: { input: 2, output: 10 }, small: { input: 2, output: 10 }, open: { input: 0, output: 0 } }, [
      'big',
      'small',
      'open',
    ]),
  );

  it('are the same when they are set twice', () => {
    fc.assert(
      fc.property(lists, providers, (snapshot, desired) => {
        const once = mergePrices(snapshot, desired);
        const twice = mergePrices(once, desired);
        expect(twice).toEqual(once);
        expect(samePriceList(once, twice)).toBe(true);
      }),
    );
  });

  it('never touch another platform, nor what others set', () => {
    fc.assert(
      fc.property(lists, providers, (snapshot, desired) => {
        const merged = mergePrices(snapshot, desired);
        expect(merged.filter((entry) => entry.platform !== 'openai')).toEqual(
          snapshot.filter((entry) => entry.platform !== 'openai'),
        );
        const pricedByPack = desired.defaultModels.filter((model) => !unpricedModels(desired).includes(model));
        const known = desired.defaultModels.map((model) => model.toLowerCase());
        for (const entry of snapshot.filter((each) => each.platform === 'openai')) {
          for (const model of entry.models) {
            if (pricedByPack.includes(model.toLowerCase())) continue;
            const isSet = entry.input !== null || entry.output !== null || entry.billing !== 'token';
            if (!isSet && known.includes(model.toLowerCase())) continue;
            const { models: _, ...wantedEntry } = entry;
            expect(merged).toContainEqual(
              expect.objectContaining({ ...wantedEntry, models: expect.arrayContaining([model]) }),
            );
          }
        }
      }),
    );
  });

  it('hold each default model exactly once, at the price of the pack where it has one', () => {
    fc.assert(
      fc.property(lists, providers, (snapshot, desired) => {
        const merged = mergePrices(snapshot, desired).filter((entry) => entry.platform === 'openai');
        const models = merged.flatMap((entry) => entry.models.map((model) => model.toLowerCase()));
        expect(new Set(models).size).toBe(models.length);
        expect(models).toEqual(expect.arrayContaining(desired.defaultModels));
        for (const entry of desiredPrices(desired).filter((each) => each.input !== null)) {
          for (const model of entry.models)
            expect(
              merged.some((each) => each.models.includes(model) && samePrice(each, entry)),
              model,
            ).toBe(true);
        }
      }),
    );
  });
});

describe('two lists of prices', () => {
  const a = aPrice({ models: ['a'], input: 1e-6 });

  it.each<[string, boolean, ChannelPrice[], ChannelPrice[]]>([
    ['are alike when they are', true, [a], [a]],
    ['are alike in another order', true, [a, aPrice({ models: ['b'] })], [aPrice({ models: ['b'] }), a]],
    ['are alike when models are spread otherwise', true, [{ ...a, models: ['a', 'b'] }], [{ ...a, models: ['b'] }, a]],
    ['are alike when the host adds something', true, [a], [{ ...a, rest: { id: 1 } }]],
    ['are alike within the rounding of a host', true, [a], [{ ...a, input: 1e-6 + 4e-13 }]],
    ['differ in an amount', false, [a], [{ ...a, input: 2e-6 }]],
    ['differ in the cache', false, [a], [{ ...a, cacheRead: 0 }]],
    ['differ where nothing is not none', false, [{ ...a, input: 0 }], [{ ...a, input: null }]],
    ['differ in the billing', false, [a], [{ ...a, billing: 'per_request' }]],
    ['differ in the platform', false, [a], [{ ...a, platform: 'gemini' }]],
    ['differ in a model', false, [a], [a, aPrice({ models: ['b'] })]],
    ['differ in the name of a model', false, [a], [{ ...a, models: ['b'] }]],
  ])('%s', (_, alike, one, other) => {
    expect(samePriceList(one, other)).toBe(alike);
    expect(samePriceList(other, one)).toBe(alike);
  });
});
