import type { MiddlewareHandler } from 'hono';
import { plain } from '../reply.ts';
import type { Host, HostApp, HostEnv } from './host.ts';
import { redirectTo, routeTable } from '../slashes.ts';

const bypassed = ['/api/', '/v1/', '/v1beta/', '/backend-api/', '/antigravity/', '/setup/', '/images/', '/responses/'];
const bypassedLater = ['/models', '/alpha/search', '/videos/'];

function isFrontend(host: Host, path: string): boolean {
  if (path === '/health' || path === '/responses') return false;
  return ![...bypassed, ...(host.features.newerFields ? bypassedLater : [])].some((prefix) => path.startsWith(prefix));
}

function frontendPage(): Response {
  const page =
    '<!doctype html><html><head><title>Sub2API</title><script>window.__APP_CONFIG__={}</script></head><body><div id="app"></div></body></html>';
  return new Response(page, {
    status: 200,
    headers: { 'content-type': 'text/html; charset=utf-8', etag: '"sandbox"', 'cache-control': 'no-cache' },
  });
}

/** Answers paths that are no routes before any login is asked for: the web page, a redirect, or 404 text. */
export function pathGate(app: HostApp, host: Host): MiddlewareHandler<HostEnv> {
  let table: ReturnType<typeof routeTable> | undefined;
  return async (c, next) => {
    table ??= routeTable(app);
    const { method, path } = c.req;
    if (host.settings.embed_frontend && isFrontend(host, path)) return frontendPage();
    const known = !host.needsSetup || path === '/setup/status';
    if (known && table(method, path)) return next();
    const trimmed = path.replace(/\/$/, '');
    if (known && trimmed !== path && trimmed !== '' && table(method, trimmed)) return redirectTo(c.req, trimmed);
    return plain(404, '404 page not found');
  };
}
