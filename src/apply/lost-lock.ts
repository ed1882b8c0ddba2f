import type { HostWrites } from '../host/host.ts';
import type { RelayError } from '../core/relay-error.ts';
import { stopReason } from './run-tools.ts';

/** Why nothing may be sent any more, not even to undo: another run may be at work on the same provider. */
export function lostLock(stop: AbortSignal): RelayError | undefined {
  const reason = stopReason(stop);
  return reason?.code === 'LOCK_LOST' ? reason : undefined;
}

/** Changes that leave only as long as the lock is not lost. After that each throws `LOCK_LOST`. */
export function untilLockIsLost(writes: HostWrites, stop: AbortSignal): HostWrites {
  return new Proxy(writes, {
    get: (target, name) => {
      const write: unknown = Reflect.get(target, name);
      if (typeof write !== 'function') return write;
      return async (...args: unknown[]) => {
        const lost = lostLock(stop);
        if (lost !== undefined) throw lost;
        return (await write.apply(target, args)) as unknown;
      };
    },
  });
}
