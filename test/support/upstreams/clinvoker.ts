import { completion, data, message, named } from './answers.ts';
import { gate, startUpstream, type Answer, type Asked, type Gate, type Upstream } from './upstream.ts';

/** What a test may set on clinvoker. */
export interface Clinvoker extends Upstream, Gate {
  /** No backend's tool is installed. */
  backendMissing: boolean;
  /** What the tool says instead of an answer. */
  toolError: string | null;
}

type Json = Record<string, unknown>;

const backends = ['claude', 'codex', 'gemini'];
const taken = {
  openai: 'model messages max_tokens temperature top_p n stream stop presence_penalty frequency_penalty user'.split(
    ' ',
  ),
  anthropic: 'model max_tokens messages system stop_sequences stream temperature top_p top_k metadata'.split(' '),
};

/**
 * clinvoker (`clinvk serve`) 0.2.0, default http://127.0.0.1:8080/openai/v1, as it was seen
 * it run (its sections 1.1 to 1.5). A backend that fails is an answer with status 200; every field that is not known is
 * refused with an answer that repeats the request; the list names backends, whichever are there, in no fixed order.
 * There is no Responses API. Invented: the wording of the 400
 * and of a missing field.
 */
export async function startClinvoker(
  options: { key?: string | null; backendMissing?: boolean } = {},
): Promise<Clinvoker> {
  const { key = 'clinvk-key-1', backendMissing = false } = options;
  const slow = gate();
  const knobs = { backendMissing, toolError: null as string | null, ...slow.knobs };
  let turn = 0;
  return startUpstream({ base: '/openai/v1', key, knobs }, async (asked) => {
    const { route, headers, bearer } = asked;
    if (route === 'GET /health') return { json: health(knobs.backendMissing) };
    const sent = headers['x-api-key'] ?? bearer;
    if (key !== null && sent !== key) return unauthorized(sent === null ? 'missing API key' : 'invalid API key');
    if (route === 'GET /openai/v1/models') {
      turn += 1;
      const ids = backends.map((_, at) => backends[(at + turn) % backends.length]);
      return { json: { object: 'list', data: ids.map((id) => ({ id, object: 'model', owned_by: 'clinvoker' })) } };
    }
    const form = { 'POST /openai/v1/chat/completions': 'openai', 'POST /anthropic/v1/messages': 'anthropic' }[route];
    if (form !== 'openai' && form !== 'anthropic') return { status: 404, text: '404 page not found\n' };
    const wrong = problem(asked, form);
    if (wrong !== null) return wrong;
    await slow.pass();
    if (!knobs.backendMissing && knobs.toolError === null)
      return form === 'openai' ? completion(asked, usageOf(asked)) : message(asked);
    return form === 'openai' ? failed(asked, knobs.toolError ?? '') : failedMessage(asked, knobs.toolError ?? '');
  });
}

/** Streams never tell their tokens. */
function usageOf({ streamed }: Asked): { usage?: false } {
  return streamed ? { usage: false } : {};
}

function health(missing: boolean): Json {
  const each = backends.map((name) => ({ name, available: !missing }));
  return { status: missing ? 'degraded' : 'ok', version: '1.0.0', backends: each };
}

function unauthorized(text: string): Answer {
  return { status: 401, headers: { 'www-authenticate': 'Bearer' }, json: { error: 'unauthorized', message: text } };
}

function problem({ body, model }: Asked, form: keyof typeof taken): Answer | null {
  const isLimited = form === 'openai' || Number(body['max_tokens']) > 0;
  const messages = Array.isArray(body['messages']) ? (body['messages'] as Json[]) : [];
  const errors = [
    ...(isLimited ? [] : [{ message: 'expected required property max_tokens', location: 'body', value: body }]),
    ...(['string', 'undefined'].includes(typeof body['system'])
      ? []
      : [{ message: 'expected string', location: 'body.system', value: body['system'] }]),
    ...Object.keys(body)
      .filter((name) => !taken[form].includes(name))
      .map((name) => ({ message: 'unexpected property', location: `body.${name}`, value: body })),
    ...messages.flatMap((each, at) => [
      ...Object.keys(each)
        .filter((name) => !['role', 'content'].includes(name))
        .map((name) => ({ message: 'unexpected property', location: `body.messages[${at}].${name}`, value: each })),
      ...(typeof each['content'] === 'string'
        ? []
        : [{ message: 'expected string', location: `body.messages[${at}].content`, value: each['content'] }]),
    ]),
  ];
  const type = 'application/problem+json';
  if (errors.length > 0) {
    const json = { title: 'Unprocessable Entity', status: 422, detail: 'validation failed', errors };
    return { status: 422, type, json };
  }
  if (model !== '' && messages.some(({ role }) => role === 'user')) return null;
  return {
    status: 400,
    type,
    json: { title: 'Bad Request', status: 400, detail: 'a model and a user message are required' },
  };
}

function failed({ model, streamed }: Asked, content: string): Answer {
  const head = { id: 'chatcmpl-1', created: 1_790_000_000, model };
  if (streamed) {
    const choices = [{ index: 0, delta: {}, finish_reason: 'error' }];
    return { events: [data({ ...head, object: 'chat.completion.chunk', choices }), 'data: [DONE]\n\n'] };
  }
  const choices = [{ index: 0, message: { role: 'assistant', content }, finish_reason: 'error' }];
  const usage = { prompt_tokens: 0, completion_tokens: 0, total_tokens: 0 };
  return { json: { ...head, object: 'chat.completion', choices, usage } };
}

function failedMessage({ model, streamed }: Asked, text: string): Answer {
  if (streamed) {
    const error = { type: 'stream_error', message: text === '' ? 'backend "claude" is not available' : text };
    return { events: [named({ type: 'error', error }), named({ type: 'message_stop' })] };
  }
  const content = [text === '' ? { type: 'text' } : { type: 'text', text }];
  const usage = { input_tokens: 0, output_tokens: 0 };
  return { json: { id: 'msg_1', type: 'message', role: 'assistant', model, content, stop_reason: 'error', usage } };
}
