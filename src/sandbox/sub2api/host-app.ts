import { randomUUID } from 'node:crypto';
import { Hono, type MiddlewareHandler } from 'hono';
import { addAccountModelRoutes } from './accounts/account-models.ts';
import { addAccountTestRoute } from './accounts/account-test.ts';
import { addAccountRoutes } from './accounts/accounts.ts';
import { addAuthRoutes, requireAdmin, requireUser } from './people/auth.ts';
import { addChannelRoutes } from './resources/channels.ts';
import { addComplianceRoutes, complianceGate } from './people/compliance.ts';
import { HostError, json } from '../reply.ts';
import { addGatewayRoutes } from './gateway/gateway.ts';
import { addGroupRoutes } from './resources/groups.ts';
import type { Host, HostApp, HostEnv } from './host.ts';
import { createIdempotency } from './idempotency.ts';
import { addKeyRoutes } from './people/keys.ts';
import { pathGate } from './path-gate.ts';
import { addPlanRoutes } from './resources/plans.ts';
import { addSubscriptionRoutes } from './resources/subscriptions.ts';
import { addSystemRoutes } from './people/system.ts';
import { addUsageRoutes } from './people/usage.ts';
import { addUserRoutes } from './people/users.ts';

/** The whole imitated host as a router. */
export function createHostApp(host: Host, front: MiddlewareHandler[]): HostApp {
  const app: HostApp = new Hono<HostEnv>();
  app.onError((error) => {
    if (error instanceof HostError) return json(error.status, error.body, error.headers);
    return json(500, { code: 500, message: 'internal error' });
  });
  app.use('*', ...front);
  app.use('*', async (c, next) => {
    await next();
    c.header('x-request-id', c.req.header('x-request-id') ?? randomUUID());
  });
  app.use('*', pathGate(app, host));
  app.use('/api/v1/admin/*', requireAdmin(host));
  app.use('/api/v1/admin/*', complianceGate(host));
  app.use('/api/v1/keys/*', requireUser(host));
  const once = createIdempotency();
  addSystemRoutes(app, host);
  addAuthRoutes(app, host);
  addComplianceRoutes(app, host);
  addGroupRoutes(app, host);
  addChannelRoutes(app, host);
  addPlanRoutes(app, host);
  addAccountRoutes(app, host, once);
  addAccountModelRoutes(app, host);
  addAccountTestRoute(app, host);
  addSubscriptionRoutes(app, host, once);
  addUserRoutes(app, host, once);
  addKeyRoutes(app, host, once);
  addUsageRoutes(app, host);
  addGatewayRoutes(app, host);
  return app;
}
