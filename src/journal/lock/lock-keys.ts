import { createHash } from 'node:crypto';
import type { HostIdentity } from '../../host/host.ts';
import { isLoopback } from '../../core/loopback.ts';

/** One of the locks that a run holds. */
export interface LockKey {
  name: string;
  /** Whether another holder keeps the run from beginning; it is only told else. */
  refuses: boolean;
}

/**
 * What a run on a provider of a host locks, in the order in which everyone takes it: the address, by which nothing else
 * can be meant, and the host itself, however it is called, where it says who it is.
 */
export function lockKeys(url: string, identity: HostIdentity | null, provider: string): LockKey[] {
  const address: LockKey = { name: nameOf('address', foldedAddress(url), provider), refuses: true };
  if (identity === null) return [address];
  return [address, { name: nameOf('host', identity.value, provider), refuses: identity.proven }];
}

/** One name for all ways to write an address that certainly lead to the same place. */
export function foldedAddress(url: string): string {
  const { protocol, hostname, port, pathname } = new URL(url);
  const host = hostname.replace(/\.$/, '');
  return `${protocol}//${isThisMachine(host) ? 'localhost' : host}${port === '' ? '' : `:${port}`}${pathname.replace(/\/+$/, '')}`;
}

/** Beside the loopback names also those that stand for any address of the machine, and IPv4 written as IPv6. */
function isThisMachine(host: string): boolean {
  const any = ['0.0.0.0', '[::]', '[::ffff:0:0]'];
  return isLoopback(host) || any.includes(host) || /^\[::ffff:7f[0-9a-f]{2}:[0-9a-f]{1,4}\]$/.test(host);
}

function nameOf(kind: 'address' | 'host', value: string, provider: string): string {
  return createHash('sha256')
    .update(JSON.stringify([kind, value, provider]))
    .digest('hex')
    .slice(0, 24);
}
