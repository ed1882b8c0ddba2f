import { createHash } from 'node:crypto';
import { existsSync, linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { throwIfStopped } from '../apply/run-tools.ts';
import type { Clock } from '../terms/clock.ts';
import { RelayError } from '../terms/relay-error.ts';

const ownerSchema = z.object({ pid: z.int(), run: z.string(), since: z.string() });
type Owner = z.infer<typeof ownerSchema>;

export interface LockOptions {
  stateDir: string;
  hostUrl: string;
  provider: string;
  owner: Owner;
  /** How long to wait for another run, in milliseconds. */
  waitMs: number;
  clock: Clock;
  isAlive: (pid: number) => boolean;
  stop: AbortSignal;
}

const pollMs = 250;

/**
 * Makes this the only run on a machine that changes this provider of this host (rule N12). Waits for another one, then
 * throws `LOCKED` naming it, or the reason of `stop`. A lock whose owner is gone heals itself. Returns what gives it back.
 */
export async function takeLock(options: LockOptions): Promise<() => void> {
  const folder = join(options.stateDir, 'locks');
  const name = createHash('sha256').update(`${options.hostUrl} ${options.provider}`).digest('hex').slice(0, 24);
  const file = join(folder, `${name}.lock`);
  const until = options.clock.now() + options.waitMs;
  for (;;) {
    if (tryToTake(folder, file, options.owner)) return () => release(file, options.owner);
    const holder = readOwner(file);
    // No process asks for a lock that it holds: one with its number was left by an earlier one, as in a container.
    if (holder === undefined || holder.pid === options.owner.pid || !options.isAlive(holder.pid)) {
      // Nobody is left to give it back. Whoever removes it first tries again like everyone else.
      if (sameOwner(readOwner(file), holder)) rmSync(file, { force: true });
      continue;
    }
    throwIfStopped(options);
    if (options.clock.now() >= until) {
      throw new RelayError(
        'LOCKED',
        `The run ${holder.run} (process ${holder.pid}) has been at work on ${options.provider} at ${options.hostUrl} since ${holder.since}.`,
      );
    }
    await options.clock.sleep(pollMs, options.stop);
  }
}

function tryToTake(folder: string, file: string, owner: Owner): boolean {
  const own = `${file}.${owner.pid}`;
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    // Linked when it is whole, so that nobody ever reads a lock without an owner.
    writeFileSync(own, JSON.stringify(owner), { mode: 0o600 });
    linkSync(own, file);
    return true;
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    if (code === 'EEXIST') return false;
    throw new RelayError('STATE_UNWRITABLE', `The lock ${file} cannot be written (${code ?? 'unknown'}).`, { cause });
  } finally {
    if (existsSync(own)) rmSync(own);
  }
}

function readOwner(file: string): Owner | undefined {
  try {
    return ownerSchema.safeParse(JSON.parse(readFileSync(file, 'utf8'))).data;
  } catch {
    return undefined;
  }
}

function sameOwner(one: Owner | undefined, other: Owner | undefined): boolean {
  return one?.pid === other?.pid && one?.run === other?.run && one?.since === other?.since;
}

function release(file: string, owner: Owner): void {
  if (sameOwner(readOwner(file), owner)) rmSync(file, { force: true });
}
