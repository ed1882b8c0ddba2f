import type { MiddlewareHandler } from 'hono';
import type { SandboxEnv } from '../kind.ts';
import { redirectTo, routeTable } from '../slashes.ts';
import type { HostApp } from './host.ts';

type Table = ReturnType<typeof routeTable>;

function tableOf(app: HostApp): () => Table {
  let table: Table | undefined;
  return () => (table ??= routeTable(app));
}

/** Sends a client with a slash too many to where it meant to go, before anybody asks for a login. */
export function redirects(app: HostApp): MiddlewareHandler<SandboxEnv> {
  const table = tableOf(app);
  return async (c, next) => {
    const { method, path } = c.req;
    const other = path.slice(0, -1);
    if (path !== '/' && path.endsWith('/') && table()(method, other)) return redirectTo(c.req, other);
    return next();
  };
}

/** Answers what is no route, or one of another method, with nothing; the look at one's health may be a HEAD. */
export function wrongRequests(app: HostApp): MiddlewareHandler<SandboxEnv> {
  const table = tableOf(app);
  return async (c, next) => {
    const { method, path } = c.req;
    if (table()(method, path)) return next();
    return new Response(null, { status: method === 'HEAD' && path === '/healthz' ? 200 : 404 });
  };
}
