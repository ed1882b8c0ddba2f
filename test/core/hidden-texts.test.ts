import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hiddenText, isHidden } from '../../src/core/secrets/hidden-text.ts';
import { Redactor } from '../../src/core/secrets/redactor.ts';
import { Secret } from '../../src/core/secrets/secret.ts';

/** Shaped like no known credential, so that only learning it can hide it. */
const key = 'zk7Qm9Xv2LpR4tWc8NbHd5Jf3GsYa6Ue1KoTi0Pz';
const others = [
  'sk-kimi-Vb3nM8qLx0ZtR5wYc7Kd2Hf9',
  '4f9c2b7e81d3a6054f9c2b7e81d3a605.q1W2e3R4t5Y6u7I8',
  'Rp1!9f8e7d6c5b4a',
];

function knowing(...secrets: string[]): Redactor {
  const redactor = new Redactor();
  for (const each of secrets) redactor.learn(new Secret(each));
  return redactor;
}

const each = (text: string, write: (character: string) => string) => [...text].map(write).join('');
const code = (character: string) => character.charCodeAt(0);
const hex = (character: string) => code(character).toString(16);
const base64 = (text: string) => Buffer.from(text).toString('base64');
const turned = (text: string) => [...text].toReversed().join('');
const groups = (text: string, by: string) => (text.match(/.{1,5}/g) ?? []).join(by);
const full = (text: string) => each(text, (character) => String.fromCharCode(code(character) + 0xfee0));

const spellings: [string, (text: string) => string][] = [
  ['plain', (text) => text],
  ['in capitals', (text) => text.toUpperCase()],
  ['in small letters', (text) => text.toLowerCase()],
  ['in hexadecimal', (text) => each(text, hex)],
  ['in hexadecimal capitals', (text) => each(text, hex).toUpperCase()],
  ['in hexadecimal with colons', (text) => [...text].map(hex).join(':')],
  ['as bytes in hexadecimal', (text) => [...text].map((character) => `0x${hex(character)}`).join(', ')],
  ['percent-encoded', (text) => each(text, (character) => `%${hex(character)}`)],
  ['percent-encoded in capitals', (text) => each(text, (character) => `%${hex(character).toUpperCase()}`)],
  ['percent-encoded twice', (text) => each(text, (character) => `%25${hex(character)}`)],
  ['in decimal entities', (text) => each(text, (character) => `&#${code(character)};`)],
  ['in hexadecimal entities', (text) => each(text, (character) => `&#x${hex(character)};`)],
  [String.raw`as \xNN`, (text) => each(text, (character) => String.raw`\x${hex(character)}`)],
  [String.raw`as \uNNNN`, (text) => each(text, (character) => String.raw`\u00${hex(character)}`)],
  [String.raw`as \UNNNNNNNN`, (text) => each(text, (character) => String.raw`\U000000${hex(character)}`)],
  [String.raw`as \u{NN}`, (text) => each(text, (character) => String.raw`\u{${hex(character)}}`)],
  ['in octal', (text) => each(text, (character) => `\\${code(character).toString(8).padStart(3, '0')}`)],
  ['as a list of bytes', (text) => `[${[...text].map(code).join(' ')}]`],
  ['as a list of bytes with commas', (text) => `[${[...text].map(code).join(', ')}]`],
  ['by its first 24 characters', (text) => `${text.slice(0, 24)}***`],
  ['by its first 6 and last 20 characters', (text) => `${text.slice(0, 6)}****${text.slice(-20)}`],
  ['in groups with hyphens', (text) => groups(text, '-')],
  ['in groups with dots', (text) => groups(text, '.')],
  ['in lines', (text) => groups(text, '\n')],
  ['in halves', (text) => `${text.slice(0, text.length / 2)} ... ${text.slice(text.length / 2)}`],
  ['with spaces', (text) => [...text].join(' ')],
  ['with slashes', (text) => [...text].join('/')],
  ['in base64', base64],
  ['in base64 twice', (text) => base64(base64(text))],
  ['in base64 three times', (text) => base64(base64(base64(text)))],
  ['in base64 of hexadecimal', (text) => base64(each(text, hex))],
  ['in hexadecimal of base64', (text) => each(base64(text), hex)],
  ['in base64 of two-byte characters', (text) => Buffer.from(text, 'utf16le').toString('base64')],
  ['in base64 with lines', (text) => groups(base64(text), '\n')],
  ['in base64, percent-encoded', (text) => each(base64(text), (character) => `%${hex(character)}`)],
  ['cut by an escaped line end', (text) => `${text.slice(0, 9)}\\\n${text.slice(9)}`],
  ['reversed', turned],
  ['reversed, in hexadecimal', (text) => each(turned(text), hex)],
  ['full width', full],
  ['with combining marks', (text) => each(text, (character) => `${character}\u0301`)],
  ['with zero-width spaces', (text) => [...text].join('\u200B')],
  ['in a box of JSON in JSON', (text) => JSON.stringify(JSON.stringify({ key: [...text].join('\\') }))],
];

/** What could be put together again from what is shown: no run of ten characters of the secret, whichever way round. */
function tells(shown: string, secret: string): boolean {
  const bare = (text: string) => text.toLowerCase().replace(/[^a-z0-9]/g, '');
  const [seen, whole] = [bare(shown), bare(secret)];
  return Array.from({ length: whole.length - 9 }, (_, at) => whole.slice(at, at + 10)).some(
    (part) => seen.includes(part) || seen.includes(turned(part)),
  );
}

describe('a text in which a host spells a secret', () => {
  it.each(spellings)('is hidden when it is %s (N1, N25)', (_, spell) => {
    const spelled = spell(key);
    for (const text of [spelled, `invalid key: ${spelled}`, `{"error":"${spelled} is refused"}`]) {
      const shown = knowing(...others, key).clean(text);
      expect(shown).toMatch(/\[redacted\]|\[hidden, may hold a key: \d+ characters, sha256 [0-9a-f]{8}\]/);
      expect(shown).not.toContain(spelled);
      expect(tells(shown, key)).toBe(false);
    }
  });

  it.each(spellings)('is hidden whatever the key is, %s (N1, N25)', (_, spell) => {
    const keys = fc.stringMatching(/^[A-Za-z0-9]{24,48}$/).filter((text) => new Set(text.toLowerCase()).size > 8);
    fc.assert(
      fc.property(keys, (secret) => {
        expect(tells(knowing(secret).clean(`bad key ${spell(secret)}`), secret)).toBe(false);
      }),
      { numRuns: 20 },
    );
  });

  it('is told by its length and a hash of all of it, the same everywhere (N25)', () => {
    const text = `bad key ${turned(key)}`;
    expect(knowing(key).clean(text)).toBe(hiddenText(text));
    expect(hiddenText('abc')).toBe('[hidden, may hold a key: 3 characters, sha256 ba7816bf]');
    expect(isHidden(hiddenText(text))).toBe(true);
    expect(knowing(key).clean(hiddenText(text))).toBe(hiddenText(text));
  });
});

describe('what may be a key that nobody told relay', () => {
  it.each([
    ['letters of both kinds and digits', key],
    ['small letters and digits', 'q8w2e6r4t1y9u3i7o5p0a2s4d6f8g1h3j5k7'],
    ['base32', 'MZXW6YTBOI2HK3LQNVUXG5DJNZTSA5DIMVZGKIDJ'],
  ])('is hidden, and the words around it stay: %s (N25)', (_, unknown) => {
    expect(new Redactor().clean(`no such key ${unknown}, sorry`)).toBe(`no such key ${hiddenText(unknown)}, sorry`);
  });
});

describe('an ordinary text', () => {
  const redactor = knowing(key, ...others);

  it.each([
    'model not found',
    'API returned 429: {"error":{"message":"Your account is suspended, please check your plan and billing details"}}',
    'Incorrect API key provided: sk-ki********d2Hf',
    'The model moonshot-v1-128k-vision-preview does not exist, try kimi-k2-0905-preview or claude-3-5-sonnet-20241022',
    'meta-llama/Llama-4-Maverick-17B-128E-Instruct-FP8 is overloaded',
    'request id: 550e8400-e29b-41d4-a716-446655440000',
    'request 202411281716270123456789abcdef0123456789',
    'trace 0af7651916cd43dd8448eb211c80319c',
    'sha256:9f86d081884c is another key',
    'digest 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08',
    'relay-kimi-cn-subscription',
    'relay-staging-20261128-171627-4f9c2b-1',
    'kimi-cn-01',
    'relay-probe-20261128-171627-4f9c@relay.invalid',
    'run 20261128T171627Z-4f9c2b ended 2026-11-28T17:16:27.000Z',
    'see https://platform.moonshot.cn/docs/api/chat#errors?lang=en&x=%20y',
    'Quota 1234567890123456 exceeded; 98765432109876543210 left',
    'ChatCompletionRequestMessageContentPartTextParam is missing',
    '<html><body>&lt;502 Bad Gateway&gt; &#169; nginx</body></html>',
    '账户余额不足，请充值 (insufficient balance)',
    String.raw`C:\xampp\new\table\u00e9t`,
    'bytes [1 2 3], limits 100, 200, 300, 120, 110, 107, 99, 101, 122, 80',
    'deadbeef cafebabe facade',
  ])('stays as it is: %s', (text) => {
    expect(redactor.clean(text)).toBe(text);
    expect(redactor.name(text)).toBe(text);
  });

  it('of words stays as it is, whatever secrets are known', () => {
    const words = fc.array(fc.stringMatching(/^[a-z]{1,9}$/), { minLength: 1, maxLength: 30 });
    const secrets = fc.array(fc.stringMatching(/^[A-Z0-9][A-Za-z0-9+/-]{23,47}[0-9]$/), { maxLength: 20 });
    fc.assert(
      fc.property(words, secrets, (some, keys) => {
        const text = some.join(' ');
        expect(knowing(...keys).clean(text)).toBe(text);
      }),
    );
  });

  it('hides nothing for a secret that is too short or too plain to be told from words', () => {
    expect(knowing('abc', '-----------', '0000000000000').clean('abc ---- 00000000000')).not.toContain('hidden');
  });
});

describe('a name from the host', () => {
  const redactor = knowing(key, 'sk-plain-4711-4712', 'subscription', 'kimi-cn', 'abcd-1234');

  it.each([
    key,
    `copy of ${key}`,
    turned(key),
    key.toUpperCase(),
    'sk-plain-4711-4712',
    'sk-unknown-12345678',
    'abcd-1234',
  ])('is hidden whole when it is a secret: %s (N25)', (name) => {
    expect(redactor.name(name)).toBe(hiddenText(name));
  });

  it.each([
    'relay-kimi-cn-subscription',
    'relay-staging-20261128-171627-4f9c',
    'relay-probe-20261128-4f9c@relay.invalid',
    'kimi-cn-01',
    'kimi-cn-self-117',
  ])('is never hidden when relay gives it, even where a password is a word of it: %s (N25)', (name) => {
    expect(redactor.name(name)).toBe(name);
  });

  it('is relay’s own only whole, so that nothing can be hidden behind it (N25)', () => {
    for (const name of [`relay-${key.toLowerCase()}-subscription`, `relay-staging-${key.toLowerCase()}`])
      expect(isHidden(redactor.name(name))).toBe(true);
  });

  it('keeps white space and length, and loses what a terminal would obey', () => {
    expect(redactor.name('two  spaces\u001B[31m')).toBe('two  spaces\uFFFD[31m');
    expect(redactor.name('ab '.repeat(400))).toBe('ab '.repeat(400));
  });
});
