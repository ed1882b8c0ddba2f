import { fetch, ProxyAgent, type Response } from 'undici';
import type { Proxy } from '../../core/proxy.ts';
import { TooLarge, type Carry } from './exchange.ts';
import { ProxyRefusal } from './proxy-refusal.ts';

/**
 * Through a proxy: https in a tunnel, plain http as a request to the proxy. The platform's own clients cannot do it on every
 * version of Node. Throws `ProxyRefusal` where the proxy does not let a request through.
 */
export function proxied({ address, authorization }: Proxy): Carry {
  const dispatcher = new ProxyAgent({
    uri: address,
    proxyTunnel: false,
    ...(authorization === null ? {} : { token: authorization.open() }),
  });
  return async (url, { maxBytes, connectLimit: _connectLimit, through, ...exchange }) => {
    try {
      const response = await through(() => fetch(url, { ...exchange, redirect: 'manual', dispatcher }));
      const { status, headers } = response;
      if (status === 407) throw new ProxyRefusal(407);
      return { status, headers, text: await readBounded(response, maxBytes) };
    } catch (error) {
      throw refusalIn(error) ?? error;
    }
  };
}

async function readBounded(response: Response, maxBytes: number): Promise<string> {
  if (response.body === null) return '';
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body as AsyncIterable<Uint8Array>) {
    size += chunk.length;
    if (size > maxBytes) throw new TooLarge(maxBytes);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
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
