import { fetch, ProxyAgent } from 'undici';
import type { Proxy } from '../core/proxy.ts';
import { ProxyRefusal } from './proxy-refusal.ts';

/**
 * The fetch of the platform, through a proxy: https in a tunnel, plain http as a request to the proxy. The platform's own
 * cannot do it on every version of Node. Throws `ProxyRefusal` where the proxy does not let a request through.
 */
export function proxiedFetch({ address, authorization }: Proxy): (request: Request) => Promise<Response> {
  const dispatcher = new ProxyAgent({
    uri: address,
    proxyTunnel: false,
    ...(authorization === null ? {} : { token: authorization.open() }),
  });
  return async (request) => {
    try {
      const response = await fetch(request.url, {
        dispatcher,
        method: request.method,
        headers: [...request.headers],
        redirect: request.redirect,
        signal: request.signal,
        ...(request.body === null ? {} : { body: await request.arrayBuffer() }),
      });
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
