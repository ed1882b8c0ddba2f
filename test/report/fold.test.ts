import { describe, expect, it } from 'vitest';
import { cut, fold } from '../../src/report/text/fold.ts';

describe('a text on a narrow screen', () => {
  it.each([
    ['short', 10, 'short'],
    ['one two three', 8, 'one two\n  three'],
    ['  in one two', 8, '  in one\n    two'],
    ['a-word-that-is-longer', 8, 'a-word-that-is-longer'],
    ['it took 14 s', 10, 'it took\n  14 s'],
    ['it took 4 min 10 s.', 16, 'it took 4 min\n  10 s.'],
    ['the 3 samples', 12, 'the 3\n  samples'],
    ['first line\nsecond line', 8, 'first\n  line\nsecond\n  line'],
    ['\u001B[1mone\u001B[0m two', 7, '\u001B[1mone\u001B[0m two'],
  ])('%j in %i columns is %j', (text, columns, folded) => {
    expect(fold(text, columns)).toBe(folded);
  });

  it('goes on where it is told to', () => {
    expect(fold('one two', 4, 0)).toBe('one\ntwo');
  });

  it('is cut with a mark', () => {
    expect([cut('abcdef', 6), cut('abcdef', 4), cut('abc', 0)]).toEqual(['abcdef', 'abc…', '…']);
    expect([cut('ab, cd ef', 8), cut('ab, cd ef', 5), cut('ab cd', 3)]).toEqual(['ab, cd…', 'ab…', 'ab…']);
  });
});
