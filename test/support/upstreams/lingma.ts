import { completion } from './answers.ts';
import { gate, startUpstream, type Answer, type Gate, type Upstream } from './upstream.ts';

/** What a test may set on lingma's gateway. */
export interface Lingma extends Upstream, Gate {
  models: string[];
  /** How many requests may be under way; the next is turned away. */
  maxInFlight: number;
}

/**
 * lingma-openai-gateway, of which only a text is known: bearer only,
 * `x-request-id` on every answer, `stream_options` and content parts are taken, a full pool answers 429 with
 * `Retry-After`. What is not stated is left out of its answers here, so that nothing can rest on it: answers without
 * tokens, list entries without an owner and a date, no Responses and no Messages API. Invented, for the text does not
 * say it: the `/v1`, the model ids, the list's path, the seconds to wait, and the bodies of errors.
 */
export async function startLingma(options: Partial<Pick<Lingma, 'models' | 'maxInFlight'>> = {}): Promise<Lingma> {
  const key = 'lingma-key-1';
  const slow = gate();
  const knobs = { models: ['lingma-chat'], maxInFlight: 4, ...options, ...slow.knobs };
  let inFlight = 0;
  let count = 0;
  return startUpstream({ base: '/v1', key, knobs }, async (asked): Promise<Answer> => {
    const headers = { 'x-request-id': asked.headers['x-request-id'] ?? `req-${(count += 1)}` };
    const refused = (status: number, detail: string, more = {}) => ({
      status,
      headers: { ...headers, ...more },
      json: { detail },
    });
    if (asked.route === 'GET /healthz') return { headers, json: { ready: 1, instances: { 'inst-0': 'ready' } } };
    if (asked.bearer !== key) return refused(401, 'Unauthorized');
    if (asked.route === 'GET /v1/models')
      return { headers, json: { object: 'list', data: knobs.models.map((id) => ({ id })) } };
    if (asked.route !== 'POST /v1/chat/completions') return refused(404, 'Not Found');
    if (inFlight >= knobs.maxInFlight) return refused(429, 'Too Many Requests', { 'retry-after': '17' });
    inFlight += 1;
    await slow.pass();
    inFlight -= 1;
    const unbuffered = { 'cache-control': 'no-cache', 'x-accel-buffering': 'no' };
    return completion(asked, {
      usage: asked.streamed ? undefined : false,
      headers: { ...headers, ...(asked.streamed ? unbuffered : {}) },
    });
  });
}
