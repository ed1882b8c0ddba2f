import { HostFailure } from '../host-failure.ts';

/** Something answers at the address, but not as a host does: what to do about it is told by the address itself. */
export function wrongAddress(
  baseUrl: string,
  message: string,
  facts: { status?: number | undefined; delivery: 'not_applied' | 'unknown'; hint?: string; cause?: unknown },
): HostFailure {
  return new HostFailure('HOST_WRONG_ADDRESS', message, { hint: addressHint(baseUrl), transient: false, ...facts });
}

function addressHint(baseUrl: string): string {
  const { host, origin, pathname } = new URL(baseUrl);
  return pathname === '/'
    ? `Something else listens at ${host}: check the address and the port of --host.`
    : `Give the root address of the host, without a path: --host ${origin}.`;
}
