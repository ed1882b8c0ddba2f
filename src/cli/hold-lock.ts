import { homedir } from 'node:os';
import { stateDir } from '../config/state-dir.ts';
import { takeLock } from '../journal/lock.ts';
import type { Clock } from '../terms/clock.ts';
import type { Io } from './io.ts';

/** Patience with another run on the same provider of the same host (rule N12). */
const waitMs = 10_000;

export function stateDirOf(io: Io): string {
  return stateDir(io.env, homedir());
}

/** Holds the lock of a provider on a host for this process. Returns what gives it back. */
export function holdLock(
  io: Io,
  at: { hostUrl: string; provider: string; run: string },
  clock: Clock,
  stop: AbortSignal,
): Promise<() => void> {
  const { hostUrl, provider, run } = at;
  const owner = { pid: process.pid, run, since: new Date(clock.now()).toISOString() };
  return takeLock({ stateDir: stateDirOf(io), hostUrl, provider, owner, waitMs, clock, isAlive, stop });
}

/** A process of another user answers with a refusal, and is alive all the same. */
function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
