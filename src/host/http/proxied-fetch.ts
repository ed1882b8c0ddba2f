import { fetch, ProxyAgent, type RequestInit as UndiciInit } from 'undici';
import type { Proxy } from '../../core/proxy.ts';
import { ProxyRefusal } from './proxy-refusal.ts';
import type { Fetch } from './http-client.ts';

/**
 * The fetch of the platform, through a proxy: https in a tunnel, plain http as a request to the proxy. The platform's own
 * cannot do it on every version of Node. Throws `ProxyRefusal` where the proxy does not let a request through.
 */
export function proxiedFetch({ address, authorization }: Proxy): Fetch {
  const dispatcher = new ProxyAgent({
    uri: address,
    proxyTunnel: false,
    ...(authorization === null ? {} : { token: authorization.open() }),
  });
  return async (url, init) => {
    try {
      // The types of the platform and of the library differ, their objects do not.
      const response = (await fetch(url, { ...(init as UndiciInit), dispatcher })) as unknown as Response;
      if (response.status === 407) throw new ProxyRefusal(407);
      return response;
    } catch (error) {
      throw refusalIn(error) ?? error;
    }
  };
}

/** The library tells the status of a proxy in its message alone. */
function refusalIn(error: unknown): ProxyRefusal | undefined {
  for (let current = error, depth = 0; depth < 4 && current instanceof Error; depth += 1) {
    const [, tunnel, asked] =
      /^Proxy response \((\d+)\)|^Proxy Authentication Required \((407)\)/.exec(current.message) ?? [];
    const status = tunnel ?? asked;
    if (status !== undefined) return new ProxyRefusal(Number(status));
    current = current.cause;
  }
  return undefined;
}
