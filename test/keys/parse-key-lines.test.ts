import { createHmac } from 'node:crypto';
import { inspect } from 'node:util';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fingerprintKey } from '../../src/keys/fingerprint.ts';
import { acceptedKeys, type KeyFile } from '../../src/keys/key-file.ts';
import { parseKeyLines } from '../../src/keys/parse-key-lines.ts';
import { Secret } from '../../src/core/secrets/secret.ts';

/** The byte-order mark is taken off before the form is known. */
const textKeys = (text: string): KeyFile => parseKeyLines(text.replace(/^\uFEFF/, ''));

/** The keys of a file with their lines, and the numbers of the malformed lines. */
function shape(file: KeyFile): { keys: [number, string, number | null][]; malformed: number[] } {
  return {
    keys: file.entries.flatMap((entry) =>
      entry.kind === 'key' ? [[entry.line, entry.key.open(), entry.duplicateOf]] : [],
    ),
    malformed: file.entries.flatMap((entry) => (entry.kind === 'malformed' ? [entry.line] : [])),
  };
}

describe('the lines of a key file (B4, N2)', () => {
  it.each<[string, string, Partial<KeyFile> & { keys?: [number, string, number | null][]; malformed?: number[] }]>([
    ['nothing at all', '', { lines: 0, blank: 0 }],
    ['only a byte-order mark', '\uFEFF', { lines: 0, blank: 0 }],
    ['one key without a newline', 'test-key-a', { lines: 1, blank: 0, keys: [[1, 'test-key-a', null]] }],
    ['one key', 'test-key-a\n', { lines: 1, blank: 0, keys: [[1, 'test-key-a', null]] }],
    ['an empty line', '\n', { lines: 1, blank: 1 }],
    ['an empty line at the end', 'test-key-a\n\n', { lines: 2, blank: 1, keys: [[1, 'test-key-a', null]] }],
    ['a byte-order mark', '\uFEFFtest-key-a\n', { lines: 1, keys: [[1, 'test-key-a', null]] }],
    [
      'a byte-order mark before a comment',
      '\uFEFF# c\ntest-key-a\n',
      { lines: 2, blank: 1, keys: [[2, 'test-key-a', null]] },
    ],
    [
      'CRLF',
      'test-key-a\r\ntest-key-b\r\n',
      {
        lines: 2,
        blank: 0,
        keys: [
          [1, 'test-key-a', null],
          [2, 'test-key-b', null],
        ],
      },
    ],
    [
      'CR',
      'test-key-a\rtest-key-b\r',
      {
        lines: 2,
        blank: 0,
        keys: [
          [1, 'test-key-a', null],
          [2, 'test-key-b', null],
        ],
      },
    ],
    [
      'all three ends of lines',
      'test-key-a\r\ntest-key-b\rtest-key-c\ntest-key-d',
      {
        lines: 4,
        blank: 0,
        keys: [
          [1, 'test-key-a', null],
          [2, 'test-key-b', null],
          [3, 'test-key-c', null],
          [4, 'test-key-d', null],
        ],
      },
    ],
    [
      'LF before CR, which are two ends',
      'test-key-a\n\rtest-key-b',
      {
        lines: 3,
        blank: 1,
        keys: [
          [1, 'test-key-a', null],
          [3, 'test-key-b', null],
        ],
      },
    ],
    [
      'white space around',
      ' \ttest-key-a\t \n\u00A0test-key-b\u3000\n',
      {
        lines: 2,
        blank: 0,
        keys: [
          [1, 'test-key-a', null],
          [2, 'test-key-b', null],
        ],
      },
    ],
    ['only white space', ' \t \n\u00A0\n', { lines: 2, blank: 2 }],
    ['comments', '# one\n  # two\n#\ntest-key-a\n', { lines: 4, blank: 3, keys: [[4, 'test-key-a', null]] }],
    ['a sharp inside a key', 'test-key#a\n', { lines: 1, blank: 0, keys: [[1, 'test-key#a', null]] }],
    ['a comment after a key', 'test-key-a # mine\n', { lines: 1, malformed: [1] }],
    [
      'white space inside',
      'test-key a\ntest-key\tb\ntest-key\u00A0c\ntest-key\u2028d\n',
      { lines: 4, malformed: [1, 2, 3, 4] },
    ],
    [
      'control characters inside',
      'test-key\u0000a\ntest-key\u001Bb\ntest-key\u007Fc\ntest-key\u0085d\n',
      { lines: 4, malformed: [1, 2, 3, 4] },
    ],
    [
      'invisible characters inside',
      'test-key\u200Ba\ntest-key\u202Eb\ntest-key\u00ADc\n',
      { lines: 3, malformed: [1, 2, 3] },
    ],
    ['a byte-order mark inside', 'test-key\uFEFFa\n', { lines: 1, malformed: [1] }],
    ['a control character at the end', 'test-key-a\u0000\n', { lines: 1, malformed: [1] }],
    ['other than ASCII', 'schlüssel\n密钥\n🔑key\n', { lines: 3, malformed: [1, 2, 3] }],
    ['a typographic dash', 'sk–long-key\n', { lines: 1, malformed: [1] }],
    ['a key of 8 characters', 'abcd-123\n', { lines: 1, keys: [[1, 'abcd-123', null]] }],
    ['a key of 7 characters', 'abc-123\n', { lines: 1, malformed: [1] }],
    ['a key of 4096 characters', `${'k'.repeat(4096)}\n`, { lines: 1, keys: [[1, 'k'.repeat(4096), null]] }],
    ['a key of 4097 characters', `${'k'.repeat(4097)}\n`, { lines: 1, malformed: [1] }],
    ['a key in quotes', '"test-key-a"\n\'test-key-b\'\n`test-key-c`\n', { lines: 3, malformed: [1, 2, 3] }],
    [
      'settings of a shell or .env file',
      'KIMI_KEY=test-key-a\napi_key=test-key-b\nexport K=test-key-c\n',
      { lines: 3, malformed: [1, 2, 3] },
    ],
    ['a key that ends in =', 'dGVzdGtleQ==\n', { lines: 1, keys: [[1, 'dGVzdGtleQ==', null]] }],
    ['cells without a header', 'test-key-a;first\ntest-key-b,second\n', { lines: 2, malformed: [1, 2] }],
    ['every printable character but , and ;', `${printable()}\n`, { lines: 1, keys: [[1, printable(), null]] }],
    [
      'duplicates',
      'test-key-a\ntest-key-b\ntest-key-a\n test-key-a \ntest-key-b\n',
      {
        lines: 5,
        keys: [
          [1, 'test-key-a', null],
          [2, 'test-key-b', null],
          [3, 'test-key-a', 1],
          [4, 'test-key-a', 1],
          [5, 'test-key-b', 2],
        ],
      },
    ],
    [
      'keys that differ in case',
      'Test-Key-A\ntest-key-a\n',
      {
        lines: 2,
        keys: [
          [1, 'Test-Key-A', null],
          [2, 'test-key-a', null],
        ],
      },
    ],
    ['malformed lines that are equal', 'test-key a\ntest-key a\n', { lines: 2, malformed: [1, 2] }],
    [
      'everything at once',
      '\uFEFF# head\r\ntest-key-a\r\n\r\ntest-key b\r\ntest-key-a\r\n',
      {
        lines: 5,
        blank: 2,
        keys: [
          [2, 'test-key-a', null],
          [5, 'test-key-a', 2],
        ],
        malformed: [4],
      },
    ],
  ])('reads %s', (_, text, { lines, blank, keys = [], malformed = [] }) => {
    const file = textKeys(text);
    expect(file).toMatchObject({ lines, ...(blank === undefined ? {} : { blank }) });
    expect(shape(file)).toEqual({ keys, malformed });
  });

  it('keeps the first order of what is accepted (B4)', () => {
    const file = textKeys('key-cccc\nkey-bbbb\nkey-aaaa\nkey-bbbb\nkey-cccc\n');
    expect(acceptedKeys(file).map((entry) => entry.key.open())).toEqual(['key-cccc', 'key-bbbb', 'key-aaaa']);
  });

  it('accounts for every line of any text (N2)', () => {
    fc.assert(
      fc.property(texts, (text) => {
        const file = textKeys(text);
        const malformed = file.entries.filter((entry) => entry.kind === 'malformed').length;
        const duplicates = file.entries.filter((entry) => entry.kind === 'key' && entry.duplicateOf !== null).length;
        expect(file.lines).toBe(file.blank + malformed + duplicates + acceptedKeys(file).length);
        const numbers = file.entries.map((entry) => entry.line);
        expect(numbers).toEqual([...new Set(numbers)].toSorted((a, b) => a - b));
        expect(numbers.every((line) => line >= 1 && line <= file.lines)).toBe(true);
        const accepted = new Map(acceptedKeys(file).map((entry) => [entry.line, entry.key.open()]));
        expect(new Set(accepted.values()).size).toBe(accepted.size);
        for (const entry of file.entries) {
          if (entry.kind === 'key' && entry.duplicateOf !== null)
            expect(accepted.get(entry.duplicateOf)).toBe(entry.key.open());
        }
      }),
    );
  });

  it('reads LF, CRLF and CR alike (B4)', () => {
    const lines = fc.array(fc.oneof(keys, fc.constantFrom('', ' ', '# c', 'a b', 'ü')), { maxLength: 12 });
    fc.assert(
      fc.property(lines, fc.boolean(), fc.boolean(), (parts, mark, closed) => {
        const [one, ...others] = ['\n', '\r\n', '\r'].map((end) => {
          const file = textKeys(`${mark ? '\uFEFF' : ''}${parts.join(end)}${closed ? end : ''}`);
          return { ...shape(file), lines: file.lines, blank: file.blank };
        });
        expect(others).toEqual([one, one]);
      }),
    );
  });

  it('shows no text of the file when it is printed, whatever stands in it (N1)', () => {
    const told = fc
      .constantFrom('key ', '\u0000', 'ü')
      .chain((fault) => keys.map((key) => ({ key, line: `${key}${fault}${key}` })));
    fc.assert(
      fc.property(fc.array(keys), fc.array(told), (good, bad) => {
        const file = textKeys([...good, ...bad.map((each) => each.line)].join('\n'));
        const shown = `${JSON.stringify(file)}${inspect(file, { depth: null, showHidden: true })}`;
        for (const key of [...good, ...bad.map((each) => each.key)]) expect(shown).not.toContain(key);
      }),
    );
  });
});

function printable(): string {
  return Array.from({ length: 0x7e - 0x21 + 1 }, (_, index) => String.fromCharCode(0x7e - index))
    .filter((character) => !',;'.includes(character))
    .join('');
}

/** Keys long enough that no word of a message could be one. */
const keys = fc
  .string({
    unit: fc.integer({ min: 0x21, max: 0x7e }).map((code) => String.fromCharCode(code)),
    minLength: 6,
    maxLength: 40,
  })
  .map((text) => `K7${text}`);

const texts = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 200 }),
  fc
    .array(
      fc.oneof(keys, fc.constantFrom('', '\n', '\r', '\r\n', '#', ' ', '\t', '\uFEFF', 'same-key', 'a b', '\u0000')),
      {
        maxLength: 40,
      },
    )
    .map((parts) => parts.join('')),
  fc
    .array(fc.constantFrom('same-key', 'other-key', '', '# c', 'a b', 'ü', ' same-key '), { maxLength: 20 })
    .map((parts) => parts.join('\n')),
);

describe('the name of a key (N1)', () => {
  it.each([
    ['sk-relay-fixed-key-0001', 'sha256:6e0c033fda24', '0001'],
    ['0123456789abcdef', 'sha256:d9da6e631fcd', 'cdef'],
    ['0123456789abcde', 'sha256:9112196911d3', ''],
    ['short', 'sha256:e692308427fb', ''],
  ])('of "%s" is the same on every machine', (key, fingerprint, last4) => {
    expect(fingerprintKey(new Secret(key))).toEqual({ fingerprint, last4 });
  });

  it('is the HMAC under the public text, in twelve digits', () => {
    fc.assert(
      fc.property(keys, (key) => {
        const digest = createHmac('sha256', Buffer.from('relay.key/1', 'utf8'))
          .update(Buffer.from(key, 'utf8'))
          .digest('hex');
        expect(fingerprintKey(new Secret(key)).fingerprint).toBe(`sha256:${digest.slice(0, 12)}`);
      }),
    );
  });

  it('tells the last four characters of 16 and more, and none of fewer', () => {
    fc.assert(
      fc.property(keys, (key) => {
        expect(fingerprintKey(new Secret(key)).last4).toBe(key.length >= 16 ? key.slice(-4) : '');
      }),
    );
  });

  it('stands in each line that holds a key', () => {
    const [entry] = textKeys('  0123456789abcdef  \n').entries;
    expect(entry).toMatchObject(fingerprintKey(new Secret('0123456789abcdef')));
  });
});
