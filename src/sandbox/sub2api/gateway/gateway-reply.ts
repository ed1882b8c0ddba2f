import { json } from '../envelope.ts';
import type { Forwarded, Protocol, Tokens } from './gateway-forward.ts';
import { isJsonObject, parseJson } from '../../json-object.ts';

const streamType = 'text/event-stream';

function events(frames: [string | undefined, unknown][]): Response {
  const lines = frames.map(
    ([name, data]) =>
      `${name === undefined ? '' : `event: ${name}\n`}data: ${typeof data === 'string' ? data : JSON.stringify(data)}\n\n`,
  );
  return new Response(lines.join(''), { status: 200, headers: { 'content-type': streamType } });
}

function chatReply(model: string, text: string, tokens: Tokens, stream: boolean): Response {
  const created = Math.floor(Date.now() / 1000);
  const usage = {
    prompt_tokens: tokens.input,
    completion_tokens: tokens.output,
    total_tokens: tokens.input + tokens.output,
  };
  const head = { id: 'chatcmpl-sandbox', created, model };
  if (!stream) {
    const message = { role: 'assistant', content: text };
    return json(200, {
      ...head,
      object: 'chat.completion',
      choices: [{ index: 0, message, finish_reason: 'stop' }],
      usage,
    });
  }
  const chunk = (delta: unknown, finish_reason: string | null) => ({
    ...head,
    object: 'chat.completion.chunk',
    choices: [{ index: 0, delta, finish_reason }],
  });
  return events([
    [undefined, chunk({ role: 'assistant', content: text }, null)],
    [undefined, { ...chunk({}, 'stop'), usage }],
    [undefined, '[DONE]'],
  ]);
}

function messagesReply(model: string, text: string, tokens: Tokens, stream: boolean): Response {
  const usage = { input_tokens: tokens.input, output_tokens: tokens.output };
  const head = { id: 'msg_sandbox', type: 'message', role: 'assistant', model };
  if (!stream)
    return json(200, {
      ...head,
      content: [{ type: 'text', text }],
      stop_reason: 'end_turn',
      stop_sequence: null,
      usage,
    });
  const frames: Record<string, unknown>[] = [
    {
      type: 'message_start',
      message: { ...head, content: [], stop_reason: null, usage: { ...usage, output_tokens: 0 } },
    },
    { type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } },
    { type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text } },
    { type: 'content_block_stop', index: 0 },
    { type: 'message_delta', delta: { stop_reason: 'end_turn', stop_sequence: null }, usage },
    { type: 'message_stop' },
  ];
  return events(frames.map((frame) => [String(frame['type']), frame]));
}

function geminiReply(text: string, tokens: Tokens): Response {
  const usageMetadata = {
    promptTokenCount: tokens.input,
    candidatesTokenCount: tokens.output,
    totalTokenCount: tokens.input + tokens.output,
  };
  return json(200, {
    candidates: [{ content: { role: 'model', parts: [{ text }] }, finishReason: 'STOP', index: 0 }],
    usageMetadata,
  });
}

/** An upstream's own words handed on; only Anthropic messages get the model's name that the client used. */
export function passOn(reply: Forwarded, model: string, stream: boolean): Response {
  const contentType = stream ? streamType : reply.contentType;
  const parsed = parseJson(reply.body);
  const renamed =
    reply.protocol === 'messages' && isJsonObject(parsed) ? JSON.stringify({ ...parsed, model }) : reply.body;
  const body = stream && !renamed.endsWith('\n') ? `${renamed}\n` : renamed;
  return new Response(body, { status: reply.status, headers: { 'content-type': contentType } });
}

/** An answer in the client's protocol, made anew from an upstream that speaks another one. */
export function translate(protocol: Protocol, model: string, text: string, tokens: Tokens, stream: boolean): Response {
  if (protocol === 'messages') return messagesReply(model, text, tokens, stream);
  return protocol === 'gemini' ? geminiReply(text, tokens) : chatReply(model, text, tokens, stream);
}
