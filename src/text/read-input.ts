import { constants, type Stats } from 'node:fs';
import { open, stat, type FileHandle } from 'node:fs/promises';
import type { Readable } from 'node:stream';

/**
 * What a file holds, and what the system said of the very file that was read; or why it is not read; `why` fits into brackets
 * behind "cannot be read".
 */
export type Input = { bytes: Buffer; stats?: Stats } | { why: string; cause?: unknown };

/** How much of a file is read at once, in bytes. */
const chunkBytes = 64 * 1024;

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
      return { ...(await drain(chunksOf(file), largest)), stats: await file.stat() };
    } finally {
      await file.close();
    }
  } catch (cause) {
    return { why: (cause as NodeJS.ErrnoException).code ?? 'unknown', cause };
  }
}

/** What a file holds, piece by piece; a stream of it would take longer to make than most of these files to read. */
async function* chunksOf(file: FileHandle): AsyncGenerator<Uint8Array> {
  for (;;) {
    const { buffer, bytesRead } = await file.read(Buffer.allocUnsafe(chunkBytes), 0, chunkBytes, null);
    if (bytesRead === 0) return;
    yield buffer.subarray(0, bytesRead);
  }
}

async function drain(stream: AsyncIterable<unknown>, largest: number): Promise<Input> {
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
