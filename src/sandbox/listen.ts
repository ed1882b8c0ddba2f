import type { Server } from 'node:http';
import { createAdaptorServer } from '@hono/node-server';
import type { Hono } from 'hono';
import type { HostEnv } from './sub2api/host.ts';

/** A server on a loopback port. */
export interface Listener {
  url: string;
  /** Ends the server and every connection to it at once. */
  close(): Promise<void>;
}

/** Serves a router on 127.0.0.1; port 0 takes a free one. */
export async function listen(app: Hono<HostEnv>, port: number): Promise<Listener> {
  const server = createAdaptorServer({ fetch: app.fetch, overrideGlobalObjects: false }) as Server;
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
