import { hiddenText } from './hidden-text.ts';
import { keyWithin } from './key-fingerprint.ts';
import { MultiSearch } from './multi-search.ts';
import { readingsOf, Unreadable } from './readings.ts';
import { Secret } from './secret.ts';
import { secretForms } from './secret-encodings.ts';
import { comparedLength, SecretTraces } from './secret-traces.ts';

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

/** Longer than ids are, and without what words are joined with: a key, unless it is a number, a word or a digest. */
const longRuns = /[A-Za-z0-9]{32,}/g;

/** Names as relay gives them: of groups, channels and plans, of staging groups, of probe users, of accounts. */
const ownNames =
  /^(?:relay-[a-z0-9-]+-(?:subscription|self-service)|relay-staging-[a-z0-9-]+|relay-probe-[a-z0-9-]+@relay\.invalid|[a-z0-9][a-z0-9-]*-\d{2,})$/;

/** A password may be a word of such a name; what is longer is none. */
const maxWordLength = 16;

/** Terminal sequences, whole. */
const escapeSequences =
  /\u001B(?:[PX\]^_][^\u0007\u001B]*(?:\u0007|\u001B\\)?|\[[0-?]*[ -/]*[@-~]?|[ -/]*[0-~])?|\u009B[0-?]*[ -/]*[@-~]?/g;

/** Control characters but for the white ones, and characters that are invisible or turn the direction of text. */
const controls = /[^\P{C}\t\n\r]|[\u2028\u2029]|\p{Variation_Selector}/gu;

/** The same written out, as JSON inside a text has them: `\u001b`, `\x1b`. */
const writtenControls =
  /\\+(?:u00[01][0-9a-f]|u007f|u00[89][0-9a-f]|u20[0-2][0-9a-f]|x[01][0-9a-f]|x7f)(?:\[[0-9;]*[A-Za-z])?/gi;

/** Longest text from a host that is ever shown or written, in characters. */
export const maxHostTextLength = 600;

/** Longest secret that a cut could halve, and longest name that is looked through. */
const maxSecretLength = 16_384;

/** How many texts that hide nothing are remembered, and how long they are at most: lists of a host are read again and again. */
const remembered = { texts: 20_000, length: 300 };

/** Makes text from outside fit to be seen: no secret, nothing that a terminal would obey, and not too much of it. */
export class Redactor {
  readonly #secrets = new MultiSearch();
  readonly #traces = new SecretTraces();
  /** What was looked through since the newest secret was learnt, and may be seen. */
  readonly #harmless = new Set<string>();

  /** From now on this secret is hidden in every form in which it is likely to be echoed. */
  learn(secret: Secret): void {
    this.#harmless.clear();
    this.#traces.add(secret.open());
    for (const form of secretForms(secret.open())) this.#secrets.add(form);
  }

  /** Seals a secret that came from outside, and hides it from now on. */
  seal(value: string): Secret {
    const secret = new Secret(value);
    this.learn(secret);
    return secret;
  }

  /**
   * One clean line of at most `longest` characters. A secret that stands in it as it is, or in its usual forms, is cut
   * out; a text that may tell a part of one in any other way is hidden whole. Never throws.
   */
  clean(text: string, longest = maxHostTextLength): string {
    // Nothing beyond the bound can be shown, and a hostile host may send megabytes; the rest is for secrets across it.
    const bound = longest * 8;
    const known = this.#hideKnown(text.slice(0, bound + maxSecretLength)).slice(0, bound);
    const seen = hideShapes(withoutControls(known));
    const tells = [known, seen].some((each) => this.#tells(each));
    const line = tells ? hiddenText(text) : hideLongRuns(seen).replace(/\s+/g, ' ').trim();
    return line.length > longest ? `${line.slice(0, longest - 1)}…` : line;
  }

  /**
   * A name that people have chosen on a host, as it is but for what a terminal would obey, or hidden whole where it may
   * hold a secret. Names that relay gives are left as they are. An account that is named by its own key tells a secret
   * that nobody may have told relay: it is known by its fingerprint, and learnt.
   */
  name(text: string, fingerprint?: string): string {
    const own = fingerprint === undefined ? undefined : keyWithin(text, fingerprint);
    if (own !== undefined) this.learn(new Secret(own));
    return this.hide(text).replace(/\p{C}/gu, '\uFFFD');
  }

  /** The text as it is, or hidden whole where it may hold a secret. */
  hide(text: string): string {
    if (this.#harmless.has(text)) return text;
    if (text.length > maxSecretLength) return hiddenText(text);
    const seen = withoutControls(text);
    const longest = ownNames.test(text) ? Math.min(maxWordLength, comparedLength(text)) : 1;
    const found = this.#secrets.find(text).some(([start, end]) => end - start >= Math.min(longest, text.length));
    const hides = found || hideLongRuns(hideShapes(seen)) !== seen || this.#tells(text, longest);
    if (hides || (seen !== text && this.#tells(seen))) return hiddenText(text);
    if (this.#harmless.size >= remembered.texts) this.#harmless.clear();
    if (text.length <= remembered.length) this.#harmless.add(text);
    return text;
  }

  /** The same text without any known secret and without anything shaped like a credential. */
  redact(text: string): string {
    return hideShapes(this.#hideKnown(text));
  }

  /** Whether so much of a secret can be read in it; when an encoding must be undone for that, however little it is. */
  #tells(text: string, least = 1): boolean {
    try {
      let enough = least;
      for (const reading of readingsOf(text)) {
        if (this.#traces.longestIn(reading) >= enough) return true;
        enough = 1;
      }
      return false;
    } catch (error) {
      if (error instanceof Unreadable) return true;
      throw error;
    }
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

/** Digests and numbers have letters of one kind up to f, and words have no digits. */
function hideLongRuns(text: string): string {
  return text.replace(longRuns, (run) =>
    /^(?:[0-9a-f]+|[0-9A-F]+)$/.test(run) || (run.match(/\d/g) ?? []).length < 3 ? run : hiddenText(run),
  );
}
