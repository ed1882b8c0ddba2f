import type { Answer, Asked } from './upstream.ts';

type Json = Record<string, unknown>;

const created = 1_790_000_000;

/** What a completion says. */
const words = 'pong';

/** How a server's completions differ from the plain ones. */
interface Manner {
  /** The model that the answer names; else the one that was asked for. */
  model?: string;
  /** Fields of every completion and every chunk. */
  fields?: Json;
  /** Without: no tokens are counted, in streams neither. */
  usage?: false;
  headers?: Record<string, string>;
}

/** A chat completion in openai's form, whole or as a stream; a stream counts its tokens if it is asked to. */
export function completion({ model: asked, body, streamed }: Asked, manner: Manner = {}): Answer {
  const { model = asked, fields = {}, usage, headers = {} } = manner;
  const head = { id: 'chatcmpl-1', created, model, ...fields };
  const counted = usage === false ? {} : { usage: { prompt_tokens: 5, completion_tokens: 2, total_tokens: 7 } };
  if (!streamed) {
    const choice = { index: 0, message: { role: 'assistant', content: words }, finish_reason: 'stop' };
    return { headers, json: { ...head, object: 'chat.completion', choices: [choice], ...counted } };
  }
  const chunk = (delta: Json, finish_reason: string | null) => ({
    ...head,
    object: 'chat.completion.chunk',
    choices: [{ index: 0, delta, finish_reason }],
  });
  const options = body['stream_options'] as { include_usage?: boolean } | undefined;
  const last = options?.include_usage && usage !== false ? [{ ...chunk({}, null), choices: [], ...counted }] : [];
  const chunks = [chunk({ role: 'assistant', content: words }, null), chunk({}, 'stop'), ...last];
  return { headers, events: [...chunks.map(data), 'data: [DONE]\n\n'] };
}

/** A message in anthropic's form. */
export function message({ model: asked, streamed }: Asked, { model = asked, headers = {} }: Manner = {}): Answer {
  const usage = { input_tokens: 5, output_tokens: 2 };
  const head = { id: 'msg_1', type: 'message', role: 'assistant', model, stop_sequence: null, usage };
  if (!streamed)
    return { headers, json: { ...head, content: [{ type: 'text', text: words }], stop_reason: 'end_turn' } };
  const events = [
    { type: 'message_start', message: { ...head, content: [], stop_reason: null } },
    { type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } },
    { type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text: words } },
    { type: 'content_block_stop', index: 0 },
    { type: 'message_delta', delta: { stop_reason: 'end_turn', stop_sequence: null }, usage },
    { type: 'message_stop' },
  ];
  return { headers, events: events.map(named) };
}

/** An answer of the Responses API. */
export function response({ model: asked, streamed }: Asked, { model = asked, headers = {} }: Manner = {}): Answer {
  const part = { type: 'output_text', text: words, annotations: [] };
  const item = { id: 'item_1', type: 'message', role: 'assistant', status: 'completed', content: [part] };
  const usage = { input_tokens: 5, output_tokens: 2, total_tokens: 7 };
  const head = { id: 'resp_1', object: 'response', created_at: created, model };
  const whole = { ...head, status: 'completed', output: [item], usage };
  if (!streamed) return { headers, json: whole };
  const events = [
    { type: 'response.created', response: { ...head, status: 'in_progress', output: [] } },
    { type: 'response.output_text.delta', item_id: item.id, output_index: 0, content_index: 0, delta: words },
    { type: 'response.completed', response: whole },
  ];
  return { headers, events: events.map(named) };
}

/** An answer on whichever of these three paths was asked; null on others. */
export function spoken(asked: Asked, manner: Manner = {}): Answer | null {
  if (asked.route === 'POST /v1/chat/completions') return completion(asked, manner);
  if (asked.route === 'POST /v1/messages') return message(asked, manner);
  if (asked.route === 'POST /v1/responses') return response(asked, manner);
  return null;
}

/** One event of a stream without a name. */
export function data(payload: unknown): string {
  return `data: ${JSON.stringify(payload)}\n\n`;
}

/** One event of a stream under the name of its type. */
export function named(payload: Json & { type: string }): string {
  return `event: ${payload.type}\n${data(payload)}`;
}
