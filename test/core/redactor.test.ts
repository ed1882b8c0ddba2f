import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { maxHostTextLength, Redactor } from '../../src/core/secrets/redactor.ts';
import { Secret } from '../../src/core/secrets/secret.ts';

/** Shaped like no known credential, so that only learning it can hide it. */
const secret = 'Zq7+wV/9k=Lm2&xT4';

function knowing(...secrets: string[]): Redactor {
  const redactor = new Redactor();
  for (const each of secrets) redactor.learn(new Secret(each));
  return redactor;
}

/** Secrets of printable characters that no word of the product contains. */
const secrets = fc
  .string({
    unit: fc.integer({ min: 0x21, max: 0x7e }).map((code) => String.fromCharCode(code)),
    minLength: 4,
    maxLength: 60,
  })
  .map((text) => `Q7${text}`);

/** `secret` with `cut` in its middle. */
function cutBy(cut: string): string {
  return `${secret.slice(0, 8)}${cut}${secret.slice(8)}`;
}

describe('a secret that was learnt', () => {
  const forms: [string, (value: string) => string][] = [
    ['plain', (value) => value],
    ['URL-encoded', encodeURIComponent],
    ['in base64', (value) => Buffer.from(value).toString('base64')],
    ['in base64 without padding', (value) => Buffer.from(value).toString('base64').replace(/=+$/, '')],
  ];

  it.each(forms)('never survives %s (N1)', (_, form) => {
    fc.assert(
      fc.property(secrets, fc.string({ maxLength: 40 }), fc.string({ maxLength: 40 }), (value, before, after) => {
        const shown = knowing(value).clean(`${before} ${form(value)} ${after}`);
        expect(shown).not.toContain(value);
        expect(shown).not.toContain(form(value));
      }),
    );
  });

  it.each(forms)('is replaced, and the words around it stay, %s (N1)', (_, form) => {
    expect(knowing(secret).clean(`the key ${form(secret)} is wrong`)).toBe('the key [redacted] is wrong');
  });

  it('is hidden in the middle of something longer that is in base64, but for its edges (N1)', () => {
    const around = fc.stringMatching(/^[ -~]{0,7}$/);
    fc.assert(
      fc.property(fc.stringMatching(/^Q7[!-~]{16,40}$/), around, around, fc.boolean(), (value, before, after, url) => {
        const encoded = Buffer.from(`${before}${value}${after}`).toString(url ? 'base64url' : 'base64');
        const shown = knowing(value).clean(encoded);
        expect(shown).toContain('[redacted]');
        // Two groups of four hold what mixes with the neighbours.
        const rest = shown.replace('[redacted]', '');
        expect(rest.length).toBeLessThanOrEqual(Math.ceil((before.length + after.length) / 3) * 4 + 8);
      }),
    );
  });

  it.each([
    ['a slash, as PHP writes it', String.raw`Zq7+wV\/9k=Lm2&xT4`],
    ['an ampersand, as Go writes it', String.raw`Zq7+wV/9k=Lm2\u0026xT4`],
    ['an equals sign in capitals', String.raw`Zq7+wV/9k\u003DLm2&xT4`],
    ['letters, at its edges', String.raw`\u005Aq7+wV/9k=Lm2&xT\u0034`],
  ])('is hidden although a JSON text escapes %s (N1)', (_, quoted) => {
    expect(knowing(secret).clean(`the key ${quoted} is wrong`)).toBe('the key [redacted] is wrong');
  });

  // JSON inside a text of JSON, as a proxy makes it of an answer.
  it('is hidden although it was escaped twice over (N1)', () => {
    const quoted = String.raw`Zq7+wV\\/9k=Lm2&xT4`;
    expect(knowing(secret).clean(`the key ${quoted} is wrong`)).toBe('the key [redacted] is wrong');
  });

  it('is hidden each time it occurs (N1)', () => {
    expect(knowing(secret).clean(`${secret},${secret}`)).toBe('[redacted],[redacted]');
  });

  it('is hidden beside other secrets (N1)', () => {
    expect(knowing('first-secret', 'second-secret').clean('second-secret first-secret')).toBe('[redacted] [redacted]');
  });

  it.each([
    ['a NUL', '\u0000'],
    ['a backspace', '\b'],
    ['a carriage return', '\r'],
    ['a delete', '\u007F'],
    ['a C1 control', '\u0085'],
    ['a zero-width space', '\u200B'],
    ['a zero-width joiner', '\u200D'],
    ['a turn of direction', '\u202E'],
    ['a word joiner', '\u2060'],
    ['a byte-order mark', '\uFEFF'],
    ['a line separator', '\u2028'],
    ['a colour', '\u001B[31m'],
    ['a colour of many parts', '\u001B[38;2;1;2;3m'],
    ['a cursor move', '\u001B[2K'],
    ['a private mode', '\u001B[?25l'],
    ['a window title', '\u001B]0;title\u0007'],
    ['a link', '\u001B]8;;https://x.example\u001B\\'],
    ['a two-character escape', '\u001BM'],
    ['a lone escape', '\u001B'],
    ['a written escape', String.raw`\u001b[31m`],
    ['a written escape in capitals', String.raw`\u001B`],
    ['a written hexadecimal escape', String.raw`\x1b[0m`],
    ['a written zero-width space', String.raw`\u200b`],
    ['a written delete', String.raw`\x7f`],
    ['several in a row', '\u0000\u001B[1m\u200B'],
  ])('is found although %s cuts it (N1)', (_, cut) => {
    expect(knowing(secret).clean(`key ${cutBy(cut)} refused`)).toBe('key [redacted] refused');
  });

  it.each([
    ['a tab', '\t'],
    ['a line feed', '\n'],
    ['a written line feed', String.raw`\n`],
    ['a written tab', String.raw`\t`],
    ['the character set that `tput sgr0` sends', '\u001B(B'],
    ['an escape that ends in a small letter', '\u001Bc'],
    ['an escape that ends in a digit', '\u001B7'],
    ['a one-character CSI', '\u009B31m'],
    ['a device control string', '\u001BPpayload\u001B\\'],
    ['a soft hyphen', '\u00AD'],
    ['an Arabic letter mark', '\u061C'],
    ['a variation selector', '\uFE0F'],
    ['a doubly written escape', String.raw`\\u001b[31m`],
  ])('is found although %s cuts it (N1)', (_, cut) => {
    const shown = knowing(secret).clean(`key ${cutBy(cut)} refused`);
    expect(shown).not.toContain(secret.slice(0, 8));
    expect(shown).not.toContain(secret.slice(8));
  });

  it('is found wherever a control character or colour cuts it (N1)', () => {
    const cuts = fc.constantFrom(
      '\u0000',
      '\u0007',
      '\u001B[31m',
      '\u200B',
      '\u202E',
      '\u001B[0;1m',
      String.raw`\u0000`,
    );
    fc.assert(
      fc.property(secrets, fc.nat(), cuts, (value, at, cut) => {
        const place = 1 + (at % (value.length - 1));
        // A backslash before a written control would be part of it, and a bracket after it an end of it.
        fc.pre(!/[\\[]/.test(value));
        const shown = knowing(value).clean(`<${value.slice(0, place)}${cut}${value.slice(place)}>`);
        expect(shown).toBe('<[redacted]>');
      }),
    );
  });

  it('is hidden whole where another secret is the beginning of it (N1)', () => {
    expect(knowing('shared-start', 'shared-start-and-more').clean('x shared-start-and-more y')).toBe('x [redacted] y');
  });

  it('is hidden whole where it is the beginning of another that came first (N1)', () => {
    expect(knowing('shared-start-and-more', 'shared-start').clean('x shared-start-and-more y')).toBe('x [redacted] y');
  });

  it('is not halved by the bound on what is looked at (N1)', () => {
    const text = `${' '.repeat(maxHostTextLength * 8 - 8)}${secret}`;
    expect(knowing(secret).clean(text)).not.toContain(secret.slice(0, 8));
  });

  it('is hidden with the escapes that JSON gives it (N1)', () => {
    const value = String.raw`quo"ted\slash`;
    expect(knowing(value).clean(JSON.stringify({ key: value }))).not.toContain('slash');
  });

  it('is hidden in base64 for URLs (N1)', () => {
    const value = '>>>???>>>???';
    expect(knowing(value).clean(Buffer.from(value).toString('base64url'))).toBe('[redacted]');
  });

  it.each([' ', 'a', 'abcde'])('is too common to be hidden when it is "%s"', (value) => {
    expect(knowing(value).clean('a b abcde')).toBe('a b abcde');
  });
});

describe('what is shaped like a credential', () => {
  it.each([
    ['a vendor key', 'sk-abcdefgh12345678'],
    ['a vendor key of a project', 'sk-proj-abc_DEF-12345678'],
    ['a plan key', 'tp-abcdefgh1234'],
    ['an admin key', 'admin-0123456789abcdef'],
    ['a bearer token', 'Bearer abc.def~ghi+jkl/mno='],
    ['basic credentials', 'Basic dXNlcjpwYXNzd29yZA=='],
    ['a JWT', 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl'],
    ['a JWT without a signature', 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.'],
    ['a Google key', 'AIzaSyA-1234567890abcdefg'],
    ['a Zhipu key', '0123456789abcdef0123456789abcdef.AbCdEfGh12345678'],
  ])('is hidden without having been learnt: %s (N1)', (_, text) => {
    expect(new Redactor().clean(`before ${text} after`)).toBe('before [redacted] after');
  });

  it.each(['ask-me', 'sk-short', 'the risk-free offer', 'administrator', '0123456789abcdef', 'a bearer of news'])(
    'does not make an ordinary "%s" vanish',
    (text) => {
      expect(new Redactor().clean(text)).toBe(text);
    },
  );

  it('is found although a control character cuts it (N1)', () => {
    expect(new Redactor().clean('sk-abcd\u0000efgh12345678')).toBe('[redacted]');
  });
});

describe('text from outside', () => {
  it('comes out as one line without controls, of bounded length, and never throws (N1)', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 2000 }), fc.integer({ min: 1, max: 700 }), (text, longest) => {
        const shown = new Redactor().clean(text, longest);
        expect(shown.length).toBeLessThanOrEqual(longest);
        expect(shown).not.toMatch(/[\u0000-\u001F\u007F-\u009F\u2028-\u202E]/);
      }),
    );
  });

  it('is cut at the longest length, with a mark of the cut', () => {
    expect(new Redactor().clean('abcdefghij', 5)).toBe('abcd…');
    expect(new Redactor().clean('abcde', 5)).toBe('abcde');
    expect(new Redactor().clean('a '.repeat(1000))).toHaveLength(maxHostTextLength);
  });

  it('has its white space folded', () => {
    expect(new Redactor().clean('  a \n\t b\n')).toBe('a b');
  });

  it('is redacted before it is cut, so that no half of a secret stays (N1)', () => {
    const shown = knowing(secret).clean(`${'x'.repeat(10)}${secret}`, 20);
    expect(shown).toBe('xxxxxxxxxx[redacted]');
  });

  it('keeps an ordinary message', () => {
    expect(new Redactor().clean('API returned 429: {"error":"slow down"}')).toBe(
      'API returned 429: {"error":"slow down"}',
    );
  });

  it('can be redacted without being folded', () => {
    expect(knowing(secret).redact(`line one\n  ${secret}\n`)).toBe('line one\n  [redacted]\n');
  });
});
