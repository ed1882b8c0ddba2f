import { describe, expect, it } from 'vitest';
import { platforms } from '../../../src/core/modes.ts';
import { Secret } from '../../../src/core/secrets/secret.ts';
import { accountId, partsOfId } from '../../../src/host/cliproxyapi/accounts/translate.ts';
import {
  listNames,
  listOf,
  platformOf,
  unitsIn,
  withUnit,
  type Unit,
} from '../../../src/host/cliproxyapi/lists/units.ts';
import { sketchOf } from '../../../src/host/cliproxyapi/lists/compare.ts';
import { markHeader, readMark, withMark, withoutMark, type Mark } from '../../../src/host/cliproxyapi/marks.ts';
import { faultOf } from '../../../src/host/cliproxyapi/proof.ts';
import { fingerprintOf } from '../../support/builders.ts';

const [one, two] = ['first-upstream-key-01', 'second-upstream-key-02'];

function aMark(names: readonly string[] = ['acme-01'], runs: readonly string[] = ['run-1']): Mark {
  const keys = names.map((name, index) => {
    const run = runs[index % runs.length] ?? '';
    return [fingerprintOf(`key-${index}`), { name, run, tested: index % 2 === 0 }] as const;
  });
  return { provider: 'acme', access: 'self_service', keys: new Map(keys) };
}

function aUnit(list: Unit['list'], changes: Partial<Unit> = {}): Unit {
  const keys = [one, two].map((key) => ({ fingerprint: fingerprintOf(key), key: new Secret(key), wire: null }));
  const marks = keys.map(({ fingerprint }, index) => {
    return [fingerprint, { name: `acme-0${index}`, run: `run-${index}`, tested: index === 1 }] as const;
  });
  return {
    list,
    name: list === 'openai-compatibility' ? 'relay-acme-self-service' : '',
    mark: { provider: 'acme', access: 'self_service', keys: new Map(marks) },
    baseUrl: 'https://api.acme.example/v1',
    mapping: { big: 'big', 'ns/small': 'small-2' },
    disabled: false,
    keys,
    ...changes,
  };
}

describe('the mark of an entry', () => {
  it.each([
    ['no key', aMark([])],
    ['one key', aMark()],
    ['names with quotes', aMark(['a "b" \'c\' \\ {}', '", "r": []', '$relay:v1 {}'])],
    ['names of all letters', aMark(['größe', '模型', '🔑', 'a\nb\tc', ''])],
    ['several runs', aMark(['a', 'b', 'c', 'd', 'e'], ['run-1', 'run-2', 'run "3"'])],
    [
      'as many keys as hosts take',
      aMark(
        Array.from({ length: 1000 }, (_, index) => `acme-${index}`),
        ['x', 'y'],
      ),
    ],
    ['the other mode', { ...aMark(), access: 'subscription' } satisfies Mark],
  ])('is read as it was written: %s', (_, mark) => {
    expect(readMark(withMark({}, mark))).toEqual(mark);
  });

  it('is a header that reaches no vendor, and of one line', () => {
    const { [markHeader]: value = '' } = withMark(null, aMark(['a\nb', 'c']));
    expect(value).toMatch(/^\$[^\n\r]*$/);
    expect(value).toBe(value.trim());
  });

  it('takes the place of an earlier one however that is spelled, and leaves the headers of others', () => {
    const others = { Authorization: 'Bearer x', 'X-Team': '$copied' };
    const before = { ...others, 'x-relay-MARK': 'old' };
    const after = withMark(before, aMark());
    expect(Object.keys(after)).toEqual([...Object.keys(others), markHeader]);
    expect(withoutMark(after)).toEqual(others);
    expect(readMark({ 'x-relay-mark': after[markHeader] ?? '' })).toEqual(aMark());
  });

  it.each([
    ['no headers', null],
    ['none of them', { 'X-Other': '$relay:v1 {"p":"acme","a":"subscription","r":[],"k":{}}' }],
    ['nothing in it', { [markHeader]: '' }],
    ['no JSON', { [markHeader]: '$relay:v1 {' }],
    ['another version', { [markHeader]: '$relay:v2 {"p":"acme","a":"subscription","r":[],"k":{}}' }],
    ['no dollar', { [markHeader]: 'relay:v1 {"p":"acme","a":"subscription","r":[],"k":{}}' }],
    ['no provider', { [markHeader]: '$relay:v1 {"a":"subscription","r":[],"k":{}}' }],
    ['no such mode', { [markHeader]: '$relay:v1 {"p":"acme","a":"free","r":[],"k":{}}' }],
    ['a key of another form', { [markHeader]: '$relay:v1 {"p":"acme","a":"subscription","r":["x"],"k":{"0":["a"]}}' }],
    ['a list', { [markHeader]: '$relay:v1 []' }],
    ['null', { [markHeader]: '$relay:v1 null' }],
  ])('is none with %s', (_, headers) => {
    expect(readMark(headers)).toBeNull();
  });

  it('says nothing of a key whose run it does not name', () => {
    const value = '$relay:v1 {"p":"acme","a":"subscription","r":["x"],"k":{"00":["a",1,0],"01":["b",0,0]}}';
    expect([...(readMark({ [markHeader]: value })?.keys.keys() ?? [])]).toEqual(['sha256:01']);
  });
});

describe('a unit', () => {
  it.each(listNames)('is read from %s as it was written there', (list) => {
    const unit = aUnit(list);
    const elements = withUnit([], unit);
    expect(elements).toHaveLength(list === 'openai-compatibility' ? 1 : 2);
    const [read, ...others] = unitsIn(list, elements);
    expect(others).toEqual([]);
    const opened = (each: Unit | undefined) => each?.keys.map(({ key, fingerprint }) => [key.open(), fingerprint]);
    expect(opened(read)).toEqual(opened(unit));
    expect({ ...read, keys: [] }).toEqual({ ...unit, keys: [] });
    expect(sketchOf(list, withUnit(elements, read ?? unit))).toEqual(sketchOf(list, elements));
  });

  it.each(listNames)('goes from %s with its keys, and takes nothing of others along', (list) => {
    const other = withUnit([], aUnit(list, { name: 'other', mark: { ...aMark(), provider: 'other' } }));
    const foreign = [{ name: 'x', 'api-key': one, 'base-url': 'https://a.example', 'unknown-field': { a: [1] } }];
    const both = withUnit([...foreign, ...other], aUnit(list));
    expect(withUnit(both, aUnit(list, { keys: [] }))).toEqual([...foreign, ...other]);
  });

  it('is written only with a mark', () => {
    expect(() => withUnit([], aUnit('openai-compatibility', { mark: null }))).toThrow('without a mark');
  });

  it.each(platforms)('of %s stands in a list of its own', (platform) => {
    expect(platformOf(listOf[platform])).toBe(platform);
  });

  it.each([
    [[{ name: 'up', alias: 'down' }], { down: 'up' }],
    [[{ name: 'up' }, { alias: 'alone' }, {}], { up: 'up', alone: 'alone' }],
    [
      [
        { name: 'one', alias: 'x' },
        { name: 'two', alias: 'x' },
      ],
      { x: 'two' },
    ],
    [null, {}],
    [undefined, {}],
  ])('with the models %j maps %j', (models, mapping) => {
    const [unit] = unitsIn('openai-compatibility', [{ name: 'a', 'base-url': 'https://a.example', models }]);
    expect(unit).toMatchObject({ mapping, keys: [], mark: null });
  });
});

describe('a sketch', () => {
  const entry = {
    name: 'a',
    'base-url': 'https://a.example',
    'api-key-entries': [{ 'api-key': one }, { 'api-key': two }],
    models: [{ name: 'x' }, { name: 'y', alias: 'z' }],
    headers: { 'X-A': '1', 'X-B': '2' },
  };
  const sketch = (changes: object) => sketchOf('openai-compatibility', [{ ...entry, ...changes }]);

  it.each<[string, object]>([
    ['white space that the host cuts off', { name: ' a', 'base-url': 'https://a.example ' }],
    ['the order of models', { models: entry.models.toReversed() }],
    ['the case and order of headers', { headers: { 'x-b': '2 ', 'x-a': '1' } }],
    ['an alias that says the name', { models: [{ name: 'x', alias: 'x' }, entry.models[1]] }],
    ['the index of a key', { 'api-key-entries': [{ 'api-key': one, 'auth-index': '0f' }, { 'api-key': ` ${two}` }] }],
    ['a switch that is off', { disabled: false }],
  ])('is the same whatever is %s', (_, changes) => {
    expect(sketch(changes)).toEqual(sketch({}));
  });

  it.each<[string, object]>([
    ['name', { name: 'b' }],
    ['case of the name', { name: 'A' }],
    ['address', { 'base-url': 'https://b.example' }],
    ['key', { 'api-key-entries': [{ 'api-key': one }] }],
    ['order of keys', { 'api-key-entries': entry['api-key-entries'].toReversed() }],
    ['model', { models: [{ name: 'x' }, { name: 'y' }] }],
    ['header', { headers: { 'X-A': '1' } }],
    ['switch', { disabled: true }],
  ])('is another with another %s', (_, changes) => {
    expect(sketch(changes)).not.toEqual(sketch({}));
  });
});

describe('what the answer of a vendor means', () => {
  it.each([
    [401, '', 'refused'],
    [403, 'quota_gone', 'refused'],
    [402, '', 'exhausted'],
    [429, 'slow down', 'throttled'],
    [429, '{"code":"quota_gone"}', 'exhausted'],
    [429, '{"code":"quota_goner"}', 'throttled'],
    [400, 'quota_gone', 'exhausted'],
    [400, '', 'other'],
    [404, '', 'other'],
    [408, '', 'busy'],
    [500, '', 'busy'],
    [503, 'quota_gone', 'exhausted'],
    [529, '', 'busy'],
  ] as const)('%d "%s": %s', (status, body, fault) => {
    expect(faultOf({ status, body }, ['quota_gone'])).toBe(fault);
  });
});

describe('the id of an account', () => {
  it.each(['relay-acme-self-service', 'relay-a/b-subscription', 'openai-compatibility:https://x'])(
    'in %s names its place and its key',
    (place) => {
      const fingerprint = fingerprintOf(one);
      expect(partsOfId(accountId(place, fingerprint))).toEqual({ place, fingerprint });
    },
  );
});
