import type { RunTools } from '../../apply/run-tools.ts';
import { lockKeys } from '../../journal/lock/lock-keys.ts';
import type { HeldLocks } from '../../journal/lock/held-locks.ts';
import { takeLocks } from '../../journal/lock/lock.ts';
import { LockWatch } from '../../journal/lock/lock-watch.ts';
import type { HostIdentity } from '../../host/host.ts';
import { systemClock } from '../../core/clock.ts';
import type { RelayError } from '../../core/relay-error.ts';
import type { StateStore } from '../../journal/state-store.ts';
import { systemProcesses } from './processes.ts';

/** Stands in a lock for all providers of a host; no provider is called so. */
const wholeHost = '*';

/** Patience with another run on the same provider of the same host (rule N12). */
const waitMs = 10_000;

/** The run that is at work on a provider at this address, among those that share the state. */
export async function runAtWork(
  { locks: store }: StateStore,
  hostUrl: string,
  provider: string,
): Promise<string | undefined> {
  const keys = [provider, wholeHost].flatMap((each) => lockKeys(hostUrl, null, each));
  const [found] = (await Promise.all(keys.map(({ name }) => store.find(name)))).filter((each) => each !== undefined);
  if (found === undefined || new LockWatch(systemProcesses(), store.timing).isStale(found, systemClock.now()))
    return undefined;
  return found.owner?.run;
}

/**
 * Returns what takes the locks of a provider on a host for this process. `lost` is told when the run must end because one
 * has another owner. Of a provider that is held already it takes none.
 */
export function lockHolder(
  state: () => Promise<StateStore>,
  {
    host,
    clock,
    stop,
    emit,
    timeoutMs,
    identity: known,
  }: Pick<RunTools, 'host' | 'clock' | 'stop' | 'emit'> & {
    timeoutMs: number;
    identity: HostIdentity | null | undefined;
  },
  lost: (reason: RelayError) => void,
): (provider: string, run: string) => Promise<HeldLocks | undefined> {
  const hostUrl = host.info.url;
  const held = new Set<string>();
  // Where one object holds everything, two runs on different providers would write over each other.
  const isWhole = host.info.capabilities.lock === 'host';
  let identity = known === undefined ? undefined : Promise.resolve(known);
  return async (asked, run) => {
    const provider = isWhole ? wholeHost : asked;
    if (held.has(provider)) return undefined;
    identity ??= host.identity();
    const locks = await takeLocks({
      store: (await state()).locks,
      keys: lockKeys(hostUrl, await identity, provider),
      provider: asked,
      hostUrl,
      run,
      timeoutMs,
      waitMs,
      clock,
      processes: systemProcesses(),
      stop,
      notice: (text) => emit({ type: 'notice', text }),
      waits: (text) => emit({ type: 'notice', text }),
      lost,
    });
    held.add(provider);
    return locks;
  };
}
