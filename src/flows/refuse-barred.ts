import { RelayError } from '../core/relay-error.ts';
import type { Host } from '../host/host.ts';

/**
 * Refuses what would change resources that the login may not change, before anything is sent: accounts that went first would
 * be lost for nothing. Throws the host's own reason.
 */
export function refuseBarred(kinds: Iterable<string>, { resources: { barred, drivers } }: Host): void {
  if (barred === null) return;
  const own = new Set(drivers.map(({ kind }) => kind));
  if (![...kinds].some((kind) => own.has(kind))) return;
  throw new RelayError(barred.code, barred.message, { hint: barred.hint });
}
