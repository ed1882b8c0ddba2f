import { HostFailure } from '../host-failure.ts';

/** Something answers at the address, but not as a host does: what to do about it is told by the address itself. */
export function wrongAddress(
  baseUrl: string,
  message: string,
  facts: { status?: number | undefined; delivery: 'not_applied' | 'unknown'; hint?: string; cause?: unknown },
): HostFailure {
  return new HostFailure('HOST_WRONG_ADDRESS', message, { hint: addressHint(baseUrl), transient: false, ...facts });
}

/** Something in front of a host wants a login before it lets anybody through, on a path that the host answers to all. */
export function loginInFront(baseUrl: string, status: number): HostFailure {
  return wrongAddress(baseUrl, `${baseUrl} asks for a login before it answers at all; the host itself does not.`, {
    status,
    delivery: 'not_applied',
    hint: 'Something in front of the host keeps others out: let relay past it, or give the address behind it.',
  });
}

/** What to do about an address at which something else answers. */
export function addressHint(baseUrl: string): string {
  const { host, origin, pathname } = new URL(baseUrl);
  return pathname === '/'
    ? `Something else listens at ${host}: check the address and the port of --host.`
    : `Give the root address of the host, without a path: --host ${origin}.`;
}
