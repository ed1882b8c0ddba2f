import { NeedleSearch } from './needle-search.ts';
import type { Secret } from './secret.ts';
import { secretForms } from './secret-forms.ts';

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

/** Terminal sequences, whole. */
const escapeSequences =
  /\u001B(?:[PX\]^_][^\u0007\u001B]*(?:\u0007|\u001B\\)?|\[[0-?]*[ -/]*[@-~]?|[ -/]*[0-~])?|\u009B[0-?]*[ -/]*[@-~]?/g;

/** Control characters but for the white ones, and characters that are invisible or turn the direction of text. */
const controls = /[^\P{C}\t\n\r]|[\u2028\u2029]|\p{Variation_Selector}/gu;

/** The same written out, as JSON inside a text has them: `\u001b`, `\x1b`. */
const writtenControls =
  /\\+(?:u00[01][0-9a-f]|u007f|u00[89][0-9a-f]|u20[0-2][0-9a-f]|x[01][0-9a-f]|x7f)(?:\[[0-9;]*[A-Za-z])?/gi;

/** Longest text from a host that is ever shown or written, in characters. */
export const longestHostText = 600;

/** Longest secret that a cut could halve. */
const longestSecret = 16_384;

/** Makes text from outside fit to be seen: no secret, nothing that a terminal would obey, and not too much of it. */
export class Redactor {
  readonly #secrets = new NeedleSearch();

  /** From now on this secret is hidden in every form in which it is likely to be echoed. */
  learn(secret: Secret): void {
    for (const form of secretForms(secret.open())) this.#secrets.add(form);
  }

  /** One clean line of at most `longest` characters. Never throws. */
  clean(text: string, longest = longestHostText): string {
    // Nothing beyond the bound can be shown, and a hostile host may send megabytes; the rest is for secrets across it.
    const bound = longest * 8;
    const known = this.#hideKnown(text.slice(0, bound + longestSecret)).slice(0, bound);
    const line = hideShapes(withoutControls(known)).replace(/\s+/g, ' ').trim();
    return line.length > longest ? `${line.slice(0, longest - 1)}…` : line;
  }

  /** The same text without any known secret and without anything shaped like a credential. */
  redact(text: string): string {
    return hideShapes(this.#hideKnown(text));
  }

  #hideKnown(text: string): string {
    let result = '';
    let from = 0;
    for (const [start, end] of this.#secrets.find(text)) {
      result += text.slice(from, start) + hidden;
      from = end;
    }
    return result + text.slice(from);
  }
}

/** A text without what a terminal would obey and without what cannot be seen. */
export function withoutControls(text: string): string {
  return text.replace(escapeSequences, '').replace(writtenControls, '').replace(controls, '');
}

function hideShapes(text: string): string {
  return credentialShapes.reduce((result, shape) => result.replace(shape, hidden), text);
}
