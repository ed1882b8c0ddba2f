import { json } from '../reply.ts';
import { isJsonObject } from '../json-object.ts';
import type { JsonObject } from '../json-object.ts';

/** What the fake vendor understood of a request for a completion. */
export interface VendorAsk {
  kind: 'chat' | 'responses' | 'messages' | 'gemini';
  model: string;
  stream: boolean;
  body: JsonObject;
  /** The words of the answer; "pong" by default. */
  text?: string;
}

const chatUsage = { prompt_tokens: 3, completion_tokens: 2, total_tokens: 5 };
const tokenUsage = { input_tokens: 3, output_tokens: 2 };

function events(frames: readonly unknown[], named: boolean): Response {
  const text = frames.map((frame) => {
    const name = named && isJsonObject(frame) ? `event: ${String(frame['type'])}\n` : '';
    return `${name}data: ${typeof frame === 'string' ? frame : JSON.stringify(frame)}\n\n`;
  });
  return new Response(text.join(''), { status: 200, headers: { 'content-type': 'text/event-stream' } });
}

const wordsOf = (ask: VendorAsk) => ask.text ?? 'pong';

function chat(ask: VendorAsk): Response {
  const head = { id: 'chatcmpl-1', created: 1, model: ask.model };
  if (!ask.stream) {
    const message = { role: 'assistant', content: wordsOf(ask) };
    return json(200, {
      ...head,
      object: 'chat.completion',
      choices: [{ index: 0, message, finish_reason: 'stop' }],
      usage: chatUsage,
    });
  }
  const chunk = (delta: unknown, finish_reason: string | null) => ({
    ...head,
    object: 'chat.completion.chunk',
    choices: [{ index: 0, delta, finish_reason }],
  });
  return events(
    [chunk({ role: 'assistant', content: wordsOf(ask) }, null), { ...chunk({}, 'stop'), usage: chatUsage }, '[DONE]'],
    false,
  );
}

function responses(ask: VendorAsk): Response {
  const call = {
    type: 'function_call',
    id: 'fc_1',
    call_id: 'call_1',
    name: 'probe_ping',
    arguments: '{"ok":true}',
    status: 'completed',
  };
  const message = {
    type: 'message',
    id: 'msg_1',
    role: 'assistant',
    status: 'completed',
    content: [{ type: 'output_text', text: wordsOf(ask) }],
  };
  const output = ask.body['tool_choice'] === 'required' ? [call] : [message];
  const usage = { ...tokenUsage, total_tokens: 5 };
  const whole = {
    id: 'resp_1',
    object: 'response',
    created_at: 1,
    status: 'completed',
    model: ask.model,
    output,
    usage,
  };
  if (!ask.stream) return json(200, whole);
  const delta = {
    type: 'response.output_text.delta',
    item_id: 'msg_1',
    output_index: 0,
    content_index: 0,
    delta: wordsOf(ask),
  };
  const created = { type: 'response.created', response: { ...whole, status: 'in_progress', output: [], usage: null } };
  return events([created, delta, { type: 'response.completed', response: whole }], true);
}

function messages(ask: VendorAsk): Response {
  const head = { id: 'msg_1', type: 'message', role: 'assistant', model: ask.model };
  if (!ask.stream) {
    return json(200, {
      ...head,
      content: [{ type: 'text', text: wordsOf(ask) }],
      stop_reason: 'end_turn',
      stop_sequence: null,
      usage: tokenUsage,
    });
  }
  const frames = [
    {
      type: 'message_start',
      message: { ...head, content: [], stop_reason: null, usage: { input_tokens: 3, output_tokens: 0 } },
    },
    { type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } },
    { type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text: wordsOf(ask) } },
    { type: 'content_block_stop', index: 0 },
    { type: 'message_delta', delta: { stop_reason: 'end_turn', stop_sequence: null }, usage: { output_tokens: 2 } },
    { type: 'message_stop' },
  ];
  return events(frames, true);
}

function gemini(ask: VendorAsk): Response {
  const usageMetadata = { promptTokenCount: 3, candidatesTokenCount: 2, totalTokenCount: 5 };
  const answer = {
    candidates: [{ content: { role: 'model', parts: [{ text: wordsOf(ask) }] }, finishReason: 'STOP', index: 0 }],
    usageMetadata,
  };
  return ask.stream ? events([answer], false) : json(200, answer);
}

/** The vendor's good answer, "pong", in the protocol that was asked. */
export function vendorAnswer(ask: VendorAsk): Response {
  return { chat, responses, messages, gemini }[ask.kind](ask);
}
