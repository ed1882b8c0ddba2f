import { setTimeout as sleep } from 'node:timers/promises';
import { Hono, type Context } from 'hono';
import { json } from '../reply.ts';
import type { SandboxEnv } from '../kind.ts';
import { jsonObject, parseJson } from '../json-object.ts';
import { recordRequests } from '../recorded-request.ts';
import type { RecordedRequest } from '../recorded-request.ts';
import { vendorAnswer } from './answer.ts';
import type { VendorAsk } from './answer.ts';
import { vendorModels } from './models.ts';

/** What a fake vendor needs from outside. */
export interface VendorOptions {
  latencyMs: number;
  /** How many completions it takes in any second. */
  perSecond: number;
  now: () => number;
  requests: RecordedRequest[];
  stopping: AbortSignal;
}

function keyOf(c: Context): string {
  const bearer = /^Bearer (.*)$/i.exec(c.req.header('authorization') ?? '')?.[1] ?? '';
  return (bearer || (c.req.header('x-api-key') ?? '') || (c.req.header('x-goog-api-key') ?? '')).trim();
}

function refusal(status: number, message: string, type: string): Response {
  return json(status, { error: { message, type } });
}

/** Refusals that a key's text asks for on every call. */
function refuseKey(key: string): Response | undefined {
  const lower = key.toLowerCase();
  if (key === '' || lower.includes('dead') || lower.includes('bad'))
    return refusal(401, 'Invalid Authentication', 'invalid_authentication_error');
  if (lower.includes('echo'))
    return refusal(401, `Invalid Authentication: \u{1b}[31m${key}\u{1b}[0m`, 'invalid_authentication_error');
  if (lower.includes('forbidden'))
    return new Response('Forbidden', { status: 403, headers: { 'content-type': 'text/plain' } });
  if (lower.includes('html')) {
    return new Response('<!doctype html><title>hi</title>', { status: 200, headers: { 'content-type': 'text/html' } });
  }
  return undefined;
}

function kindOf(path: string): VendorAsk['kind'] | undefined {
  if (path.endsWith('/chat/completions')) return 'chat';
  if (path.endsWith('/messages')) return 'messages';
  if (path.endsWith('/responses')) return path.split('/').includes('chat-only') ? undefined : 'responses';
  return /:(?:streamG|g)enerateContent$/.test(path) ? 'gemini' : undefined;
}

/** So many in any second, over all keys. */
class Throttle {
  readonly #options: Pick<VendorOptions, 'perSecond' | 'now'>;
  /** When those of the last second were taken, the oldest first. */
  readonly #taken: number[] = [];

  constructor(options: Pick<VendorOptions, 'perSecond' | 'now'>) {
    this.#options = options;
  }

  refuses(): boolean {
    const { perSecond, now } = this.#options;
    const at = now();
    while (this.#taken[0] !== undefined && this.#taken[0] <= at - 1000) this.#taken.shift();
    if (this.#taken.length >= perSecond) return true;
    this.#taken.push(at);
    return false;
  }
}

async function complete(
  c: Context,
  kind: VendorAsk['kind'],
  key: string,
  options: VendorOptions,
  seen: Set<string>,
  throttle: Throttle,
): Promise<Response> {
  if (throttle.refuses()) return refusal(429, 'rate limit reached', 'rate_limit_reached_error');
  const lower = key.toLowerCase();
  const wait = lower.includes('slow') ? Math.max(300, options.latencyMs * 5) : options.latencyMs;
  if (wait > 0) await sleep(wait, undefined, { signal: options.stopping }).catch(() => undefined);
  if (lower.includes('throttled')) return refusal(429, 'rate limit reached', 'rate_limit_reached_error');
  if (lower.includes('exhausted'))
    return refusal(429, 'Your account is out of balance', 'exceeded_current_quota_error');
  if (lower.includes('flaky') && !seen.has(key)) {
    seen.add(key);
    return refusal(503, 'The engine is currently overloaded, please try again later', 'engine_overloaded_error');
  }
  const body = jsonObject(parseJson(await c.req.text()));
  const named = kind === 'gemini' ? c.req.path.split('/').at(-1)?.split(':')[0] : body['model'];
  const model = typeof named === 'string' ? named : '';
  if (model === '') return refusal(400, 'model is required', 'invalid_request_error');
  if (model.startsWith('no-such'))
    return refusal(404, `Not found the model ${model} or Permission denied`, 'resource_not_found_error');
  const stream = kind === 'gemini' ? c.req.path.endsWith(':streamGenerateContent') : body['stream'] === true;
  return vendorAnswer({ kind, model, stream, body });
}

/** A fake upstream vendor: the key's text scripts its behaviour, the path's end says what is asked, any prefix will do. */
export function createVendor(options: VendorOptions): Hono<SandboxEnv> {
  const app = new Hono<SandboxEnv>();
  const seen = new Set<string>();
  const throttle = new Throttle(options);
  app.use('*', recordRequests(options.requests));
  app.all('*', async (c) => {
    const path = c.req.path;
    const kind = c.req.method === 'POST' ? kindOf(path) : undefined;
    const isList = c.req.method === 'GET' && path.endsWith('/models');
    if (kind === undefined && !isList)
      return json(404, { error: { message: `url not found: ${path}`, type: 'url.not_found' } });
    const key = keyOf(c);
    const refused = refuseKey(key);
    if (refused !== undefined) return refused;
    if (kind !== undefined) return complete(c, kind, key, options, seen, throttle);
    return json(200, {
      object: 'list',
      data: vendorModels.map((id) => ({ id, object: 'model', created: 1, owned_by: 'vendor' })),
    });
  });
  return app;
}
