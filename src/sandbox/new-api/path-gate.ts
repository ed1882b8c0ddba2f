import type { MiddlewareHandler } from 'hono';
import { json } from '../reply.ts';
import type { HostApp, HostContext, HostEnv } from './host.ts';

const page = '<!doctype html><title>placeholder</title>\n';

/** Collections whose path without the slash is unknown: the host has other routes that begin alike. */
const notRedirected = new Set(['/', '/api/user']);

/** Whether a route of the app answers that method and path. */
function routeTable(app: HostApp): (method: string, path: string) => boolean {
  const routes = app.routes
    .filter((route) => route.method !== 'ALL')
    .map((route) => ({ method: route.method, pattern: new RegExp(`^${route.path.replaceAll(/:[^/]+/g, '[^/]+')}$`) }));
  return (method, path) => routes.some((route) => route.method === method && route.pattern.test(path));
}

function redirect(c: HostContext, target: string): Response {
  const location = target + new URL(c.req.url).search;
  if (c.req.method !== 'GET') return new Response(null, { status: 307, headers: { location } });
  const body = `<a href="${location}">Moved Permanently</a>.\n\n`;
  return new Response(body, { status: 301, headers: { location, 'content-type': 'text/html; charset=utf-8' } });
}

/** Answers what is no route before anybody is asked for a login: a redirect, `Invalid URL`, or the web page. */
export function pathGate(app: HostApp): MiddlewareHandler<HostEnv> {
  let table: ReturnType<typeof routeTable> | undefined;
  return async (c, next) => {
    table ??= routeTable(app);
    const { method, path } = c.req;
    if (table(method, path)) return next();
    const other = path.endsWith('/') ? path.slice(0, -1) : `${path}/`;
    if (!notRedirected.has(path) && table(method, other)) return redirect(c, other);
    if (/^\/(?:api|v1)/.test(path)) {
      const message = `Invalid URL (${method} ${path})`;
      return json(404, { error: { message, type: 'invalid_request_error', param: '', code: '' } });
    }
    return new Response(page, { status: 200, headers: { 'content-type': 'text/html; charset=utf-8' } });
  };
}
