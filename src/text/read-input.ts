import { constants, type Stats } from 'node:fs';
import { open, stat } from 'node:fs/promises';
import type { Readable } from 'node:stream';

/**
 * What a file holds, and what the system said of the very file that was read; or why it is not read; `why` fits into brackets
 * behind "cannot be read".
 */
export type Input = { bytes: Buffer; stats?: Stats } | { why: string; cause?: unknown };

/** What the shell has opened already, as for `--keys <(pass show kimi)`: reading it ends with who writes it. */
const opened = /^\/(?:dev\/(?:fd\/\d+|stdin)|proc\/(?:self|\d+)\/fd\/\d+)$/;

/**
 * Reads a file, or a stream, of which at most so many bytes are wanted. Never waits for a pipe without a writer and never
 * reads a device: what is no regular file is refused, but for what the shell has opened.
 */
export async function readInput(source: string | Readable, largest: number): Promise<Input> {
  try {
    if (typeof source !== 'string') return await drain(source, largest);
    if (!opened.test(source)) {
      const there = await stat(source);
      if (!there.isFile() && !there.isDirectory()) return { why: 'it is no regular file' };
    }
    // Should it have become a pipe since, opening it does not wait either.
    const file = await open(source, opened.test(source) ? 'r' : constants.O_RDONLY | constants.O_NONBLOCK);
    try {
      return { ...(await drain(file.createReadStream({ autoClose: false }), largest)), stats: await file.stat() };
    } finally {
      await file.close();
    }
  } catch (cause) {
    return { why: (cause as NodeJS.ErrnoException).code ?? 'unknown', cause };
  }
}

async function drain(stream: Readable, largest: number): Promise<Input> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of stream) {
    chunks.push(Buffer.from(chunk as Uint8Array));
    size += (chunk as Uint8Array).length;
    if (size > largest) return { why: `it is larger than ${sizeText(largest)}` };
  }
  return { bytes: Buffer.concat(chunks) };
}

function sizeText(bytes: number): string {
  return bytes < 1024 * 1024 ? `${bytes / 1024} KiB` : `${bytes / 1024 / 1024} MiB`;
}
