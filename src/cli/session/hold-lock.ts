import { join } from 'node:path';
import type { RunTools } from '../../apply/run-tools.ts';
import { FolderLocks } from '../../journal/folder-locks.ts';
import { lockFiles } from '../../journal/lock-files.ts';
import { lockKeys } from '../../journal/lock-keys.ts';
import { takeLocks } from '../../journal/lock.ts';
import { LockWatch } from '../../journal/lock-watch.ts';
import { systemClock } from '../../core/clock.ts';
import type { RelayError } from '../../core/relay-error.ts';
import type { Io } from '../io.ts';
import { systemProcesses } from './processes.ts';
import { stateDirOf } from './state-dir-of.ts';

/** Stands in a lock for all providers of a host; no provider is called so. */
const wholeHost = '*';

/** Patience with another run on the same provider of the same host (rule N12). */
const waitMs = 10_000;

/** The run that is at work on a provider at this address, among those that share the folder for state. */
export async function runAtWork(io: Io, hostUrl: string, provider: string): Promise<string | undefined> {
  const store = new FolderLocks(join(stateDirOf(io), 'locks'), lockFiles);
  const keys = [provider, wholeHost].flatMap((each) => lockKeys(hostUrl, null, each));
  const [found] = (await Promise.all(keys.map(({ name }) => store.find(name)))).filter((each) => each !== undefined);
  if (found === undefined || new LockWatch(systemProcesses()).isStale(found, systemClock.now())) return undefined;
  return found.owner?.run;
}

/**
 * Returns what holds the locks of a provider on a host for this process, and then what gives them back. `lost` is told when
 * the run must end because one has another owner. A provider that is held already is held once.
 */
export function lockHolder(
  io: Io,
  { host, clock, stop, emit }: Pick<RunTools, 'host' | 'clock' | 'stop' | 'emit'>,
  lost: (reason: RelayError) => void,
): (provider: string, run: string) => Promise<() => Promise<void>> {
  const store = new FolderLocks(join(stateDirOf(io), 'locks'), lockFiles);
  const hostUrl = host.info.url;
  const held = new Set<string>();
  // Where one object holds everything, two runs on different providers would write over each other.
  const isWhole = host.info.capabilities.lock === 'host';
  let identity: ReturnType<typeof host.identity> | undefined;
  return async (asked, run) => {
    const provider = isWhole ? wholeHost : asked;
    if (held.has(provider)) return async () => undefined;
    identity ??= host.identity();
    const giveBack = await takeLocks({
      store,
      keys: lockKeys(hostUrl, await identity, provider),
      provider: asked,
      hostUrl,
      run,
      waitMs,
      clock,
      processes: systemProcesses(),
      stop,
      notice: (text) => emit({ type: 'notice', text }),
      lost,
    });
    held.add(provider);
    return giveBack;
  };
}
