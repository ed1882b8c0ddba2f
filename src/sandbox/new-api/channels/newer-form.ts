import type { MiddlewareHandler } from 'hono';
import type { Host, HostEnv } from '../host.ts';
import { isJsonObject } from '../../json-object.ts';
import { json } from '../../reply.ts';

/** Puts answers about channels into the form of later sources, where that is switched on. Nobody has run such a host. */
export function newerForm(host: Host): MiddlewareHandler<HostEnv> {
  return async (c, next) => {
    const { method, path } = c.req;
    const id = Number(path.split('/').at(-1));
    const isUnknown = method === 'DELETE' && !host.state.channels.has(id);
    await next();
    if (!host.settings.newer_form || c.res.status !== 200 || method === 'GET') return;
    const body: unknown = await c.res.json();
    if (!isJsonObject(body)) return;
    const isRefused = body['success'] !== true;
    const code = isUnknown ? 'channel_not_found' : 'channel_validation_failed';
    const refused = isRefused || isUnknown;
    const made = method === 'POST' && path === '/api/channel/';
    const status = isUnknown ? 404 : isRefused ? 400 : made ? 201 : 200;
    c.res = json(status, refused ? { code, message: body['message'], success: false } : body);
  };
}
