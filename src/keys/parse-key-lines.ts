import { Secret } from '../terms/secret.ts';
import { nameKey, type Fingerprint } from './fingerprint.ts';

/** A line that holds a key. `duplicateOf` is the number of the line that held the same key first. */
export interface KeyLine {
  kind: 'key';
  line: number;
  fingerprint: Fingerprint;
  last4: string;
  duplicateOf: number | null;
  key: Secret;
}

/** A line that cannot be a key. Its text is not kept: it may hold a key all the same. */
export interface MalformedLine {
  kind: 'malformed';
  line: number;
  why: string;
}

export interface KeyFile {
  /** All lines, blank ones included. The newline that ends the last line begins no line. */
  lines: number;
  /** Empty lines and lines that begin with `#`. */
  blank: number;
  entries: (KeyLine | MalformedLine)[];
}

/** Longest key that is believed, in characters; no vendor issues keys near it. */
const longestKey = 4096;

/**
 * Reads plain key text, one key a line (rules B4 and N2): UTF-8 with or without a byte-order mark; LF, CRLF or CR end a
 * line. The first of equal keys counts, the others name it.
 */
export function parseKeyLines(text: string): KeyFile {
  const lines = text.replace(/^\uFEFF/, '').split(/\r\n|\n|\r/);
  if (lines.at(-1) === '') lines.pop();
  const file: KeyFile = { lines: lines.length, blank: 0, entries: [] };
  const firstLineOf = new Map<string, number>();
  for (const [index, raw] of lines.entries()) {
    const line = index + 1;
    const value = raw.trim();
    if (value === '' || value.startsWith('#')) {
      file.blank += 1;
      continue;
    }
    const why = faultOf(value);
    if (why !== undefined) {
      file.entries.push({ kind: 'malformed', line, why });
      continue;
    }
    const first = firstLineOf.get(value);
    if (first === undefined) firstLineOf.set(value, line);
    const key = new Secret(value);
    file.entries.push({ kind: 'key', line, ...nameKey(key), duplicateOf: first ?? null, key });
  }
  return file;
}

function faultOf(value: string): string | undefined {
  if (/\s/u.test(value)) return 'has white space inside';
  if (/\p{C}/u.test(value)) return 'has control or invisible characters inside';
  if (/[^\x21-\x7E]/.test(value)) return 'has characters that no request header can carry';
  if (value.length > longestKey) return `is longer than ${longestKey} characters`;
  return undefined;
}

/** The lines whose keys are to be imported: well-formed, and the first with this key. */
export function acceptedKeys(file: KeyFile): KeyLine[] {
  return file.entries.filter((entry): entry is KeyLine => entry.kind === 'key' && entry.duplicateOf === null);
}
