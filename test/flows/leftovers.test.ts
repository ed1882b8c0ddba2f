import { describe, expect, it } from 'vitest';
import { addLeftovers, type Leftover } from '../../src/apply/leftover.ts';

const left = (changes: Partial<Leftover>): Leftover => ({
  kind: 'user',
  id: '5',
  name: 'probe',
  reason: 'it could not be removed',
  command: 'curl',
  ...changes,
});

describe('a list of leftovers', () => {
  it.each<[string, Leftover, Leftover, (string | null)[]]>([
    ['the same', left({}), left({}), ['5']],
    ['the same, whose number is learnt later', left({ id: null }), left({}), ['5']],
    ['the same, whose number was known before', left({}), left({ id: null }), ['5']],
    ['another of that name', left({}), left({ id: '6' }), ['5', '6']],
    ['another kind', left({}), left({ kind: 'group', id: null }), ['5', null]],
  ])('holds each once: %s', (_, first, second, ids) => {
    const list = [first];
    addLeftovers(list, [second]);
    expect(list.map(({ id }) => id)).toEqual(ids);
  });
});
