import { Hono, type MiddlewareHandler } from 'hono';
import { addChannelStatusRoutes } from './channels/channel-status.ts';
import { addChannelTestRoute } from './channels/channel-test.ts';
import { addChannelRoutes } from './channels/channels.ts';
import { newerForm } from './channels/newer-form.ts';
import { addFetchModelsRoutes } from './channels/fetch-models.ts';
import { addMultiKeyRoute } from './channels/multi-key.ts';
import { addGatewayRoutes } from './gateway/gateway.ts';
import type { Host, HostApp, HostEnv } from './host.ts';
import { addOptionRoutes } from './options/options.ts';
import { pathGate } from './path-gate.ts';
import { requireRole } from './people/auth.ts';
import { addLoginRoutes } from './people/login.ts';
import { addLogRoutes } from './people/logs.ts';
import { requirePermission } from './people/permissions.ts';
import { addPlanRoutes } from './people/plans.ts';
import { addStatusRoutes } from './people/status.ts';
import { addSubscriptionRoutes } from './people/subscriptions.ts';
import { addTokenRoutes } from './people/tokens.ts';
import { addUserRoutes } from './people/users.ts';
import { HostError, json } from '../reply.ts';
import { roles } from './rows.ts';
import { randomText } from './state.ts';

/** Which role a route wants, by its path: the first that fits, and none where none does. */
const wanted: [RegExp, number][] = [
  [/^\/api\/user\/login$/, 0],
  [/^\/api\/(?:user\/(?:token|self)|token)(?:\/|$)/, roles.common],
  [/^\/api\/(?:option\/|channel\/\d+\/key$)/, roles.root],
  [/^\/api\/(?:channel|group|user|log|subscription\/admin)\//, roles.admin],
];

/** The whole imitated host as a router. */
export function createHostApp(
  host: Host,
  front: MiddlewareHandler[],
  limit?: { api: MiddlewareHandler<HostEnv>; pages: MiddlewareHandler<HostEnv> },
): HostApp {
  const app: HostApp = new Hono<HostEnv>();
  app.onError((error) => {
    if (error instanceof HostError) return json(error.status, error.body, error.headers);
    return json(500, { error: { message: `Panic detected, error: ${error.message}`, type: 'new_api_panic' } });
  });
  app.use('*', ...front);
  app.use('*', async (c, next) => {
    c.set('requestId', `${new Date().toISOString().replaceAll(/\D/g, '')}${randomText(16)}`);
    await next();
    // The router redirects before anything else is done.
    if (c.res.headers.has('location')) return;
    c.header('x-new-api-version', host.version);
    c.header('x-oneapi-request-id', c.get('requestId'));
  });
  if (limit !== undefined) app.use('/api/*', limit.api);
  app.use('*', pathGate(app, limit?.pages));
  const models: typeof wanted = host.features.permissions ? [] : [[/^\/api\/channel\/fetch_models$/, roles.root]];
  const rules = [...models, ...wanted].map(([path, role]) => ({
    path,
    check: role === 0 ? undefined : requireRole(host, role),
  }));
  app.use('/api/*', (c, next) => {
    const check = rules.find(({ path }) => path.test(c.req.path))?.check;
    return check === undefined ? next() : check(c, next);
  });
  app.use('/api/channel/*', newerForm(host));
  app.use('/api/channel/*', requirePermission(host));
  addStatusRoutes(app, host);
  addLoginRoutes(app, host);
  addOptionRoutes(app, host);
  addChannelTestRoute(app, host);
  addFetchModelsRoutes(app, host);
  addChannelStatusRoutes(app, host);
  addMultiKeyRoute(app, host);
  addChannelRoutes(app, host);
  addTokenRoutes(app, host);
  addUserRoutes(app, host);
  addPlanRoutes(app, host);
  addSubscriptionRoutes(app, host);
  addLogRoutes(app, host);
  addGatewayRoutes(app, host);
  return app;
}
