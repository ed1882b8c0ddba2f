import type { Host, HostApp, HostContext } from '../host.ts';
import { isJsonObject, parseJson } from '../../json-object.ts';
import { priceMissing, priceOf } from '../options/prices.ts';
import { HostError, json } from '../../reply.ts';
import { vendorAnswer } from '../../vendor/answer.ts';
import { chooseChannel, serves } from './choose-channel.ts';
import { forward, type Answered, type Ask } from './forward.ts';
import { authenticate, gatewayRefusal, type Caller } from './gateway-auth.ts';
import { failureReply, RelayFailure } from './relay-error.ts';
import { charge, disableAfter } from './settle.ts';
import type { Protocol } from './upstream-url.ts';

function checkLoad(host: Host, protocol: Protocol): void {
  const watches = host.state.options.get('performance_setting.monitor_enabled') !== 'false';
  if (!host.settings.cpu_overloaded || !watches) return;
  const message = 'system cpu overloaded (current: 100.0%, threshold: 90%)';
  const type = 'new_api_error';
  const error =
    protocol === 'messages' ? { type, message } : { message, type, param: '', code: 'system_cpu_overloaded' };
  throw new HostError(503, { error });
}

function toClient(ask: Ask, answered: Answered): Response {
  const { reply, protocol, upstreamModel: model, text } = answered;
  if (protocol !== ask.protocol)
    return vendorAnswer({ kind: ask.protocol, model, stream: ask.stream, body: ask.body, text });
  return new Response(reply.body, { status: reply.status, headers: { 'content-type': reply.contentType } });
}

async function relay(host: Host, c: HostContext, caller: Caller, ask: Ask): Promise<Response> {
  const channel = chooseChannel(host, c, caller, ask.model);
  try {
    const price = priceOf(host, ask.model);
    if (price === undefined) {
      const message = `${priceMissing(ask.model)} (request id: ${c.get('requestId')})`;
      throw new RelayFailure(400, message, { code: 'model_price_error' });
    }
    const answered = await forward(host, channel, ask);
    charge(host, c, caller, { channel, ask, price, answered });
    return toClient(ask, answered);
  } catch (error) {
    if (!(error instanceof RelayFailure)) throw error;
    disableAfter(host, c, channel, error);
    return failureReply(ask.protocol, error);
  }
}

async function complete(
  host: Host,
  c: HostContext,
  protocol: Protocol,
  named?: { model: string; stream: boolean },
): Promise<Response> {
  checkLoad(host, protocol);
  const caller = authenticate(host, c);
  const body = parseJson(await c.req.text());
  if (!isJsonObject(body)) throw gatewayRefusal(c, 400, 'Invalid request, unexpected end of JSON input');
  const model = named?.model ?? body['model'];
  if (typeof model !== 'string' || model === '') throw gatewayRefusal(c, 400, 'Model name is required');
  return relay(host, c, caller, { protocol, model, stream: named?.stream ?? body['stream'] === true, body });
}

/** The priced models of a caller's group: of what is stored, which is ahead of what the gateway knows. */
function listModels(host: Host, c: HostContext): Response {
  const { group } = authenticate(host, c);
  const channels = [...host.state.channels.values()];
  const names = [...new Set(channels.flatMap(({ models }) => models.split(',')))].filter(
    (name) =>
      name !== '' && priceOf(host, name) !== undefined && channels.some((channel) => serves(channel, group, name)),
  );
  const data = names.map((id) => ({
    id,
    object: 'model',
    created: 1_626_777_600,
    owned_by: 'openai',
    supported_endpoint_types: [],
  }));
  return json(200, { data, object: 'list', success: true });
}

/** The gateway's routes, which users' tokens open. */
export function addGatewayRoutes(app: HostApp, host: Host): void {
  app.get('/v1/models', (c) => listModels(host, c));
  app.post('/v1/chat/completions', (c) => complete(host, c, 'chat'));
  app.post('/v1/responses', (c) => complete(host, c, 'responses'));
  app.post('/v1/messages', (c) => complete(host, c, 'messages'));
  app.post('/v1beta/models/:action', (c) => {
    const [model = '', action = ''] = (c.req.param('action') ?? '').split(':');
    return complete(host, c, 'gemini', { model, stream: action === 'streamGenerateContent' });
  });
}
