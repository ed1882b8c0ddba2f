import type { Host } from '../host/host.ts';
import type { RelayError } from '../core/relay-error.ts';
import { stopReason } from './run-tools.ts';

/** Why nothing may be sent any more, not even to undo: another run may be at work on the same provider. */
export function lostLock(stop: AbortSignal): RelayError | undefined {
  const reason = stopReason(stop);
  return reason?.code === 'LOCK_LOST' ? reason : undefined;
}

/**
 * The host, whose changes leave only as long as the lock is not lost. After that each throws `LOCK_LOST`. `confirm` resolves
 * when nobody else can have the lock for now, or `stop` tells that it is lost.
 */
export function untilLockIsLost(host: Host, stop: AbortSignal, confirm: () => Promise<void>): Host {
  return host.through({
    ask: (send) => send(),
    write: async (send) => {
      await confirm();
      const lost = lostLock(stop);
      if (lost !== undefined) throw lost;
      return send();
    },
  });
}
