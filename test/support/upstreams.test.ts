import { afterEach, describe, expect, it } from 'vitest';
import { startCliproxyapi } from './upstreams/cliproxyapi.ts';
import { startClinvoker } from './upstreams/clinvoker.ts';
import { startLingma } from './upstreams/lingma.ts';
import { startLitellm } from './upstreams/litellm.ts';
import { startLmStudio } from './upstreams/lm-studio.ts';
import { startNewApi } from './upstreams/new-api.ts';
import { startOllama } from './upstreams/ollama.ts';
import type { Gate, Upstream } from './upstreams/upstream.ts';
import { startVllm } from './upstreams/vllm.ts';

const open: Upstream[] = [];
afterEach(async () => {
  for (const upstream of open.splice(0)) await upstream.close();
});

async function up<T extends Upstream>(starting: Promise<T>): Promise<T> {
  const upstream = await starting;
  open.push(upstream);
  return upstream;
}

/** Asks a path from the root on, with the right bearer unless headers are given. */
async function ask({ baseUrl, key }: Upstream, path: string, body?: object, headers?: Record<string, string>) {
  const reply = await fetch(new URL(path, baseUrl), {
    method: body === undefined ? 'GET' : 'POST',
    headers: headers ?? (key === null ? {} : { authorization: `Bearer ${key}` }),
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await reply.text();
  const isJson = reply.headers.get('content-type')?.includes('json');
  return { status: reply.status, headers: reply.headers, text, json: isJson ? JSON.parse(text) : undefined };
}

const chat = '/v1/chat/completions';
const say = (model: string, more: object = {}) => ({ model, messages: [{ role: 'user', content: 'ping' }], ...more });
const bearer = (key: string) => ({ authorization: `Bearer ${key}` });
const ids = (list: { data: { id: string }[] }) => list.data.map(({ id }) => id);

describe('every likeness', () => {
  it.each([
    ['clinvoker', startClinvoker, 'claude', { responses: 404, messages: 404, tokens: true, streamedTokens: false }],
    ['lingma', startLingma, 'lingma-chat', { responses: 404, messages: 404, tokens: false, streamedTokens: true }],
    ['CLIProxyAPI', startCliproxyapi, 'gpt-5-codex', {}],
    ['new-api', startNewApi, 'gpt-5-mini', {}],
    ['LiteLLM', startLitellm, 'gpt-5-mini', {}],
    ['Ollama', startOllama, 'llama3.2', {}],
    ['vLLM', startVllm, 'Qwen/Qwen3-8B', {}],
    ['LM Studio', startLmStudio, 'qwen/qwen3-8b', {}],
  ] as const)('%s answers, whole and as a stream, on the paths that it has', async (name, start, model, differs) => {
    const { responses = 200, messages = 200, tokens = true, streamedTokens = true } = differs as Record<string, never>;
    const upstream = await up<Upstream>(start());
    const { pathname } = new URL(upstream.baseUrl);
    const whole = await ask(upstream, `${pathname}/chat/completions`, say(model));
    expect(whole.json.choices[0]).toMatchObject({ message: { content: 'pong' }, finish_reason: 'stop' });
    expect('usage' in whole.json).toBe(tokens);
    const options = name === 'clinvoker' ? {} : { stream_options: { include_usage: true } };
    const stream = await ask(upstream, `${pathname}/chat/completions`, say(model, { stream: true, ...options }));
    expect(stream.headers.get('content-type')).toBe('text/event-stream');
    expect(stream.text).toMatch(/^data: .*"content":"pong"[^]*data: \[DONE\]\n\n$/);
    expect(stream.text.includes('"usage"')).toBe(streamedTokens);
    const response = await ask(upstream, '/v1/responses', { model, input: 'ping' });
    expect(response.status).toBe(responses);
    if (responses === 200) expect(response.json.output[0].content[0].text).toBe('pong');
    const message = await ask(upstream, '/v1/messages', say(model, { max_tokens: 9, stream: true }));
    expect(message.status).toBe(messages);
    if (messages === 200) expect(message.text).toMatch(/"text":"pong"[^]*event: message_stop/);
    expect(upstream.requests.map(({ method }) => method)).toEqual(['POST', 'POST', 'POST', 'POST']);
    expect(upstream.requests.at(-1)).toMatchObject({ path: '/v1/messages', body: { model, stream: true } });
  });

  it.each([
    ['clinvoker', startClinvoker, '/openai/v1/models', 401, { error: 'unauthorized', message: 'invalid API key' }],
    ['lingma', startLingma, '/v1/models', 401, {}],
    ['CLIProxyAPI', startCliproxyapi, '/v1/models', 401, { error: 'Invalid API key' }],
    ['new-api', startNewApi, '/v1/models', 401, { error: { type: 'new_api_error', code: '' } }],
    [
      'LiteLLM',
      startLitellm,
      '/v1/models',
      401,
      { error: { type: 'token_not_found_in_db', param: 'key', code: '401' } },
    ],
    [
      'LiteLLM without a database',
      () => startLitellm({ database: false }),
      '/v1/models',
      400,
      { error: { code: '400' } },
    ],
    ['Ollama', startOllama, '/v1/models', 200, { object: 'list' }],
    ['vLLM', () => startVllm({ key: 'token-1' }), '/v1/models', 401, { error: 'Unauthorized' }],
    ['vLLM without a key', startVllm, '/v1/models', 200, { object: 'list' }],
    ['LM Studio', startLmStudio, '/v1/models', 200, { object: 'list' }],
    [
      'LM Studio with a key',
      () => startLmStudio({ key: 'sk-lm-1' }),
      '/v1/models',
      401,
      { error: { code: 'invalid_api_key' } },
    ],
  ] as const)('%s meets a wrong key in its own way', async (_, start, path, status, body) => {
    const reply = await ask(await up<Upstream>(start()), path, undefined, bearer('sk-wrong-0000000000000001'));
    expect(reply.status).toBe(status);
    expect(reply.json).toMatchObject(body);
  });

  it.each([
    ['CLIProxyAPI', startCliproxyapi, 400, { code: 'model_not_found', message: 'unknown provider for model nope' }],
    [
      'new-api',
      startNewApi,
      503,
      { code: 'model_not_found', message: expect.stringMatching(/No available channel.*\(request id: \d+\)/) },
    ],
    ['Ollama', startOllama, 404, { type: 'not_found_error', message: "model 'nope' not found" }],
    ['vLLM', startVllm, 404, { type: 'NotFoundError', code: 404, message: 'The model `nope` does not exist.' }],
    [
      'LiteLLM',
      startLitellm,
      400,
      {
        code: '400',
        message: expect.stringContaining("{'error': '/chat/completions: Invalid model name passed in model=nope."),
      },
    ],
    ['LM Studio with two loaded', () => startLmStudio({ loaded: ['a', 'b'] }), 400, { code: 'model_not_found' }],
    ['LM Studio with none loaded', () => startLmStudio({ loaded: [] }), 400, { code: null }],
  ] as const)('%s refuses an unknown model in its own way', async (_, start, status, error) => {
    const reply = await ask(await up<Upstream>(start()), chat, say('nope'));
    expect(reply.status).toBe(status);
    expect(reply.json.error).toMatchObject(error);
  });

  it.each([
    ['clinvoker', '/openai/v1/chat/completions', () => startClinvoker(), 'claude'],
    ['lingma', chat, () => startLingma(), 'lingma-chat'],
    ['Ollama', chat, () => startOllama(), 'llama3.2'],
  ] as const)('%s is as slow as a test says', async (_, path, start, model) => {
    const upstream = await up<Upstream & Gate>(start());
    upstream.hold();
    let done = false;
    const asking = ask(upstream, path, say(model)).finally(() => (done = true));
    await upstream.held();
    expect(done).toBe(false);
    upstream.release();
    expect((await asking).status).toBe(200);
  });
});

describe('clinvoker', () => {
  const path = '/openai/v1/chat/completions';

  it('lists the same backends in any order, under its own path only', async () => {
    const upstream = await up(startClinvoker({ backendMissing: true }));
    const [first, second] = [await ask(upstream, '/openai/v1/models'), await ask(upstream, '/openai/v1/models')];
    expect(ids(first.json)).not.toEqual(ids(second.json));
    expect(ids(first.json).toSorted()).toEqual(['claude', 'codex', 'gemini']);
    expect((await ask(upstream, '/v1/models')).status).toBe(404);
    expect((await ask(upstream, '/v1/models', undefined, {})).status).toBe(401);
    expect((await ask(upstream, '/health', undefined, {})).json).toMatchObject({ status: 'degraded' });
  });

  it('takes the other header before the bearer', async () => {
    const upstream = await up(startClinvoker());
    const both = { ...bearer(upstream.key!), 'x-api-key': 'wrong' };
    expect((await ask(upstream, path, say('claude'), both)).status).toBe(401);
    expect((await ask(upstream, path, say('claude'), { 'x-api-key': upstream.key! })).status).toBe(200);
  });

  it.each([
    ['no tool', { backendMissing: true }, ''],
    ['a tool that fails', { toolError: '{"error":"log in first"}' }, '{"error":"log in first"}'],
  ])('says 200 with %s', async (_, set, content) => {
    const upstream = Object.assign(await up(startClinvoker()), set);
    const { status, json } = await ask(upstream, path, say('claude'));
    expect(status).toBe(200);
    expect(json.choices[0]).toMatchObject({ message: { content }, finish_reason: 'error' });
    expect((await ask(upstream, path, say('claude', { stream: true }))).text).toMatch(/"error"[^]*\[DONE\]/);
    const message = await ask(upstream, '/anthropic/v1/messages', say('claude', { max_tokens: 9 }));
    expect(message.json.stop_reason).toBe('error');
    expect((await ask(upstream, '/anthropic/v1/messages', say('claude'))).status).toBe(422);
  });

  it.each([
    [{ stream_options: { include_usage: true } }, 'body.stream_options'],
    [{ messages: [{ role: 'user', content: [{ type: 'text', text: 'ping' }] }] }, 'body.messages[0].content'],
    [{ messages: [{ role: 'user', content: 'ping', name: 'me' }] }, 'body.messages[0].name'],
  ])('refuses %j and repeats it', async (more, location) => {
    const { status, headers, json } = await ask(await up(startClinvoker()), path, say('claude', more));
    expect([status, headers.get('content-type')]).toEqual([422, 'application/problem+json']);
    expect(json.errors[0].location).toBe(location);
    expect(JSON.stringify(json.errors[0].value)).toContain('ping');
  });
});

describe('lingma', () => {
  it('names itself sparely, numbers its answers, and turns away what is too much', async () => {
    const upstream = await up(startLingma({ maxInFlight: 1 }));
    const list = await ask(upstream, '/v1/models');
    expect(list.json.data).toEqual([{ id: 'lingma-chat' }]);
    expect(list.headers.get('x-request-id')).toBe('req-1');
    expect((await ask(upstream, '/v1/models', undefined, { 'x-api-key': upstream.key! })).status).toBe(401);
    upstream.hold();
    const first = ask(upstream, chat, say('lingma-chat'));
    await upstream.held();
    const second = await ask(upstream, chat, say('lingma-chat'));
    expect([second.status, second.headers.get('retry-after')]).toEqual([429, '17']);
    upstream.release();
    expect((await first).status).toBe(200);
  });
});

describe('CLIProxyAPI', () => {
  it.each([
    ['x-api-key', (key: string) => ({ 'x-api-key': key, authorization: 'Bearer wrong' }), ''],
    ['x-goog-api-key', (key: string) => ({ 'x-goog-api-key': key }), ''],
    ['a bare authorization', (key: string) => ({ authorization: key }), ''],
    ['?key=', () => ({}), '?key=cpa-key-1'],
    ['?auth_token=', () => ({}), '?auth_token=cpa-key-1'],
  ])('takes its key by %s', async (_, headers, query) => {
    const upstream = await up(startCliproxyapi());
    expect((await ask(upstream, `/v1/models${query}`, undefined, headers(upstream.key!))).status).toBe(200);
  });

  it('doubles and disguises the ids of its list', async () => {
    const upstream = await up(startCliproxyapi({ prefix: 'team' }));
    expect(ids((await ask(upstream, '/v1/models')).json)).toEqual(['gpt-5-codex', 'team/gpt-5-codex']);
    const forClaude = { ...bearer(upstream.key!), 'anthropic-version': '2023-06-01' };
    const [id = ''] = ids((await ask(upstream, '/v1/models', undefined, forClaude)).json);
    expect(id).toBe('claude-fable-5-dd-xedoc-5-tpg');
    expect((await ask(upstream, '/v1/messages', say(id))).status).toBe(200);
    expect((await ask(upstream, chat, say(id))).status).toBe(400);
    expect((await ask(upstream, chat, say('team/gpt-5-codex'))).json.model).toBe('gpt-5.2-codex');
  });

  it('hands a refusal on as it is, then loses the model', async () => {
    const body = { error: { message: 'no more credit' } };
    const upstream = await up(startCliproxyapi({ vendorRefuses: { status: 402, body } }));
    const first = await ask(upstream, chat, say('gpt-5-codex'));
    expect([first.status, first.json, first.headers.has('x-cpa-trace-id')]).toEqual([402, body, true]);
    expect(ids((await ask(upstream, '/v1/models')).json)).toEqual([]);
    const second = await ask(upstream, chat, say('gpt-5-codex'));
    expect([second.status, second.headers.has('x-cpa-trace-id')]).toEqual([503, false]);
    upstream.vendorRefuses = null;
    upstream.warm();
    expect((await ask(upstream, chat, say('gpt-5-codex'))).status).toBe(200);
    expect((await ask(upstream, '/healthz', undefined, {})).status).toBe(200);
    expect((await ask(upstream, '/health', undefined, {})).text).toBe('');
  });
});

describe('new-api', () => {
  it('has three forms of a list, one of which is an error with 200', async () => {
    const upstream = await up(startNewApi());
    const all = ['gpt-5-mini', 'claude-sonnet-4-6'];
    expect(ids((await ask(upstream, '/v1/models')).json)).toEqual(all);
    const claude = { 'x-api-key': upstream.key!, 'anthropic-version': '2023-06-01' };
    expect((await ask(upstream, '/v1/models', undefined, claude)).json).toMatchObject({
      first_id: all[0],
      has_more: false,
    });
    const google = { ...bearer(upstream.key!), 'x-goog-api-key': upstream.key! };
    const odd = await ask(upstream, '/v1/models', undefined, google);
    expect([odd.status, odd.json.error.code]).toEqual([200, 'model_not_found']);
    expect((await ask(upstream, '/v1beta/models', undefined, google)).json.models).toHaveLength(2);
    upstream.models = [];
    expect((await ask(upstream, '/v1/models', undefined, claude)).status).toBe(500);
  });

  it('lists what no channel serves, and keeps a token to its models', async () => {
    const upstream = await up(startNewApi({ withoutChannel: ['gpt-5-mini'] }));
    expect((await ask(upstream, chat, say('gpt-5-mini'))).json.error.code).toBe('model_not_found');
    const chinese = { ...bearer(`${upstream.key}-7`), 'accept-language': 'zh-CN' };
    expect((await ask(upstream, chat, say('gpt-5-mini'), chinese)).json.error.message).toMatch(
      /无可用渠道.*request id/,
    );
    upstream.tokenModels = ['gpt-5-mini'];
    expect((await ask(upstream, chat, say('claude-sonnet-4-6'))).status).toBe(403);
    expect((await ask(upstream, '/chat/completions', say('gpt-5-mini'))).text).toMatch(/^<!doctype html>/);
    expect((await ask(upstream, '/v1/nothing')).json.error.message).toBe('Invalid URL (GET /v1/nothing)');
  });
});

describe('LiteLLM', () => {
  it('shows a team less, and wildcards as if they were models', async () => {
    const upstream = await up(startLitellm());
    expect(ids((await ask(upstream, '/models')).json)).toContain('openai/*');
    expect((await ask(upstream, chat, say('openai/gpt-9'))).status).toBe(200);
    expect((await ask(upstream, chat, say('openai/*'))).status).toBe(404);
    const team = bearer(upstream.teamKey);
    expect(ids((await ask(upstream, '/v1/models', undefined, team)).json)).toEqual(['gpt-5-mini']);
    expect((await ask(upstream, chat, say('openai/gpt-9'), team)).json.error.code).toBe('403');
    expect((await ask(upstream, '/health/readiness', undefined, {})).json.status).toBe('healthy');
  });

  it.each([
    ['', 'No api key passed in.'],
    ['plain-1', "expected to start with 'sk-'"],
    ['sk-unknown-9', 'Received API Key = sk-...wn-9, Key Hash (Token) =a'],
  ])('says what is wrong with the key "%s"', async (key, words) => {
    const { json } = await ask(await up(startLitellm()), '/v1/models', undefined, key === '' ? {} : bearer(key));
    expect(json.error.message.replace(/=[0-9a-f]{64}/, '=a')).toContain(words);
  });
});

describe('Ollama', () => {
  it('tells an empty list in two ways', async () => {
    const upstream = await up(startOllama({ models: [] }));
    expect((await ask(upstream, '/v1/models')).json.data).toBeNull();
    expect((await ask(upstream, '/api/tags')).json.models).toEqual([]);
  });

  it('lists models that cannot chat, and says so elsewhere', async () => {
    const upstream = await up(startOllama());
    const owners = (await ask(upstream, '/v1/models')).json.data.map((each: { owned_by: string }) => each.owned_by);
    expect(owners).toEqual(['library', 'library', 'someone']);
    const refused = await ask(upstream, chat, say('nomic-embed-text'));
    expect([refused.status, refused.json.error.message]).toEqual([400, '"nomic-embed-text" does not support chat']);
    expect((await ask(upstream, '/api/tags')).json.models[1].capabilities).toEqual(['embedding']);
    expect((await ask(upstream, chat, say('llama3.2', { messages: [] }))).status).toBe(400);
    expect((await ask(upstream, chat, say('llama3.2'))).json.model).toBe('llama3.2');
  });
});

describe('vLLM', () => {
  it('guards only some paths, and answers who names no model', async () => {
    const upstream = await up(startVllm({ key: 'token-1', adapters: ['sql-lora'] }));
    for (const path of ['/health', '/version']) expect((await ask(upstream, path, undefined, {})).status).toBe(200);
    expect((await ask(upstream, '/v1/models', undefined, { 'x-api-key': 'token-1' })).status).toBe(401);
    const { data } = (await ask(upstream, '/v1/models')).json;
    expect(data[0]).toMatchObject({
      id: 'Qwen/Qwen3-8B',
      max_model_len: 40_960,
      permission: [{ object: 'model_permission' }],
    });
    expect(data[1]).toMatchObject({ id: 'sql-lora', parent: 'Qwen/Qwen3-8B', max_model_len: null });
    expect((await ask(upstream, chat, { messages: [] })).json.model).toBe('Qwen/Qwen3-8B');
  });
});

describe('LM Studio', () => {
  it('answers for a model that it does not have, and on paths that are none', async () => {
    const upstream = await up(startLmStudio());
    expect((await ask(upstream, chat, say('nope'))).json.model).toBe('qwen/qwen3-8b');
    expect(await ask(upstream, '/health')).toMatchObject({
      status: 200,
      json: { error: 'Unexpected endpoint or method. (GET /health)' },
    });
  });

  it('lists embedding models first, which refuse to chat, and without loading only what is loaded', async () => {
    const upstream = await up(startLmStudio());
    const [id = ''] = ids((await ask(upstream, '/v1/models')).json);
    const refused = await ask(upstream, chat, say(id));
    expect([refused.status, refused.json.error.message]).toEqual([
      404,
      `Failed to load model "${id}". Error: Model is not llm.`,
    ]);
    upstream.loadsOnDemand = false;
    expect(ids((await ask(upstream, '/v1/models')).json)).toEqual(['qwen/qwen3-8b']);
  });
});
