import type { Server } from 'node:http';
import { createAdaptorServer, type HttpBindings } from '@hono/node-server';
import type { Router } from './kind.ts';

/** A server on a loopback port. */
export interface Listener {
  url: string;
  /** Ends the server and every connection to it at once. */
  close(): Promise<void>;
}

/** Serves a router on 127.0.0.1; port 0 takes a free one. */
export async function listen(app: Router, port: number): Promise<Listener> {
  const server = createAdaptorServer({
    fetch: (request, bindings) => app.fetch(request, bindings as HttpBindings),
    overrideGlobalObjects: false,
  }) as Server;
  // As proxies do by default. Node's own 5 seconds meet whoever asks again after as long: a request gets no answer then.
  server.keepAliveTimeout = 75_000;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the sandbox has no port');
  return {
    url: `http://127.0.0.1:${address.port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
