import type { MiddlewareHandler } from 'hono';
import { json } from '../reply.ts';
import type { HostApp, HostEnv } from './host.ts';
import { redirectTo, routeTable } from '../slashes.ts';

const page = '<!doctype html><title>placeholder</title>\n';

/** Collections whose path without the slash is unknown: the host has other routes that begin alike. */
const notRedirected = new Set(['/', '/api/user']);

/**
 * Answers what is no route before anybody is asked for a login: a redirect, `Invalid URL`, or the web page. The last two
 * count as pages, whose `limit` is another than that of the API.
 */
export function pathGate(app: HostApp, limit?: MiddlewareHandler<HostEnv>): MiddlewareHandler<HostEnv> {
  let table: ReturnType<typeof routeTable> | undefined;
  return async (c, next) => {
    table ??= routeTable(app);
    const { method, path } = c.req;
    if (table(method, path)) return next();
    const other = path.endsWith('/') ? path.slice(0, -1) : `${path}/`;
    if (!notRedirected.has(path) && table(method, other)) return redirectTo(c.req, other);
    const refused = await limit?.(c, async () => undefined);
    if (refused instanceof Response) return refused;
    if (/^\/(?:api|v1)/.test(path)) {
      const message = `Invalid URL (${method} ${path})`;
      return json(404, { error: { message, type: 'invalid_request_error', param: '', code: '' } });
    }
    return new Response(page, { status: 200, headers: { 'content-type': 'text/html; charset=utf-8' } });
  };
}
