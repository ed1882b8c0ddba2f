import { Secret } from '../core/secrets/secret.ts';
import { fingerprintKey, type Fingerprint } from './fingerprint.ts';
import type { KeySettings } from './key-settings.ts';

/** A line that holds a key. `duplicateOf` is the number of the line that held the same key first. */
export interface KeyLine {
  kind: 'key';
  line: number;
  fingerprint: Fingerprint;
  last4: string;
  duplicateOf: number | null;
  /** What the file says of this account alone; it wins over the pack. */
  settings: KeySettings;
  key: Secret;
}

/** A line that cannot be a key. Its text is not kept: it may hold a key all the same. */
export interface MalformedLine {
  kind: 'malformed';
  line: number;
  why: string;
}

/** A key file, whatever its form: `lines` = `blank` + the number of entries. */
export interface KeyFile {
  /** Text: all lines, blank ones included; the newline that ends the last line begins no line. JSON: the entries. */
  lines: number;
  /** Empty lines, lines that begin with `#`, and the header of CSV. */
  blank: number;
  entries: (KeyLine | MalformedLine)[];
}

/** A fault of the form of the whole file, which refuses it in every mode. Holds no text of the file. */
export interface FormFault {
  line: number;
  column: number;
  what: string;
}

/** Longest key that is believed, in characters; no vendor issues keys near it. */
const maxKeyLength = 4096;

/** Shorter ones could not be told from words, and so not be hidden where they are echoed. */
const minKeyLength = 8;

/** Collects the entries of a file: the first of equal keys counts, the others name it (rules B4 and N2). */
export class KeyEntries {
  readonly entries: KeyFile['entries'] = [];
  readonly #firstLineOf = new Map<string, number>();

  add(line: number, value: string, settings: KeySettings = {}): void {
    const why = faultOf(value);
    if (why !== undefined) {
      this.entries.push({ kind: 'malformed', line, why });
      return;
    }
    const first = this.#firstLineOf.get(value);
    if (first === undefined) this.#firstLineOf.set(value, line);
    const key = new Secret(value);
    this.entries.push({ kind: 'key', line, ...fingerprintKey(key), duplicateOf: first ?? null, settings, key });
  }
}

function faultOf(value: string): string | undefined {
  if (value === '') return 'has no key';
  if (/\s/u.test(value)) return 'has white space inside';
  if (/\p{C}/u.test(value)) return 'has control or invisible characters inside';
  if (/[^\x21-\x7E]/.test(value)) return 'has characters that no request header can carry';
  if (/^(["'`]).*\1$/.test(value)) return 'stands in quotes';
  // Words of shell and .env files; keys that end in = have no name before it.
  if (/^(?:[A-Z][A-Z0-9_]*|[a-z_]*(?:key|token|secret)[a-z_]*)=[^=]/.test(value)) return 'is a setting, NAME=key';
  if (/[,;]/.test(value)) return 'has a comma or a semicolon inside, and no header before it says that this is CSV';
  if (value.length < minKeyLength) return `is shorter than ${minKeyLength} characters`;
  if (value.length > maxKeyLength) return `is longer than ${maxKeyLength} characters`;
  return undefined;
}

/** The lines whose keys are to be imported: well-formed, and the first with this key. */
export function acceptedKeys(file: KeyFile): KeyLine[] {
  return file.entries.filter((entry): entry is KeyLine => entry.kind === 'key' && entry.duplicateOf === null);
}

/** The same file as if it held these keys only. */
export function onlyKeys(file: KeyFile, fingerprints: ReadonlySet<string>): KeyFile {
  const entries = acceptedKeys(file).filter((entry) => fingerprints.has(entry.fingerprint));
  return { lines: entries.length, blank: 0, entries };
}
