import type { Readable } from 'node:stream';
import { RelayError } from '../core/relay-error.ts';
import { Secret } from '../core/secrets/secret.ts';
import { readInput } from '../text/read-input.ts';

/** Larger is no secret, in bytes. */
const maxSecretBytes = 64 * 1024;

/** The one secret in a file, or on standard input for `-`, without the white space around it. Throws `FILE_UNREADABLE`. */
export async function readSecretFile(path: string, stdin: Readable): Promise<Secret> {
  const read = await readInput(path === '-' ? stdin : path, maxSecretBytes);
  if ('why' in read)
    throw new RelayError('FILE_UNREADABLE', `The file ${path} cannot be read (${read.why}).`, { cause: read.cause });
  return sealSecret(read.bytes.toString('utf8'), `The file ${path}`);
}

/** Seals a secret that came as text. `where` begins the message when it cannot be one. */
export function sealSecret(text: string, where: string): Secret {
  const value = text.replace(/^\uFEFF/, '').trim();
  if (value === '') throw new RelayError('FILE_UNREADABLE', `${where} holds no secret.`);
  if (/[^\x20-\x7E]/.test(value))
    throw new RelayError(
      'FILE_UNREADABLE',
      `${where} holds more than one line, or characters that no request can carry.`,
    );
  return new Secret(value);
}
