import { readFile } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { RelayError } from '../terms/relay-error.ts';
import { Secret } from '../terms/secret.ts';

/** The one secret in a file, or on standard input for `-`, without the white space around it. Throws `FILE_UNREADABLE`. */
export async function readSecretFile(path: string, stdin: Readable): Promise<Secret> {
  const text = path === '-' ? await drain(stdin) : await load(path);
  return sealSecret(text, `The file ${path}`);
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

async function load(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (cause) {
    throw new RelayError(
      'FILE_UNREADABLE',
      `The file ${path} cannot be read (${(cause as NodeJS.ErrnoException).code ?? 'unknown'}).`,
      { cause },
    );
  }
}

async function drain(stream: Readable): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(Buffer.from(chunk as Uint8Array));
  return Buffer.concat(chunks).toString('utf8');
}
