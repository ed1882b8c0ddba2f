import { json } from '../../reply.ts';
import type { Forwarded, Tokens } from './gateway-forward.ts';
import { isJsonObject, parseJson } from '../../json-object.ts';

const streamType = 'text/event-stream';

function chatReply(model: string, text: string, tokens: Tokens): Response {
  const created = Math.floor(Date.now() / 1000);
  const usage = {
    prompt_tokens: tokens.input,
    completion_tokens: tokens.output,
    total_tokens: tokens.input + tokens.output,
  };
  const message = { role: 'assistant', content: text };
  return json(200, {
    id: 'chatcmpl-sandbox',
    created,
    model,
    object: 'chat.completion',
    choices: [{ index: 0, message, finish_reason: 'stop' }],
    usage,
  });
}

function messagesReply(model: string, text: string, tokens: Tokens): Response {
  return json(200, {
    id: 'msg_sandbox',
    type: 'message',
    role: 'assistant',
    model,
    content: [{ type: 'text', text }],
    stop_reason: 'end_turn',
    stop_sequence: null,
    usage: { input_tokens: tokens.input, output_tokens: tokens.output },
  });
}

/** An upstream's own words handed on; only Anthropic messages get the model's name that the client used. */
export function passOn(reply: Forwarded, model: string, stream: boolean): Response {
  const contentType = stream ? streamType : reply.contentType;
  const parsed = parseJson(reply.body);
  const renamed =
    reply.protocol === 'messages' && isJsonObject(parsed) ? JSON.stringify({ ...parsed, model }) : reply.body;
  return new Response(renamed, { status: reply.status, headers: { 'content-type': contentType } });
}

/** A whole answer in the client's protocol, made anew from an upstream that speaks another one. */
export function translate(protocol: 'chat' | 'messages', model: string, text: string, tokens: Tokens): Response {
  return protocol === 'messages' ? messagesReply(model, text, tokens) : chatReply(model, text, tokens);
}
