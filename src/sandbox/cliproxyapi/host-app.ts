import { Hono, type MiddlewareHandler } from 'hono';
import type { SandboxEnv } from '../kind.ts';
import { HostError, json } from '../reply.ts';
import { keyListNames } from './config/config.ts';
import { catchUp } from './config/reload.ts';
import { addGatewayRoutes } from './gateway/gateway.ts';
import type { Host, HostApp } from './host.ts';
import { managementAccess } from './management/access.ts';
import { addApiCallRoute } from './management/api-call.ts';
import { addAuthFileRoutes } from './management/auth-files.ts';
import { addClientKeyRoutes } from './management/client-keys.ts';
import { addConfigRoutes } from './management/config-routes.ts';
import { addKeyEntryRoutes } from './management/key-entries.ts';
import { addProviderRoutes } from './management/providers.ts';
import { addUsageRoutes } from './management/usage.ts';
import { redirects, wrongRequests } from './path-gate.ts';

const endpoints = ['POST /v1/chat/completions', 'POST /v1/completions', 'GET /v1/models'];

/** The whole imitated host as a router. */
export function createHostApp(host: Host, front: MiddlewareHandler[]): HostApp {
  const app: HostApp = new Hono<SandboxEnv>();
  app.onError((error) => {
    if (error instanceof HostError) return json(error.status, error.body, error.headers);
    return new Response(null, { status: 500 });
  });
  app.use('*', ...front);
  app.use('*', (_c, next) => {
    catchUp(host);
    return next();
  });
  app.use('*', redirects(app));
  app.use('/v0/management/*', managementAccess(host));
  app.use('*', wrongRequests(app));
  app.get('/', () => json(200, { endpoints, message: 'CLI Proxy API Server' }));
  app.get('/healthz', () => json(200, { status: 'ok' }));
  addClientKeyRoutes(app, host);
  addProviderRoutes(app, host);
  for (const name of keyListNames) addKeyEntryRoutes(app, host, name);
  addConfigRoutes(app, host);
  addUsageRoutes(app, host);
  addAuthFileRoutes(app, host);
  addApiCallRoute(app, host);
  addGatewayRoutes(app, host);
  return app;
}
