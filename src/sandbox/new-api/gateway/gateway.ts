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

/** Asks one channel; what comes of it, or why it did not answer. */
async function attempt(host: Host, c: HostContext, caller: Caller, ask: Ask): Promise<Response | RelayFailure> {
  const channel = chooseChannel(host, c, caller, ask.model);
  try {
    const price = priceOf(host, ask.model);
    if (price === undefined) throw new RelayFailure(400, priceMissing(ask.model), { code: 'model_price_error' });
    if (!maySpend(host, caller.user))
      throw new RelayFailure(403, '用户额度不足, 剩余额度: ＄0.000000', { code: 'insufficient_user_quota' });
    const answered = await forward(host, channel, ask);
    charge(host, c, caller, { channel, ask, price, answered });
    return toClient(ask, answered);
  } catch (error) {
    if (!(error instanceof RelayFailure)) throw error;
    disableAfter(host, c, channel, error);
    return error;
  }
}

/** Whether somebody has anything to spend: of their own, or by a plan. */
function maySpend({ state, seconds }: Host, { id, quota }: Caller['user']): boolean {
  return (
    quota > 0 ||
    [...state.subscriptions.values()].some(
      (row) => row.user_id === id && row.status === 'active' && row.end_time > seconds(),
    )
  );
}

/** Asks again as often as the host is told to, by lot each time, so perhaps the same channel. */
async function relay(host: Host, c: HostContext, caller: Caller, ask: Ask): Promise<Response> {
  const retries = caller.pinned === undefined ? Number(host.state.options.get('RetryTimes')) : 0;
  let end = await attempt(host, c, caller, ask);
  for (let again = 0; again < retries && end instanceof RelayFailure && end.status !== 400; again += 1)
    end = await attempt(host, c, caller, ask);
  return end instanceof RelayFailure ? failureReply(ask.protocol, end, c.get('requestId')) : end;
}

async function complete(
  host: Host,
  c: HostContext,
  protocol: Protocol,
  named?: { model: string; stream: boolean },
): Promise<Response> {
  checkLoad(host, protocol);
  const caller = authenticate(host, c);
  // A body of another type is not read.
  const isJson = (c.req.header('content-type') ?? '').includes('application/json');
  const body = isJson ? parseJson(await c.req.text()) : {};
  if (!isJsonObject(body)) throw gatewayRefusal(c, 400, 'Invalid request: Invalid request: invalid JSON request body');
  const model = named?.model ?? body['model'];
  if (typeof model !== 'string' || model === '')
    throw gatewayRefusal(c, 400, 'Model name not specified, model name cannot be empty');
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
  if (c.req.header('x-api-key') !== undefined && c.req.header('anthropic-version') !== undefined) {
    const created_at = '2021-07-20T10:40:00Z';
    const data = names.map((id) => ({ id, created_at, display_name: id, type: 'model' }));
    return json(200, { data, first_id: names[0] ?? '', has_more: false, last_id: names.at(-1) ?? '' });
  }
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
