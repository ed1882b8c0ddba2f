import { setTimeout as sleep } from 'node:timers/promises';
import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response';
import type { Context, MiddlewareHandler } from 'hono';
import { json } from '../reply.ts';
import type { ActiveFault, FaultPicker } from './faults.ts';
import { echo } from '../vendor/echo.ts';
import type { SandboxEnv } from '../kind.ts';

/** Ends the connection without another byte. */
function drop(c: Context<SandboxEnv>, sent = 0): Response {
  c.set('sent', sent);
  c.env.incoming.socket.destroy();
  return new Response(null, RESPONSE_ALREADY_SENT);
}

/** Sends half of the real answer, promising the whole, then ends the connection. */
async function cut(c: Context<SandboxEnv>): Promise<Response> {
  const response = c.res;
  const bytes = Buffer.from(await response.arrayBuffer());
  const headers = Object.fromEntries(response.headers);
  const isStream = (headers['content-type'] ?? '').startsWith('text/event-stream');
  const half = bytes.subarray(0, Math.floor(bytes.length / 2));
  const { outgoing } = c.env;
  outgoing.writeHead(response.status, isStream ? headers : { ...headers, 'content-length': bytes.length });
  await new Promise((resolve) => outgoing.write(half, resolve));
  return drop(c, response.status);
}

function instead(fault: ActiveFault): Response {
  if (fault.fault === 'html') {
    const headers = { 'content-type': 'text/html; charset=utf-8', ...fault.headers };
    return new Response('<!doctype html><html><head><title>proxy</title></head><body>proxy page</body></html>', {
      status: 200,
      headers,
    });
  }
  const body = fault.body === undefined ? { code: fault.status, message: 'injected fault' } : fault.body;
  if (typeof body === 'string')
    return new Response(body, { status: fault.status, headers: { 'content-type': 'text/plain', ...fault.headers } });
  return json(fault.status, body, fault.headers);
}

async function answer(fault: ActiveFault, c: Context<SandboxEnv>): Promise<Response> {
  if (fault.fault === 'cut') return cut(c);
  await c.res.arrayBuffer();
  return fault.fault === 'drop-after' ? drop(c) : instead(fault);
}

/** Lets requests run into the faults they were picked for; an echo quotes the secrets that are told. */
export function faultGate(
  pick: FaultPicker,
  { stopping, secrets }: { stopping: AbortSignal; secrets: () => string[] },
): MiddlewareHandler<SandboxEnv> {
  return async (c, next) => {
    const fault = pick(c.req.method, c.req.path);
    if (fault === undefined) return next();
    if (fault.fault === 'delay') {
      if (fault.after) await next();
      await sleep(fault.ms, undefined, { signal: stopping }).catch(() => undefined);
      return fault.after ? undefined : next();
    }
    if (fault.fault === 'drop-before') return drop(c);
    if (fault.fault === 'echo') return echo(c, secrets(), fault.spelling);
    const replaces = fault.fault === 'status' || fault.fault === 'html';
    if (replaces && !fault.after) return instead(fault);
    await next();
    const response = await answer(fault, c);
    // Two steps: the router would carry headers of the real answer over to the new one.
    c.res = undefined;
    c.res = response;
    return undefined;
  };
}
