import { readFile } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import type { ImportMode } from '../terms/modes.ts';
import { RelayError } from '../terms/relay-error.ts';
import { acceptedKeys, type KeyFile, type MalformedLine } from './key-file.ts';
import { parseKeyFile } from './parse-key-file.ts';

/** Largest key file that is read, in bytes: some 200,000 keys. */
const largestFile = 16 * 1024 * 1024;

/**
 * Reads a key file, or standard input for `-`. A fault of its form refuses it; malformed lines refuse it in
 * strict mode and are left out in partial mode. Throws `FILE_UNREADABLE`, `KEYS_MALFORMED` or `KEYS_EMPTY`; no message holds any text of the file.
 */
export async function readKeyFile(path: string, mode: ImportMode, stdin: Readable): Promise<KeyFile> {
  const bytes = path === '-' ? await drain(stdin) : await load(path);
  if (bytes.length > largestFile)
    throw new RelayError('FILE_UNREADABLE', `The key file ${path} is larger than 16 MiB.`);
  const file = parseKeyFile(decode(bytes, path));
  if ('faults' in file) {
    const { faults } = file;
    const details = faults.slice(0, 20).map(({ line, column, what }) => `${path}:${line}:${column}: ${what}`);
    throw new RelayError(
      'KEYS_MALFORMED',
      `The key file ${path} has ${faults.length} fault${faults.length === 1 ? '' : 's'} in its form.`,
      { details, hint: 'A key file holds one key a line, CSV with a header, or a JSON array; see the README.' },
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

async function load(path: string): Promise<Buffer> {
  try {
    return await readFile(path);
  } catch (cause) {
    const why = (cause as NodeJS.ErrnoException).code ?? 'unknown';
    throw new RelayError('FILE_UNREADABLE', `The key file ${path} cannot be read (${why}).`, { cause });
  }
}

async function drain(stream: Readable): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of stream) {
    chunks.push(Buffer.from(chunk as Uint8Array));
    size += (chunk as Uint8Array).length;
    if (size > largestFile) break;
  }
  return Buffer.concat(chunks);
}

function decode(bytes: Buffer, path: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (cause) {
    throw new RelayError('FILE_UNREADABLE', `The key file ${path} is not UTF-8 text.`, { cause });
  }
}
