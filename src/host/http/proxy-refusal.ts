import type { Proxy } from '../../core/proxy.ts';
import { HostFailure } from '../host-failure.ts';

/** A proxy that did not let a request through. */
export class ProxyRefusal extends Error {
  readonly status: number;

  constructor(status: number) {
    super(`the proxy answered ${status}`);
    this.status = status;
  }
}

/** `HOST_UNREACHABLE` for a request that the proxy refused. `what` names the request. */
export function refusedByProxy(
  what: string,
  cause: ProxyRefusal,
  { address, variable, authorization }: Proxy,
): HostFailure {
  const login =
    authorization === null
      ? `Give its login in ${variable}, as http://user:password@…`
      : `Check the login in ${variable}`;
  const hint = cause.status === 407 ? login : `Ask who runs the proxy to let it through`;
  return new HostFailure(
    'HOST_UNREACHABLE',
    `${what} did not get through the proxy ${address}, which answered ${cause.status}.`,
    {
      delivery: 'not_applied',
      transient: cause.status !== 407 && cause.status !== 403,
      cause,
      hint: `${hint}; NO_PROXY names hosts that are reached without it.`,
    },
  );
}

/** What to do when the proxy itself is not reached. */
export function proxyHint({ variable }: Proxy): string {
  return `Check ${variable} and that the proxy runs; NO_PROXY names hosts that are reached without it.`;
}
