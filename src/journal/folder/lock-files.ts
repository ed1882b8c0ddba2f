import { link, mkdir, open, rename, rm, utimes, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { RelayError } from '../../core/relay-error.ts';

export interface LockFile {
  text: string;
  /** When it was last touched, in milliseconds since 1970. */
  touchedAt: number;
  /** Another one for every file that was ever at this path. */
  id: string;
}

/** The steps on files that locks are made of. Each is done by the system at once. Throws `STATE_UNWRITABLE`. */
export interface LockFiles {
  read(path: string): Promise<LockFile | undefined>;
  /** Makes a file at a path that nobody else uses, and its folder. `touchedAt` is in milliseconds since 1970. */
  create(path: string, text: string, touchedAt: number): Promise<void>;
  /** Gives a file a second path. False when there is something at it, or no such file. */
  link(path: string, second: string): Promise<boolean>;
  /** Moves a file over another. False when there is no such file. */
  rename(path: string, over: string): Promise<boolean>;
  /** False when there is no such file. */
  touch(path: string, touchedAt: number): Promise<boolean>;
  /** Also when there is none. */
  remove(path: string): Promise<void>;
}

export const lockFiles: LockFiles = {
  read: (path) =>
    unless(['ENOENT', 'ESTALE'], undefined, `The lock ${path} cannot be read`, async () => {
      const file = await open(path, 'r');
      try {
        const { ino, mtimeMs, size } = await file.stat();
        return { text: await file.readFile('utf8'), touchedAt: mtimeMs, id: `${ino} ${mtimeMs} ${size}` };
      } finally {
        await file.close();
      }
    }),
  create: (path, text, touchedAt) =>
    unless([], undefined, cannotWrite(path), async () => {
      await mkdir(dirname(path), { recursive: true, mode: 0o700 });
      await writeFile(path, text, { mode: 0o600 });
      await utimes(path, touchedAt / 1000, touchedAt / 1000);
      return undefined;
    }),
  link: (path, second) => done(['EEXIST', 'ENOENT'], cannotWrite(second), () => link(path, second)),
  rename: (path, over) => done(['ENOENT'], cannotWrite(over), () => rename(path, over)),
  touch: (path, at) => done(['ENOENT'], cannotWrite(path), () => utimes(path, at / 1000, at / 1000)),
  remove: (path) => unless([], undefined, cannotWrite(path), () => rm(path, { force: true })),
};

function cannotWrite(path: string): string {
  return `The lock ${path} cannot be written`;
}

/** Whether it was done, where the system may say by one of these codes that it was not. */
function done(codes: readonly string[], failed: string, work: () => Promise<void>): Promise<boolean> {
  return unless(codes, false, failed, async () => {
    await work();
    return true;
  });
}

/** What the work gives, or `otherwise` where the system says no by one of these codes. */
async function unless<T, U>(
  codes: readonly string[],
  otherwise: U,
  failed: string,
  work: () => Promise<T>,
): Promise<T | U> {
  try {
    return await work();
  } catch (cause) {
    const { code = 'unknown' } = cause as NodeJS.ErrnoException;
    if (codes.includes(code)) return otherwise;
    throw new RelayError('STATE_UNWRITABLE', `${failed} (${code}).`, { cause });
  }
}
