import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { KeySettings } from '../../src/keys/key-settings.ts';
import { parseKeyFile } from '../../src/keys/parse-key-file.ts';
import { runs } from '../support/sweep.ts';

/** The keys with their lines and settings, or the faults as `line:column: what`. */
function read(text: string): unknown {
  const file = parseKeyFile(text);
  if ('faults' in file) return file.faults.map(({ line, column, what }) => `${line}:${column}: ${what}`);
  const keys = file.entries.map((entry) =>
    entry.kind === 'key'
      ? [entry.line, entry.key.open(), entry.settings, ...(entry.duplicateOf === null ? [] : [entry.duplicateOf])]
      : [entry.line, entry.why],
  );
  return { lines: file.lines, blank: file.blank, keys };
}

describe('a key file tells its form by how it begins', () => {
  it.each<[string, string, { lines: number; blank: number; keys: unknown[] }]>([
    ['plain', 'test-key-a\n', { lines: 1, blank: 0, keys: [[1, 'test-key-a', {}]] }],
    ['CSV of one column', 'key\ntest-key-a\n', { lines: 2, blank: 1, keys: [[2, 'test-key-a', {}]] }],
    [
      'CSV with everything',
      '\uFEFF# ours\r\nKey, name ,priority,concurrency,enabled\r\ntest-key-a,first,1,5,true\r\n\r\ntest-key-b,"a, b",,,no\r\n',
      {
        lines: 5,
        blank: 3,
        keys: [
          [3, 'test-key-a', { name: 'first', priority: 1, concurrency: 5, enabled: true }],
          [5, 'test-key-b', { name: 'a, b', enabled: false }],
        ],
      },
    ],
    [
      'CSV with a duplicate, a malformed key and an empty one',
      'name,key\nx,test-key-a\ny,test-key-a\nz,test-key b\n,""\n',
      {
        lines: 5,
        blank: 1,
        keys: [
          [2, 'test-key-a', { name: 'x' }],
          [3, 'test-key-a', { name: 'y' }, 2],
          [4, 'has white space inside'],
          [5, 'has no key'],
        ],
      },
    ],
    [
      'JSON of strings',
      ' ["test-key-a",\n  "test-key-b", "test-key-a"]\n',
      {
        lines: 3,
        blank: 0,
        keys: [
          [1, 'test-key-a', {}],
          [2, 'test-key-b', {}],
          [2, 'test-key-a', {}, 1],
        ],
      },
    ],
    [
      'JSON of objects',
      '[\n  { "key": "test-key-a", "priority": 3, "enabled": false },\n  "test-key-b"\n]',
      {
        lines: 2,
        blank: 0,
        keys: [
          [2, 'test-key-a', { priority: 3, enabled: false }],
          [3, 'test-key-b', {}],
        ],
      },
    ],
    [
      'CSV with semicolons, as spreadsheets write it',
      'key;name;priority\ntest-key-a;"a; b";3\n',
      { lines: 2, blank: 1, keys: [[2, 'test-key-a', { name: 'a; b', priority: 3 }]] },
    ],
    [
      'CSV with tabs',
      'name\tkey\nfirst\ttest-key-a\n',
      { lines: 2, blank: 1, keys: [[2, 'test-key-a', { name: 'first' }]] },
    ],
    ['an empty JSON array', '[]', { lines: 0, blank: 0, keys: [] }],
    ['CSV that holds only its header', 'key,name\n', { lines: 1, blank: 1, keys: [] }],
  ])('%s', (_, text, desired) => {
    expect(read(text)).toEqual(desired);
  });
});

describe('a fault of the form names line and column, and no text of the file', () => {
  it.each<[string, string, string[]]>([
    [
      'CSV without a key column',
      'name,priority\nx,1\n',
      ['1:1: the line has a comma, so it is read as the header of CSV, and names no column "key"'],
    ],
    [
      'an unknown column',
      'key,priorty\ntest-key-a,1\n',
      [
        '1:5: "priorty" is no column that relay knows (key, name, priority, concurrency, enabled). Did you mean "priority"?',
      ],
    ],
    [
      'an unknown column that may be a key',
      'key,sk-1234567890\n',
      ['1:5: this is no column that relay knows (key, name, priority, concurrency, enabled).'],
    ],
    [
      'a bad cell between semicolons',
      'key;priority\ntest-key-a;x\n',
      ['2:12: priority must be a whole number from 0 to 1000000'],
    ],
    ['a column twice', 'key,name,name\n', ['1:10: the column name stands twice']],
    ['a short row', 'key,name\ntest-key-a\n', ['2:1: the row has 1 cells where the header has 2']],
    ['a long row', '# c\n\nkey,name\ntest-key-a,b,c\n', ['4:12: the row has 3 cells where the header has 2']],
    ['a newline in a key', 'name,key\nx,"key\n-a"\ny,test-key-b\n', ['2:3: key has a newline inside']],
    ['a quote that is not closed', 'key,name\ntest-key-a,"x\n', ['2:1: a quote is not closed']],
    ['a quote in the wrong place', 'key,name\nke"y"-a,x\n', ['2:1: a quote stands in the wrong place']],
    [
      'a priority out of range',
      'key,name,priority\ntest-key-a,x,-1\ntest-key-b,"a,b",1.5\n',
      [
        '2:14: priority must be a whole number from 0 to 1000000',
        '3:18: priority must be a whole number from 0 to 1000000',
      ],
    ],
    [
      'no concurrency, and a word for it',
      'key,concurrency\ntest-key-a,0\ntest-key-b,many\n',
      [
        '2:12: concurrency must be a whole number from 1 to 1000000',
        '3:12: concurrency must be a whole number from 1 to 1000000',
      ],
    ],
    ['neither true nor false', 'key,enabled\ntest-key-a,maybe\n', ['2:12: enabled must be true or false']],
    ['a name twice', 'key,name\ntest-key-a,x\ntest-key-b,x\n', ['3:12: line 2 has the same name']],
    ['JSON that is an object', '{ "keys": ["test-key-a"] }', ['1:1: the file must be an array of keys']],
    ['JSON without end', '['.repeat(200_000), ['1:1: the file is nested too deeply']],
    ['JSON that is cut', '["test-key-a",\n', ['1:14: the file is not valid JSON']],
    ['JSON with a comment', '[\n  // ours\n  "test-key-a"]', ['2:3: the file is not valid JSON']],
    [
      'JSON with things that are no keys',
      '["test-key-a",\n 1, null,\n [], true]',
      [
        '2:2: the entry must be a key, or an object with a key',
        '2:5: the entry must be a key, or an object with a key',
        '3:2: the entry must be a key, or an object with a key',
        '3:6: the entry must be a key, or an object with a key',
      ],
    ],
    [
      'JSON with faulty objects',
      '[{ "name": "x" },\n { "key": 1 },\n { "key": "test-key-a", "prio": 1, "priority": "1e3", "enabled": [] }]',
      [
        '1:2: the entry has no "key"',
        '2:11: key must be text',
        '3:25: this is no field that relay knows (key, name, priority, concurrency, enabled).',
        '3:48: priority must be a whole number from 0 to 1000000',
        '3:66: enabled must be true or false',
      ],
    ],
    ['JSON with a field twice', '[{ "key": "test-key-a", "key": "test-key-b" }]', ['1:25: this field stands twice']],
    [
      'a name twice in JSON',
      '[{ "key": "test-key-a", "name": "x" },\n{ "key": "test-key-b", "name": "x" }]',
      ['2:32: line 1 has the same name'],
    ],
    [
      'a name with a control character',
      '[{ "key": "test-key-a", "name": "x\\u0007" }]',
      ['1:33: name must be text of at most 100 characters, without control characters'],
    ],
  ])('%s', (_, text, faults) => {
    expect(read(text)).toEqual(faults);
  });

  it('never shows a key, whatever stands around it (N1)', () => {
    const key = 'sk-canary-0123456789';
    const junk = fc.array(fc.constantFrom(key, ',', '"', '\n', '[', ']', '{', '}', ':', ' ', 'key', 'name', 'x', '1'), {
      maxLength: 30,
    });
    fc.assert(
      fc.property(junk, (parts) => {
        const file = parseKeyFile(parts.join(''));
        expect(JSON.stringify(file)).not.toContain(key);
        if (!('faults' in file)) expect(file.lines).toBe(file.blank + file.entries.length);
      }),
      { numRuns: runs(2000) },
    );
  });

  it.each([
    ['another key of the file', 'key,name\nzk7Qm9Xv2LpR4tWc,one\nq4Wc8NbHd5Jf3GsY,copy of zk7Qm9Xv2LpR4tWc\n', '3:1'],
    ['what is shaped like a key', '[{"key": "zk7Qm9Xv2LpR4tWc", "name": "sk-abcdefgh12345678"}]', '1:1'],
  ])('takes no name that holds %s: it could not be shown, nor be found again (N25)', (_, text, place) => {
    expect(read(text)).toEqual([`${place}: name may hold a key`]);
  });

  it('reads what a program wrote as CSV and as JSON alike', () => {
    const name = fc.stringMatching(/^[a-z][a-z ,"']{0,12}[a-z]$/);
    const settings: fc.Arbitrary<KeySettings> = fc.record(
      { name, priority: fc.nat(100), concurrency: fc.integer({ min: 1, max: 99 }), enabled: fc.boolean() },
      { requiredKeys: [] },
    );
    const entries = fc.uniqueArray(fc.tuple(fc.stringMatching(/^[a-z0-9_-]{8,20}$/), settings), {
      selector: ([key]) => key,
      comparator: (a, b) => a === b,
      minLength: 1,
    });
    const cell = (value: unknown) => (value === undefined ? '' : `"${String(value).replaceAll('"', '""')}"`);
    fc.assert(
      fc.property(entries, (list) => {
        const named = list.map(([key, given], index) => ({
          key,
          ...given,
          ...(given.name === undefined ? {} : { name: `${given.name} ${index}` }),
        }));
        const csv = ['key,name,priority,concurrency,enabled']
          .concat(
            named.map((each) =>
              [each.key, each.name, each.priority, each.concurrency, each.enabled]
                .map((value) => cell(value))
                .join(','),
            ),
          )
          .join('\n');
        const keysOf = (text: string) =>
          (read(text) as { keys: [number, string, KeySettings][] }).keys.map(([, key, given]) => [key, given]);
        expect(keysOf(csv)).toEqual(keysOf(JSON.stringify(named)));
        expect(keysOf(csv)).toEqual(named.map(({ key, ...given }) => [key, given]));
      }),
    );
  });
});
