import type { MiddlewareHandler } from 'hono';
import type { Host, HostEnv } from '../host.ts';
import { HostError } from '../../reply.ts';
import { roles, type User } from '../rows.ts';

/** What a user may do with channels, in the host's words. */
export function permissionsOf(user: User): Record<string, boolean> {
  const [isAdmin, isRoot] = [user.role >= roles.admin, user.role === roles.root];
  const sensitive_write = isRoot || (isAdmin && user.sensitive_write);
  return { operate: isAdmin, read: isAdmin, secret_view: isRoot, sensitive_write, write: isAdmin };
}

/** Whether a user may make and remove channels, and change where they go and with which key. */
export function mayWriteSensitive(host: Host, user: User): boolean {
  return !host.features.permissions || permissionsOf(user)['sensitive_write'] === true;
}

const sensitiveRoutes = /^(?:POST \/api\/channel\/(?:batch|fetch_models)?|DELETE \/api\/channel\/[^/]+)$/;

/** Keeps admins without that permission away from routes that make and remove channels. */
export function requirePermission(host: Host): MiddlewareHandler<HostEnv> {
  return async (c, next) => {
    if (sensitiveRoutes.test(`${c.req.method} ${c.req.path}`) && !mayWriteSensitive(host, c.get('actor')))
      throw new HostError(403, { message: 'Unauthorized, insufficient privileges', success: false });
    await next();
  };
}
