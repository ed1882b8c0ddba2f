import { Hono, type MiddlewareHandler } from 'hono';
import { addChannelStatusRoutes } from './channels/channel-status.ts';
import { addChannelTestRoute } from './channels/channel-test.ts';
import { addChannelRoutes } from './channels/channels.ts';
import { addFetchModelsRoutes } from './channels/fetch-models.ts';
import { addGatewayRoutes } from './gateway/gateway.ts';
import type { Host, HostApp, HostEnv } from './host.ts';
import { addOptionRoutes } from './options/options.ts';
import { pathGate } from './path-gate.ts';
import { requireRole } from './people/auth.ts';
import { addLoginRoutes } from './people/login.ts';
import { addStatusRoutes } from './people/status.ts';
import { addTokenRoutes } from './people/tokens.ts';
import { HostError, json } from '../reply.ts';
import { roles } from './rows.ts';
import { randomText } from './state.ts';

/** Which role a route wants, by where it is; the first that fits, and none for what is below no such path. */
const wanted: [string, number][] = [
  ['/api/user/token', roles.common],
  ['/api/user/self', roles.common],
  ['/api/user/self/*', roles.common],
  ['/api/token/*', roles.common],
  ['/api/channel/fetch_models', roles.root],
  ['/api/channel/*', roles.admin],
  ['/api/group/*', roles.admin],
  ['/api/option/*', roles.root],
];

/** The whole imitated host as a router. */
export function createHostApp(host: Host, front: MiddlewareHandler[], limit?: MiddlewareHandler<HostEnv>): HostApp {
  const app: HostApp = new Hono<HostEnv>();
  app.onError((error) => {
    if (error instanceof HostError) return json(error.status, error.body, error.headers);
    return json(500, { error: { message: `Panic detected, error: ${error.message}`, type: 'new_api_panic' } });
  });
  app.use('*', ...front);
  app.use('*', async (c, next) => {
    c.set('requestId', `${new Date().toISOString().replaceAll(/\D/g, '')}${randomText(16)}`);
    await next();
    c.header('x-new-api-version', host.version);
    c.header('x-oneapi-request-id', c.get('requestId'));
  });
  if (limit !== undefined) app.use('/api/*', limit);
  app.use('*', pathGate(app));
  for (const [path, role] of wanted) app.use(path, requireRole(host, role));
  addStatusRoutes(app, host);
  addLoginRoutes(app, host);
  addOptionRoutes(app, host);
  addChannelTestRoute(app, host);
  addFetchModelsRoutes(app, host);
  addChannelStatusRoutes(app, host);
  addChannelRoutes(app, host);
  addTokenRoutes(app, host);
  addGatewayRoutes(app, host);
  return app;
}
