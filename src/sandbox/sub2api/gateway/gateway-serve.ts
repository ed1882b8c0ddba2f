import { suffer } from '../accounts/account-health.ts';
import { bill } from '../people/billing.ts';
import type { Caller } from './gateway-auth.ts';
import { failsOver, gatewayFailure, mappedFailure, passedFailure } from './gateway-failure.ts';
import { forward, understand } from './gateway-forward.ts';
import type { Forwarded, Protocol } from './gateway-forward.ts';
import { passOn, translate } from './gateway-reply.ts';
import { routeModel, upstreamModel } from './gateway-route.ts';
import type { Route } from './gateway-route.ts';
import type { Host } from '../host.ts';
import type { JsonObject } from '../../json-object.ts';
import type { Account } from '../rows.ts';
import { UnreachableError } from '../../upstream.ts';
import { BaseUrlError } from './upstream-url.ts';

/** One request for a completion. */
export interface Completion {
  caller: Caller;
  protocol: Protocol;
  model: string;
  stream: boolean;
  body: JsonObject;
}

function unserved(host: Host, ask: Completion, why: Route['refusal']): Response {
  const { protocol, model } = ask;
  if (why === 'unknown-model' && host.features.modelNotFound) {
    return gatewayFailure(
      protocol,
      404,
      'model_not_found',
      `Model "${model}" is not supported by any configured account in this group`,
    );
  }
  if (ask.caller.group.platform === 'openai')
    return gatewayFailure(protocol, 503, 'api_error', 'Service temporarily unavailable');
  const kind = protocol === 'gemini' ? 'Gemini accounts' : 'accounts';
  return gatewayFailure(protocol, 503, 'api_error', `No available ${kind}: no available accounts`);
}

async function attempt(
  host: Host,
  ask: Completion,
  account: Account,
  mapped: string,
): Promise<Forwarded | 'unreachable'> {
  const retries =
    account.credentials['pool_mode'] === true
      ? Math.min(10, Number(account.credentials['pool_mode_retry_count'] ?? 3))
      : 0;
  const request = { protocol: ask.protocol, model: upstreamModel(account, mapped), body: ask.body, stream: ask.stream };
  try {
    let reply = await forward(host, account, request);
    for (let again = 0; again < retries && [401, 403, 429].includes(reply.status); again += 1)
      reply = await forward(host, account, request);
    return reply;
  } catch (error) {
    if (error instanceof UnreachableError || error instanceof BaseUrlError) return 'unreachable';
    throw error;
  }
}

function answer(host: Host, ask: Completion, route: Route, account: Account, reply: Forwarded): Response {
  const { protocol, model, stream, caller } = ask;
  const understood = understand(reply);
  if (understood === undefined && reply.protocol === 'responses') {
    return gatewayFailure(protocol, 502, 'api_error', 'Upstream stream ended without a terminal response event');
  }
  const tokens = understood?.tokens ?? { input: 0, output: 0 };
  bill(host, caller, { route, account, model }, tokens);
  if (reply.protocol === protocol || understood === undefined || protocol === 'gemini')
    return passOn(reply, model, stream);
  const translated = translate(protocol, route.mapped, understood.text, tokens);
  if (host.features.leaksStreamType && protocol === 'chat' && reply.protocol !== 'gemini')
    translated.headers.set('content-type', 'text/event-stream');
  return translated;
}

/** Answers a completion from the best account, trying the next one after a failure that is the account's. */
export async function serve(host: Host, ask: Completion): Promise<Response> {
  const route = routeModel(host, ask.caller.group, ask.model);
  if (route.refusal !== undefined) return unserved(host, ask, route.refusal);
  let last = 0;
  for (const account of route.accounts.slice(0, 11)) {
    const reply = await attempt(host, ask, account, route.mapped);
    if (reply === 'unreachable') return gatewayFailure(ask.protocol, 502, 'upstream_error', 'Upstream request failed');
    if (reply.status >= 200 && reply.status < 300) return answer(host, ask, route, account, reply);
    suffer(host, account, reply.status, reply.body);
    if (!failsOver(reply.status)) return passedFailure(ask.protocol, reply.status, reply.body);
    last = reply.status;
  }
  return mappedFailure(ask.protocol, last);
}
