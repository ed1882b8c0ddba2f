import {
  createServer,
  request as httpRequest,
  type IncomingMessage,
  type RequestListener,
  type ServerResponse,
} from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo, Server } from 'node:net';
import type { Identity } from './certificates.ts';

const running: Server[] = [];

/** A server on a free port of this machine, with TLS if it has an identity; gives its address. */
export async function serve(listener: RequestListener, identity?: Identity): Promise<string> {
  const server = identity === undefined ? createServer(listener) : createTlsServer(identity, listener);
  running.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http${identity === undefined ? '' : 's'}://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** Ends all servers and their connections. */
export function closeServers(): void {
  for (const server of running.splice(0)) {
    server.close();
    if ('closeAllConnections' in server) (server as ReturnType<typeof createServer>).closeAllConnections();
  }
}

/** Answers every request with this. */
export function always(status: number, type: string, body: string, headers: Record<string, string> = {}) {
  return (_request: IncomingMessage, reply: ServerResponse) =>
    void reply.writeHead(status, { 'content-type': type, ...headers }).end(body);
}

/** Hands every request on to a host, and lets the answer be changed on its way. */
export function inFrontOf(hostUrl: string, headers: () => Record<string, string>): RequestListener {
  return async (request, reply) => {
    const sent = Object.entries(request.headers).filter(([name]) => !['host', 'connection'].includes(name));
    const answer = await fetch(hostUrl + (request.url ?? ''), {
      method: request.method ?? 'GET',
      headers: sent as [string, string][],
    });
    reply.writeHead(answer.status, {
      'content-type': answer.headers.get('content-type') ?? 'text/plain',
      ...headers(),
    });
    reply.end(await answer.text());
  };
}

/** Hands every request on to a host, whole, once `before` has let it through. */
export function through(hostUrl: string, before: (request: IncomingMessage) => Promise<void>): RequestListener {
  const { hostname, port } = new URL(hostUrl);
  return async (request, reply) => {
    await before(request);
    const { url: path, method, headers } = request;
    const onward = httpRequest({ hostname, port, path, method, headers }, (answer) => {
      reply.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(reply);
    });
    onward.on('error', () => reply.destroy());
    request.pipe(onward);
  };
}
