import { describe, expect, it } from 'vitest';
import {
  channelBase,
  platformOf,
  reaches,
  typeFor,
  upstreamBase,
  upstreamOf,
} from '../../../src/host/new-api/channel-types.ts';
import { readNote, withNote } from '../../../src/host/new-api/marker.ts';
import {
  additions,
  desiredRatios,
  partsIn,
  pricesIn,
  sameRatios,
  withdrawals,
} from '../../../src/host/new-api/prices.ts';
import { ownTexts, type Options } from '../../../src/host/new-api/options.ts';
import { faultOf } from '../../../src/host/new-api/test-fault.ts';
import { Redactor } from '../../../src/core/secrets/redactor.ts';
import { aMarker, aProvider } from '../../support/builders.ts';

const redactor = new Redactor();
const screen = {
  clean: (text: string) => redactor.clean(text),
  name: (text: string) => redactor.name(text),
  hide: (text: string) => redactor.hide(text),
};

describe('what a failed test of new-api means', () => {
  it.each([
    ['bad response status code 401, message: Invalid Authentication, body: {}', 'unknown_error', 'refused'],
    ['bad response status code 402, message: no balance', 'x', 'refused'],
    ['bad response status code 403, body: Forbidden', 'bad_response_status_code', 'refused'],
    ['bad response status code 429, message: slow down', 'rate_limit', 'throttled'],
    ['bad response status code 429, body: {"code":"1113"}', 'x', 'exhausted'],
    ['bad response status code 429, body: {"code":"11130"}', 'x', 'throttled'],
    ['bad response status code 503, body: later', 'x', 'busy'],
    ["invalid character '<' looking for beginning of value", 'bad_response_body', 'junk'],
    ['模型 x 的价格未配置', 'model_price_error', 'other'],
    ['do request failed: connection refused', 'do_request_failed', 'busy'],
    ['', '', 'other'],
  ] as const)('%s (%s): %s', (message, code, fault) => {
    expect(faultOf(message, code, ['1113'])).toBe(fault);
  });
});

describe('the note in a remark', () => {
  const marker = aMarker({ last4: 'a&=]', revoked: true, sets: ['type'] });

  it('is read as it was written, with what people have written around it', () => {
    const note = { marker, tested: true, paused: true, channel: 7 };
    const remark = withNote('ask Jo first', note);
    expect(remark).toMatch(/^ask Jo first \[relay /);
    expect(readNote(`${remark} or Kim`, screen)).toEqual(note);
    expect(withNote(`${remark} or Kim`, { ...note, paused: false })).toMatch(/^ask Jo first {2}or Kim \[relay /);
  });

  it('fits into 255 characters with the longest id of a provider', () => {
    const longest = aMarker({ provider: 'p'.repeat(64), run: '20261129-084001-abcdef', last4: 'abcd' });
    expect(withNote('', { marker: longest, tested: true, paused: true, channel: 123_456 }).length).toBeLessThan(255);
  });

  it.each(['', 'mine', '[relay provider=x]', '[relay provider=x&access=nobody&run=r&key=k]'])(
    'is none in "%s"',
    (text) => {
      expect(readNote(text, screen).marker).toBeNull();
    },
  );

  it('leaves what people have written when it goes', () => {
    const remark = withNote('mine', { marker, tested: false, paused: false, channel: null });
    expect(withNote(remark, { marker: null, tested: false, paused: false, channel: null })).toBe('mine');
  });
});

describe('prices as multiples', () => {
  it('are of two dollars for input, and of input for the rest; what has no price of its own is input', () => {
    expect(desiredRatios(aProvider())).toEqual({
      big: { input: 1, output: 5, cacheRead: 0.25, cacheWrite: 1 },
      small: { input: 0.05, output: 4, cacheRead: 1, cacheWrite: 1 },
    });
  });

  it('of an alias are those of what it stands for; where the pack has none, nothing is made up', () => {
    const provider = aProvider();
    provider.channelTemplate.modelMapping = { fast: 'small', other: 'unknown' };
    provider.defaultModels = [];
    expect(desiredRatios(provider)).toEqual({
      fast: { input: 0.05, output: 4, cacheRead: 1, cacheWrite: 1 },
      other: null,
    });
  });

  it('in another currency are turned into dollars, and of what is free are no multiples', () => {
    const provider = aProvider({ defaultModels: ['big', 'free'] });
    provider.channelTemplate.modelMapping = {};
    provider.prices = {
      currency: 'CNY',
      usdRate: 7,
      perMillionTokens: { big: { input: 14, output: 28 }, free: { input: 0, output: 0 } },
    };
    expect(desiredRatios(provider)).toEqual({
      big: { input: 1, output: 2, cacheRead: 1, cacheWrite: 1 },
      free: { input: 0, output: 1, cacheRead: 1, cacheWrite: 1 },
    });
  });

  const options = (changes: Partial<Options>): Options => ({
    maps: {
      GroupRatio: {},
      UserUsableGroups: {},
      [ownTexts]: {},
      ModelRatio: { a: 1, b: 2, c: 'x' },
      ModelPrice: { b: 0.1 },
      CompletionRatio: { a: 3 },
      CacheRatio: {},
      CreateCacheRatio: {},
    },
    broken: [],
    locked: new Map(),
    servesUnpriced: false,
    takesPlans: true,
    isWhole: true,
    ...changes,
  });

  it('are read as the host bills them: by call before by token, and built in before set', () => {
    expect(pricesIn(options({})).models).toEqual({
      a: { input: 1, output: 3, cacheRead: 1, cacheWrite: 1.25 },
      b: 'per call',
    });
    expect(pricesIn(options({ locked: new Map([['a', 8]]) }), ['a', 'z']).models).toEqual({
      a: { input: 1, output: 8, cacheRead: 1, cacheWrite: 1.25 },
    });
  });

  const ratios = { input: 1, output: 2, cacheRead: 3, cacheWrite: 4 };

  it('are added with the input last, by which a model begins to work, and taken away with it first', () => {
    const added = additions({ m: ratios });
    expect(added.map(({ map, value, ifAbsent }) => [map, value, ifAbsent])).toEqual([
      ['CompletionRatio', 2, true],
      ['CacheRatio', 3, true],
      ['CreateCacheRatio', 4, true],
      ['ModelRatio', 1, true],
    ]);
    expect(withdrawals({ m: ratios })).toEqual(
      added.map(({ map, entry }) => ({ map, entry, value: undefined })).toReversed(),
    );
    expect(additions({ m: { output: 2 } }).map(({ map }) => map)).toEqual(['CompletionRatio']);
  });

  it('are one to within what the host keeps', () => {
    expect(sameRatios('per call', ratios)).toBe(false);
    expect(sameRatios({ ...ratios, output: 2.000_000_1 }, ratios)).toBe(true);
    expect(sameRatios({ ...ratios, cacheWrite: 5 }, ratios)).toBe(false);
  });

  it('stand in four maps, of which each may hold a model alone', () => {
    const found = options({});
    found.maps.CacheRatio['new'] = 0.1;
    expect(partsIn(found)).toEqual({ a: { input: 1, output: 3 }, b: { input: 2 }, new: { cacheRead: 0.1 } });
    expect(partsIn(found, { a: { output: 9 }, new: { input: 1 } })).toEqual({ a: { output: 3 } });
  });
});

describe('the address of a channel', () => {
  it.each([
    ['https://api.moonshot.cn/v1', 'openai', 'https://api.moonshot.cn'],
    ['https://api.moonshot.cn/v1/', 'openai', 'https://api.moonshot.cn'],
    ['https://api.deepseek.com', 'openai', 'https://api.deepseek.com'],
    ['https://dashscope.example/compatible-mode/v1', 'openai', 'https://dashscope.example/compatible-mode'],
    ['https://open.example/api/paas/v4', 'openai', 'https://open.example/api/paas/v4'],
    ['https://api.anthropic.com/v1', 'anthropic', 'https://api.anthropic.com'],
    ['https://generative.example/v1beta', 'gemini', 'https://generative.example'],
  ] as const)('%s (%s) is given as %s', (documented, platform, given) => {
    expect(upstreamBase(documented, platform)).toBe(given);
  });

  it.each([
    [1, 'https://api.example', true],
    [1, 'https://open.example/api/paas/v4', false],
    [26, 'https://open.example/api/paas/v4', true],
    [26, 'https://open.example', false],
    [45, 'https://ark.example/api/v3', true],
  ])('type %i reaches %s: %s', (type, base, isReached) => {
    expect(reaches(type, base)).toBe(isReached);
    if (isReached) expect(upstreamOf(type, channelBase(type, base))).toBe(base);
  });

  it('has the type of its protocol, unless the pack names one', () => {
    expect([typeFor('anthropic', undefined), typeFor('openai', 26)]).toEqual([14, 26]);
    expect([platformOf(14), platformOf(24), platformOf(26), platformOf(999)]).toEqual([
      'anthropic',
      'gemini',
      'openai',
      'openai',
    ]);
  });
});
