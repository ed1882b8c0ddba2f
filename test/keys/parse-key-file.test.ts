import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { KeySettings } from '../../src/keys/key-settings.ts';
import { parseKeyFile } from '../../src/keys/parse-key-file.ts';

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
    ['plain', 'key-a\n', { lines: 1, blank: 0, keys: [[1, 'key-a', {}]] }],
    ['CSV of one column', 'key\nkey-a\n', { lines: 2, blank: 1, keys: [[2, 'key-a', {}]] }],
    [
      'CSV with everything',
      '\uFEFF# ours\r\nKey, name ,priority,concurrency,enabled\r\nkey-a,first,1,5,true\r\n\r\nkey-b,"a, b",,,no\r\n',
      {
        lines: 5,
        blank: 3,
        keys: [
          [3, 'key-a', { name: 'first', priority: 1, concurrency: 5, enabled: true }],
          [5, 'key-b', { name: 'a, b', enabled: false }],
        ],
      },
    ],
    [
      'CSV with a duplicate, a malformed key and an empty one',
      'name,key\nx,key-a\ny,key-a\nz,key b\n,""\n',
      {
        lines: 5,
        blank: 1,
        keys: [
          [2, 'key-a', { name: 'x' }],
          [3, 'key-a', { name: 'y' }, 2],
          [4, 'has white space inside'],
          [5, 'has no key'],
        ],
      },
    ],
    [
      'JSON of strings',
      ' ["key-a",\n  "key-b", "key-a"]\n',
      {
        lines: 3,
        blank: 0,
        keys: [
          [1, 'key-a', {}],
          [2, 'key-b', {}],
          [2, 'key-a', {}, 1],
        ],
      },
    ],
    [
      'JSON of objects',
      '[\n  { "key": "key-a", "priority": 3, "enabled": false },\n  "key-b"\n]',
      {
        lines: 2,
        blank: 0,
        keys: [
          [2, 'key-a', { priority: 3, enabled: false }],
          [3, 'key-b', {}],
        ],
      },
    ],
    ['an empty JSON array', '[]', { lines: 0, blank: 0, keys: [] }],
    ['CSV that holds only its header', 'key,name\n', { lines: 1, blank: 1, keys: [] }],
  ])('%s', (_, text, wanted) => {
    expect(read(text)).toEqual(wanted);
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
      'key,priorty\nkey-a,1\n',
      ['1:5: is no column that relay knows (key, name, priority, concurrency, enabled). Did you mean "priority"?'],
    ],
    ['a column twice', 'key,name,name\n', ['1:10: the column name stands twice']],
    ['a short row', 'key,name\nkey-a\n', ['2:1: has 1 cells where the header has 2']],
    ['a long row', '# c\n\nkey,name\nkey-a,b,c\n', ['4:7: has 3 cells where the header has 2']],
    ['a newline in a key', 'name,key\nx,"key\n-a"\ny,key-b\n', ['2:3: key has a newline inside']],
    ['a quote that is not closed', 'key,name\nkey-a,"x\n', ['2:1: a quote is not closed']],
    ['a quote in the wrong place', 'key,name\nke"y"-a,x\n', ['2:1: has a quote in the wrong place']],
    [
      'a priority out of range',
      'key,name,priority\nkey-a,x,-1\nkey-b,"a,b",1.5\n',
      [
        '2:9: priority must be a whole number from 0 to 1000000',
        '3:13: priority must be a whole number from 0 to 1000000',
      ],
    ],
    [
      'no concurrency, and a word for it',
      'key,concurrency\nkey-a,0\nkey-b,many\n',
      [
        '2:7: concurrency must be a whole number from 1 to 1000000',
        '3:7: concurrency must be a whole number from 1 to 1000000',
      ],
    ],
    ['neither true nor false', 'key,enabled\nkey-a,maybe\n', ['2:7: enabled must be true or false']],
    ['a name twice', 'key,name\nkey-a,x\nkey-b,x\n', ['3:7: line 2 has the same name']],
    ['JSON that is an object', '{ "keys": ["key-a"] }', ['1:1: must be an array of keys']],
    ['JSON without end', '['.repeat(200_000), ['1:1: is nested too deeply']],
    ['JSON that is cut', '["key-a",\n', ['1:9: is not valid JSON']],
    ['JSON with a comment', '[\n  // ours\n  "key-a"]', ['2:3: is not valid JSON']],
    [
      'JSON with things that are no keys',
      '["key-a",\n 1, null,\n [], true]',
      [
        '2:2: must be a key, or an object with a key',
        '2:5: must be a key, or an object with a key',
        '3:2: must be a key, or an object with a key',
        '3:6: must be a key, or an object with a key',
      ],
    ],
    [
      'JSON with faulty objects',
      '[{ "name": "x" },\n { "key": 1 },\n { "key": "key-a", "prio": 1, "priority": "1e3", "enabled": [] }]',
      [
        '1:2: has no "key"',
        '2:11: key must be text',
        '3:20: is no field that relay knows (key, name, priority, concurrency, enabled).',
        '3:43: priority must be a whole number from 0 to 1000000',
        '3:61: enabled must be true or false',
      ],
    ],
    ['JSON with a field twice', '[{ "key": "key-a", "key": "key-b" }]', ['1:20: this field stands twice']],
    [
      'a name twice in JSON',
      '[{ "key": "key-a", "name": "x" },\n{ "key": "key-b", "name": "x" }]',
      ['2:27: line 1 has the same name'],
    ],
    [
      'a name with a control character',
      '[{ "key": "key-a", "name": "x\\u0007" }]',
      ['1:28: name must be text of at most 100 characters, without control characters'],
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
      { numRuns: 2000 },
    );
  });

  it('reads what a program wrote as CSV and as JSON alike', () => {
    const name = fc.stringMatching(/^[a-z][a-z ,"']{0,12}[a-z]$/);
    const settings: fc.Arbitrary<KeySettings> = fc.record(
      { name, priority: fc.nat(100), concurrency: fc.integer({ min: 1, max: 99 }), enabled: fc.boolean() },
      { requiredKeys: [] },
    );
    const entries = fc.uniqueArray(fc.tuple(fc.stringMatching(/^[a-z0-9_-]{4,20}$/), settings), {
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
