import { describe, expect, it } from 'vitest';
import { hintsOnKeys, type KeyHints } from '../../src/keys/key-hints.ts';
import { parseKeyLines } from '../../src/keys/parse-key-lines.ts';

const hints: KeyHints = {
  pattern: '^sk-[a-z]{8}$',
  otherWallets: [
    { pattern: '^sk-plan-', provider: 'acme-plan' },
    { pattern: '^tp-', provider: 'acme-token' },
  ],
};

describe('the look of keys', () => {
  it.each([
    ['is the usual one', 'sk-abcdefgh', []],
    [
      'is of another wallet',
      'sk-plan-1',
      [['KEY_OF_OTHER_WALLET', 'The key on line 1 looks like a key of "acme-plan"']],
    ],
    ['is of none', 'some-word', [['KEY_UNUSUAL', 'The key on line 1 looks unlike']]],
    [
      'is of several others',
      'sk-plan-1\nsk-abcdefgh\n\ntp-00001\nsome-word\nsk-plan-2',
      [
        ['KEY_OF_OTHER_WALLET', 'The keys on lines 1, 6 look like keys of "acme-plan"'],
        ['KEY_OF_OTHER_WALLET', 'The key on line 4 looks like a key of "acme-token"'],
        ['KEY_UNUSUAL', 'The key on line 5 looks unlike'],
      ],
    ],
    [
      'is odd many times',
      Array.from({ length: 12 }, (_, index) => `odd-key-${index}`).join('\n'),
      [['KEY_UNUSUAL', 'The keys on lines 1, 2, 3, 4, 5 and 7 more look unlike']],
    ],
    ['counts once for equal keys', 'tp-00001\ntp-00001', [['KEY_OF_OTHER_WALLET', 'The key on line 1 looks like']]],
  ])('%s', (_, text, desired) => {
    const found = hintsOnKeys(parseKeyLines(text), hints);
    expect(found.map(({ code, message }) => [code, message])).toEqual(
      desired.map(([code, message]) => [code, expect.stringContaining(message ?? '')]),
    );
  });

  it('names the provider that is right, and no key', () => {
    const [found] = hintsOnKeys(parseKeyLines('sk-plan-very-secret'), hints);
    expect(found?.hint).toBe('If it is one: --provider acme-plan.');
    expect(JSON.stringify(found)).not.toContain('very-secret');
  });

  it('says nothing where the pack says nothing', () => {
    expect(hintsOnKeys(parseKeyLines('some-word'), undefined)).toEqual([]);
    expect(hintsOnKeys(parseKeyLines('some-word'), { otherWallets: [] })).toEqual([]);
  });
});
