import type { Secret } from './secret.ts';

const hidden = '[redacted]';

/** Shapes that are credentials whoever they belong to: vendor and user keys, admin keys, bearer tokens, JWTs. */
const credentialShapes = [
  /\b(?:sk|pk|tp|ak|rk)-[\w-]{8,}/gi,
  /\badmin-[0-9a-f]{16,}/gi,
  /\beyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]*/g,
  /\b(?:AIza|AQ\.)[\w-]{16,}/g,
  /\b[0-9a-f]{32}\.[A-Za-z0-9]{16}\b/g,
  /\b(bearer|basic)\s+[\w.~+/=-]{8,}/gi,
];

/** Escape sequences, control characters, and characters that are invisible or turn the direction of text. */
const escapeSequences = /\u001B(?:\[[0-?]*[ -/]*[@-~]|\][^\u0007\u001B]*(?:\u0007|\u001B\\)?|[@-Z\\-_])/g;
/** The same written out, as JSON inside a text has them: `\\u001b`, `\\x1b`. They would split a secret just as well. */
const writtenControls =
  /\\(?:u00[01][0-9a-f]|u007f|u00[89][0-9a-f]|u20[0-2][0-9a-f]|x[01][0-9a-f]|x7f)(?:\[[0-9;]*[A-Za-z])?/gi;
const controls = /[\u0000-\u0008\u000B-\u001F\u007F-\u009F\u200B-\u200F\u2028-\u202E\u2060-\u2069\uFEFF\uFFF9-\uFFFB]/g;

/** Longest text from a host that is ever shown or written, in characters. */
export const longestHostText = 600;

/**
 * Makes text from outside fit to be seen: strips escape sequences and control characters, then redacts, then cuts.
 * In this order, since a control character inside a secret would hide it from the search, and a cut could halve it.
 */
export class Redactor {
  readonly #needles = new Set<string>();

  /** From now on this secret is hidden, plain, URL-encoded or in base64. Secrets under six characters are too common. */
  learn(secret: Secret): void {
    const value = secret.open();
    if (value.length < 6) return;
    const base64 = Buffer.from(value).toString('base64');
    for (const form of [value, encodeURIComponent(value), base64, base64.replace(/=+$/, '')]) this.#needles.add(form);
  }

  /** One clean line of at most `longest` characters. Never throws. */
  clean(text: string, longest = longestHostText): string {
    // Nothing beyond this can be shown, and a hostile host may send megabytes.
    const bounded = text.slice(0, longest * 8);
    const redacted = this.redact(
      bounded.replace(escapeSequences, '').replace(writtenControls, '').replace(controls, ''),
    );
    const line = redacted.replace(/\s+/g, ' ').trim();
    return line.length > longest ? `${line.slice(0, longest - 1)}…` : line;
  }

  /** The same text without any known secret and without anything shaped like a credential. */
  redact(text: string): string {
    let result = text;
    for (const needle of this.#needles) result = result.split(needle).join(hidden);
    for (const shape of credentialShapes) result = result.replace(shape, hidden);
    return result;
  }
}
