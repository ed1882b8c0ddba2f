import type { Host, HostApp, HostContext } from '../host.ts';
import { forward, type Ask } from '../gateway/forward.ts';
import { noteTest } from '../gateway/settle.ts';
import { RelayFailure } from '../gateway/relay-error.ts';
import type { Protocol } from '../gateway/upstream-url.ts';
import { json } from '../../reply.ts';
import { priceMissing, priceOf } from '../options/prices.ts';
import type { Channel, User } from '../rows.ts';
import { findChannel } from './channels.ts';

const endpoints: Record<string, Protocol> = {
  openai: 'chat',
  'openai-response': 'responses',
  anthropic: 'messages',
  gemini: 'gemini',
};

function bodyFor(protocol: Protocol, model: string, stream: boolean) {
  const messages = [{ role: 'user', content: 'hi' }];
  if (protocol === 'responses') return { model, input: [{ role: 'user', content: 'hi' }], stream };
  if (protocol === 'gemini') return { contents: [{ role: 'user', parts: [{ text: 'hi' }] }] };
  return { model, max_tokens: 16, messages, stream };
}

async function run(host: Host, user: User, channel: Channel, ask: Ask): Promise<void> {
  const price = priceOf(host, ask.model);
  if (price === undefined) throw new RelayFailure(400, priceMissing(ask.model), { code: 'model_price_error' });
  noteTest(host, user, { channel, ask, price, answered: await forward(host, channel, ask) });
}

async function test(host: Host, c: HostContext): Promise<Response> {
  const channel = findChannel(host, c);
  const query = c.req.query();
  const model = query['model'] || channel.test_model || channel.models.split(',')[0] || 'gpt-4o-mini';
  const protocol = endpoints[query['endpoint_type'] ?? ''] ?? 'chat';
  const stream = query['stream'] === 'true';
  const began = performance.now();
  try {
    await run(host, c.get('actor'), channel, { protocol, model, stream, body: bodyFor(protocol, model, stream) });
  } catch (error) {
    if (!(error instanceof RelayFailure)) throw error;
    const { code, whole } = error;
    return json(200, { error_code: code ?? 'unknown_error', message: whole, success: false, time: 0 });
  }
  const passed = Math.round(performance.now() - began);
  channel.test_time = host.seconds();
  channel.response_time = passed;
  return json(200, { message: '', success: true, time: passed / 1000 });
}

/** The test of one channel, whatever its status: a real request, of which success alone leaves a trace. */
export function addChannelTestRoute(app: HostApp, host: Host): void {
  app.get('/api/channel/test/:id', (c) => test(host, c));
}
