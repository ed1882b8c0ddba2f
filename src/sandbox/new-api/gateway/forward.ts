import { readAnswer } from '../../answer-text.ts';
import { askUpstream, UnreachableError } from '../../upstream.ts';
import type { UpstreamReply } from '../../upstream.ts';
import type { Host } from '../host.ts';
import type { JsonObject } from '../../json-object.ts';
import { jsonObject, parseJson } from '../../json-object.ts';
import type { Channel } from '../rows.ts';
import { keysOf } from '../channels/channel-view.ts';
import { badMapping, falseSuccess, unreachable, vendorRefusal } from './relay-error.ts';
import { baseOf, keyHeaders, upstreamProtocol, upstreamUrl } from './upstream-url.ts';
import type { Protocol } from './upstream-url.ts';

/** A request for a completion, whoever makes it. */
export interface Ask {
  protocol: Protocol;
  /** The name that the client uses. */
  model: string;
  stream: boolean;
  body: JsonObject;
}

/** A vendor's good answer. */
export interface Answered {
  reply: UpstreamReply;
  protocol: Protocol;
  upstreamModel: string;
  text: string;
  tokens: { input: number; output: number };
}

/** The name that a channel has for a model at its vendor; chains are followed. */
function mappedModel(channel: Channel, model: string): string {
  const text = channel.model_mapping ?? '';
  const parsed = parseJson(text);
  if (text !== '' && text !== '{}' && parsed === undefined) throw badMapping();
  const mapping = jsonObject(parsed);
  let name = model;
  for (const seen = new Set<string>(); !seen.has(name);) {
    seen.add(name);
    const next = mapping[name];
    if (typeof next === 'string' && next !== '') name = next;
  }
  return name;
}

/** The key that is next: of many, those that are not switched off take turns. */
function nextKey(channel: Channel): string {
  const info = channel.channel_info;
  const keys = keysOf(channel).filter((_key, index) => (info.multi_key_status_list?.[index] ?? 1) === 1);
  const key = keys[info.multi_key_polling_index % Math.max(1, keys.length)] ?? '';
  info.multi_key_polling_index += 1;
  return key;
}

function requestBody(ask: Ask, protocol: Protocol, model: string): JsonObject {
  const { body, stream } = ask;
  if (protocol === ask.protocol) return protocol === 'gemini' ? body : { ...body, model };
  const messages = body['messages'] ?? [{ role: 'user', content: 'hi' }];
  if (protocol === 'gemini') return { contents: [{ role: 'user', parts: [{ text: 'hi' }] }] };
  if (protocol === 'messages') return { model, max_tokens: body['max_tokens'] ?? 4096, messages, stream };
  return { model, messages, stream };
}

/** Asks a channel's vendor in the protocol that its type speaks. Throws `RelayFailure`. */
export async function forward(host: Host, channel: Channel, ask: Ask): Promise<Answered> {
  const base = baseOf(channel);
  // The sandbox calls nobody but who was named to it.
  if (base === undefined || !URL.canParse(base)) throw unreachable();
  const protocol = upstreamProtocol(channel.type, ask.protocol);
  const upstreamModel = mappedModel(channel, ask.model);
  const { stream } = ask;
  const url = upstreamUrl(channel.type, base, protocol, { model: upstreamModel, stream });
  const headers = keyHeaders(protocol, nextKey(channel));
  const reply = await askUpstream(url, headers, requestBody(ask, protocol, upstreamModel), host.stopping).catch(
    (error: unknown) => {
      throw error instanceof UnreachableError ? unreachable() : error;
    },
  );
  if (reply.status !== 200) throw vendorRefusal(reply.status, reply.body);
  const isEventStream = stream && reply.contentType.startsWith('text/event-stream');
  const wrong = isEventStream ? undefined : falseSuccess(reply.body);
  if (wrong !== undefined) throw wrong;
  return { reply, protocol, upstreamModel, ...readAnswer(reply.body) };
}
