import { describe, expect, it } from 'vitest';
import { leaksIn } from './canaries.ts';

describe('the search for secrets in what relay says', () => {
  it.each([
    ['a long one', 'sk-good-aaaaaaaaaaaaaaaaaaaa1'],
    ['five characters', 'pass1'],
    ['a short one', 'p4s'],
    ['signs beyond sixteen bits', 'secret-\u{1F511}\u{1F512}'],
  ])('finds %s wherever it stands', (_, secret) => {
    for (const text of [secret, `before ${secret}`, `${secret} after`, `x${secret}y`])
      expect(leaksIn(text, ['another-secret-0000', secret])).toEqual([secret]);
    expect(leaksIn('nothing of the kind', [secret])).toEqual([]);
  });
});
