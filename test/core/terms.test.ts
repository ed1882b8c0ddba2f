import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { codes } from '../../src/core/codes.ts';
import { lengthInWords } from '../../src/core/secrets/length-in-words.ts';
import { isLoopback } from '../../src/core/loopback.ts';
import { didYouMean, nearest } from '../../src/core/suggest.ts';
import { problem, RelayError } from '../../src/core/relay-error.ts';
import { Secret } from '../../src/core/secrets/secret.ts';

describe('a sealed secret', () => {
  const value = 'the-secret-itself';
  const secret = new Secret(value);

  it('opens to its text', () => {
    expect(secret.open()).toBe(value);
  });

  it.each([
    ['in a template', () => `${secret}`],
    ['joined', () => [secret].join()],
    ['as JSON', () => JSON.stringify({ secret })],
    ['inspected', () => inspect({ deep: [secret] }, { depth: null, showHidden: true })],
    ['as a cause of an error', () => inspect(new Error('x', { cause: secret }))],
  ])('does not show %s (N1)', (_, show) => {
    expect(show()).not.toContain(value);
    expect(show()).toContain('[sealed]');
  });

  it('has no property that a serializer could find (N1)', () => {
    expect(Reflect.ownKeys(secret)).toEqual([]);
    expect(Object.values({ ...secret })).toEqual([]);
  });
});

describe('a length of time in words', () => {
  it.each([
    [0, '0 seconds'],
    [1999, '1 second'],
    [59_999, '59 seconds'],
    [60_000, '1 minute'],
    [119 * 60_000, '119 minutes'],
    [120 * 60_000, '2 hours'],
    [47 * 3_600_000, '47 hours'],
    [48 * 3_600_000, '2 days'],
  ])('%i ms: %s', (ms, words) => {
    expect(lengthInWords(ms)).toBe(words);
  });
});

describe('the nearest known word', () => {
  const known = ['baseUrl', 'platform', 'prices', 'id', 'defaultModels', 'default'];

  it.each([
    ['baseURL', 'baseUrl'],
    ['base_url', 'baseUrl'],
    ['plattform', 'platform'],
    ['price', 'prices'],
    ['defaultModel', 'defaultModels'],
    ['defalt', 'default'],
    ['ids', 'id'],
    ['DEFAULT', 'default'],
    ['di', 'id'],
  ])('of "%s" is "%s"', (word, desired) => {
    expect(nearest(word, known)).toBe(desired);
  });

  it.each(['colour', 'zzzzzzzz', '', 'platformOfTheVendor'])('of "%s" is none', (word) => {
    expect(nearest(word, known)).toBeUndefined();
  });

  it('becomes a question, or nothing', () => {
    expect(didYouMean('pratform', known)).toBe(' Did you mean "platform"?');
    expect(didYouMean('colour', known)).toBe('');
  });
});

describe('an address that never leaves the machine', () => {
  it.each(['localhost', 'api.localhost', '127.0.0.1', '127.255.1.2', '[::1]'])('is "%s"', (hostname) => {
    expect(isLoopback(hostname)).toBe(true);
  });

  it.each([
    '0.0.0.0',
    '10.0.0.1',
    '127.0.0.1.example.com',
    'localhost.example.com',
    'notlocalhost',
    '[::2]',
    '128.0.0.1',
    '',
  ])('is not "%s"', (hostname) => {
    expect(isLoopback(hostname)).toBe(false);
  });
});

describe('an error', () => {
  it('takes its hint from the table of codes, unless it has a better one', () => {
    expect(new RelayError('KEYS_EMPTY', 'x').hint).toBe(codes.KEYS_EMPTY.hint);
    expect(new RelayError('KEYS_EMPTY', 'x', { hint: 'y' }).hint).toBe('y');
    expect(problem('DRIFT', 'x')).toEqual({ code: 'DRIFT', message: 'x', hint: codes.DRIFT.hint });
  });

  it('becomes a problem that holds all its lines', () => {
    const error = new RelayError('MANIFEST_INVALID', 'two faults', { details: ['one', 'two'], hint: 'mend' });
    expect(error.toProblem()).toEqual({ code: 'MANIFEST_INVALID', message: 'two faults\none\ntwo', hint: 'mend' });
  });

  it('keeps its cause', () => {
    const cause = new Error('below');
    expect(new RelayError('INTERNAL', 'x', { cause })).toMatchObject({ name: 'RelayError', cause });
  });
});

describe('the table of codes', () => {
  it('holds stable words in capitals, each with a sentence, a hint and a known exit code (N11)', () => {
    for (const [code, { exit, summary, hint }] of Object.entries(codes)) {
      expect(code).toMatch(/^[A-Z]+(?:_[A-Z]+)*$/);
      expect(summary, code).toMatch(/^\S.*\.$/);
      expect(hint, code).toMatch(/\.$/);
      expect([0, 1, 2, 3, 4, 5, 6, 7, 130], code).toContain(exit);
    }
  });

  it.each([
    ['USAGE', 2],
    ['KEYS_EMPTY', 2],
    ['FOREIGN_OBJECT', 2],
    ['MANIFEST_INVALID', 2],
    ['HOST_UNREACHABLE', 3],
    ['LOGIN_REFUSED', 3],
    ['COMPLIANCE_GATE', 3],
    ['GATEWAY_NOT_READY', 7],
    ['INTERNAL', 1],
    ['KEY_UNPROVEN', 0],
  ] as const)('gives %s the exit code %i (N11)', (code, exit) => {
    expect(codes[code].exit).toBe(exit);
  });
});
