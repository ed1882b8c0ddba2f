import type { MiddlewareHandler } from 'hono';
import type { SandboxEnv } from './kind.ts';
import { parseJson } from './json-object.ts';

/** One request that a sandbox server got; `status` is 0 until it is answered, and stays so when it was dropped. */
export interface RecordedRequest {
  method: string;
  path: string;
  query: Record<string, string>;
  body: unknown;
  /** What the caller proved itself with. */
  credential: string;
  status: number;
}

/** Notes every request in the order of arrival. */
export function recordRequests(requests: RecordedRequest[]): MiddlewareHandler<SandboxEnv> {
  return async (c, next) => {
    const recorded: RecordedRequest = {
      method: c.req.method,
      path: c.req.path,
      query: c.req.query(),
      body: undefined,
      credential: (c.req.header('authorization') ?? c.req.header('x-api-key') ?? '').replace(/^Bearer /, ''),
      status: 0,
    };
    requests.push(recorded);
    recorded.body = parseJson(await c.req.text());
    await next();
    recorded.status = c.get('sent') ?? c.res.status;
  };
}
