import { constants } from 'node:fs';
import { open, stat, type FileHandle } from 'node:fs/promises';

/** Whether a place is a device, a pipe, or what the shell has opened: nothing that another file may take the place of. */
export async function isSpecial(file: string): Promise<boolean> {
  if (/^\/(?:dev|proc\/(?:self|\d+))\/(?:fd\/\d+|std(?:out|err))$/.test(file)) return true;
  const there = await stat(file).catch(() => undefined);
  return there !== undefined && !there.isFile();
}

/** Pipes stay open until the report comes: whoever reads one would take a first opening that ends for all of it. */
const pipes: FileHandle[] = [];

/** Opens such a place to see whether it takes anything. Never waits: a pipe that nobody reads is an error. */
export async function openSpecial(file: string): Promise<void> {
  const handle = await open(file, constants.O_WRONLY | constants.O_APPEND | constants.O_NONBLOCK);
  if ((await handle.stat()).isFIFO()) pipes.push(handle);
  else await handle.close();
}

/** Writes a text to such a place, after what is there. */
export async function writeSpecial(file: string, text: string): Promise<void> {
  await openSpecial(file);
  const handle = await open(file, constants.O_WRONLY | constants.O_APPEND);
  try {
    await handle.writeFile(text);
  } finally {
    await handle.close();
    await Promise.all(pipes.splice(0).map((pipe) => pipe.close()));
  }
}
