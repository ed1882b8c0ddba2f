import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { coverValues } from '../../src/config/cover-values.ts';

const known = { words: new Set(['strict', 'partial']), settings: new Set(['failed', 'batchSize', 'timeout']) };

describe('a line of a configuration that is shown', () => {
  it.each([
    ['mode: partial', 'mode: partial'],
    ['mode: canary', 'mode: ••••••'],
    ['  adminKey: "two words"  ', '  adminKey: "••• •••••"  '],
    ['prod: { url: https://h, adminKey: canary }', 'prod: { url: •••••••••, adminKey: •••••• }'],
    ['{"adminKey":"canary","concurrency":8}', '{"adminKey":"••••••","concurrency":8}'],
    ['user: [canary, "canary two"]', 'user: [••••••, "•••••• •••"]'],
    ['- canary', '- ••••••'],
    ['timeout: 30s', 'timeout: 30s'],
    ['password: 1234567890', 'password: ••••••••••'],
    ['canary', '••••••'],
    ['failed: disabel', 'failed: disabel'],
    ['{ "failed": "disabel", user: canary }', '{ "failed": "disabel", user: •••••• }'],
    ['batchSize: 1234567', 'batchSize: 1234567'],
    ['timeout: 30 sec', 'timeout: 30 sec'],
    ['timeout: "soon"', 'timeout: "soon"'],
    ['failed: q7Zx1Kp9', 'failed: ••••••••'],
    ['failed: abcdefghijklmnopqrstu', 'failed: •••••••••••••••••••••'],
    ['failed: [canary]', 'failed: [••••••]'],
    ['    a folded canary', '    • •••••• ••••••'],
  ])('%j shows its names and nothing else', (line, shown) => {
    expect(coverValues(line, known)).toBe(shown);
  });

  it('keeps its length, for the caret to point at the place', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme-ascii' }), (line) => coverValues(line, known).length === line.length),
    );
  });

  it.each([
    'a: '.repeat(40_000),
    '{ '.repeat(60_000),
    '- '.repeat(60_000),
    ' '.repeat(120_000),
    '["'.repeat(60_000),
    'a'.repeat(120_000),
    ', '.repeat(60_000),
  ])('is covered, however long: %#', (line) => {
    // What is more than linear here does not end within the test's own limit.
    expect(coverValues(line.repeat(20), known)).toHaveLength(line.length * 20);
  });
});
