import type { RunTools } from '../apply/run-tools.ts';
import type { Account, Id } from '../host/account.ts';
import { formatCount } from '../core/counted.ts';

/** The longest pause that is waited out, in milliseconds. */
const maxPauseMs = 60_000;

/**
 * Waits until the host hands requests again to these accounts, which it may spare after a vendor has refused one for coming
 * too fast: that was relay's doing, and is no state to leave them in. `look` tells how they are; returns how they are then.
 */
export async function waitOutPauses(
  ids: ReadonlySet<Id>,
  look: () => Promise<Map<Id, Account>>,
  { host, clock, emit, stop }: RunTools,
): Promise<Map<Id, Account>> {
  const now = await look();
  const ends = [...ids].flatMap((id) => {
    const until = now.get(id)?.limitedUntil ?? 0;
    return until > host.time() ? [until] : [];
  });
  if (ends.length === 0 || stop.aborted) return now;
  const pauseMs = Math.min(Math.max(...ends) - host.time(), maxPauseMs);
  const what = `${formatCount(ends.length)} that the host spares`;
  emit({ type: 'retry', stage: 'verify', what, reason: 'the vendor refused a test for coming too fast', pauseMs });
  await clock.sleep(pauseMs, stop);
  return look();
}
