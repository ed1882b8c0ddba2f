import type { Readable } from 'node:stream';
import type { ImportMode } from '../core/modes.ts';
import { RelayError } from '../core/relay-error.ts';
import { readInput } from '../text/read-input.ts';
import { acceptedKeys, type FormFault, type KeyFile, type MalformedLine } from './key-file.ts';
import { keyForm } from './key-form.ts';
import { parseKeyLines } from './parse-key-lines.ts';

/** Largest key file that is read, in bytes: some 200,000 keys. */
const maxFileBytes = 16 * 1024 * 1024;

/**
 * Reads a key file, or standard input for `-`. A fault of its form refuses it; malformed lines refuse it in
 * strict mode and are left out in partial mode. Throws `FILE_UNREADABLE`, `KEYS_MALFORMED` or `KEYS_EMPTY`; no message holds any text of the file.
 */
export async function readKeyFile(path: string, mode: ImportMode, stdin: Readable): Promise<KeyFile> {
  const read = await readInput(path === '-' ? stdin : path, maxFileBytes);
  if ('why' in read)
    throw new RelayError('FILE_UNREADABLE', `The key file ${path} cannot be read (${read.why}).`, {
      cause: read.cause,
    });
  const file = await parse(decode(read.bytes, path));
  if ('faults' in file) {
    const { faults } = file;
    const details = faults.slice(0, 20).map(({ line, column, what }) => `${path}:${line}:${column}: ${what}`);
    throw new RelayError(
      'KEYS_MALFORMED',
      `The key file ${path} has ${faults.length} fault${faults.length === 1 ? '' : 's'} in its form.`,
      {
        details,
        hint: 'A key file holds one key a line, CSV with a header, or a JSON array; see `relay help key-files`.',
      },
    );
  }
  const malformed = file.entries.filter((entry): entry is MalformedLine => entry.kind === 'malformed');
  if (malformed.length > 0 && mode === 'strict') {
    throw new RelayError(
      'KEYS_MALFORMED',
      `The key file ${path} has ${malformed.length} malformed line${malformed.length === 1 ? '' : 's'}.`,
      {
        details: malformed.slice(0, 20).map((entry) => `${path}:${entry.line}: the line ${entry.why}`),
      },
    );
  }
  if (acceptedKeys(file).length === 0) {
    throw new RelayError(
      'KEYS_EMPTY',
      `The key file ${path} holds no key (${file.lines} line${file.lines === 1 ? '' : 's'}, ${file.blank} blank, ${malformed.length} malformed).`,
    );
  }
  return file;
}

/** Most files are plain lines: what reads the other forms is loaded where one is met. */
async function parse(text: string): Promise<KeyFile | { faults: FormFault[] }> {
  const plain = text.replace(/^\uFEFF/, '');
  if (keyForm(plain) === 'lines') return parseKeyLines(plain);
  return (await import('./parse-key-file.ts')).parseKeyFile(plain);
}

function decode(bytes: Buffer, path: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (cause) {
    throw new RelayError('FILE_UNREADABLE', `The key file ${path} is not UTF-8 text.`, { cause });
  }
}
