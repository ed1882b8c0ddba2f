import { limitRate, markError } from './account-health.ts';
import { eventData, jsonEvents } from '../../event-lines.ts';
import type { Host } from '../host.ts';
import { jsonObject, parseJson } from '../../json-object.ts';
import { mapModel, modelMapping } from '../gateway/model-match.ts';
import type { Account } from '../rows.ts';
import { callUpstream } from '../gateway/upstream-call.ts';
import { UnreachableError } from '../../upstream.ts';
import type { UpstreamReply } from '../../upstream.ts';
import { geminiUrl, messagesUrl, openAiUrl } from '../gateway/upstream-url.ts';

/** One event of an account test. */
export type TestEvent = Record<string, string | boolean>;

/** A running account test: where its events go, and what is asked. */
export interface TestRun {
  host: Host;
  account: Account;
  base: string;
  model: string;
  emit(event: TestEvent): void;
}

/** A test that failed; the message is the text of its `error` event. */
export class TestFailure extends Error {}

async function ask(run: TestRun, url: string, body: unknown, failed = 'Request failed'): Promise<UpstreamReply> {
  try {
    return await callUpstream(run.host, run.account, url, body);
  } catch (error) {
    if (error instanceof UnreachableError) throw new TestFailure(`${failed}: ${error.message}`);
    throw error;
  }
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

/** Tests over `/v1/responses`; only `response.completed` counts as an end. */
export async function testResponses(run: TestRun): Promise<void> {
  const { host, account, model, emit } = run;
  emit({ type: 'test_start', model });
  const body = { model, input: [{ role: 'user', content: [{ type: 'input_text', text: 'hi' }] }], stream: true };
  const reply = await ask(run, openAiUrl(host.features, run.base, '/v1/responses'), body);
  if (reply.status !== 200) {
    if (reply.status === 401) markError(host, account, `Authentication failed (401): ${reply.body}`);
    if (reply.status === 429) limitRate(account);
    throw new TestFailure(`API returned ${reply.status}: ${reply.body}`);
  }
  for (const event of jsonEvents(reply.body).map(jsonObject)) {
    if (event['type'] === 'response.output_text.delta' && text(event['delta']) !== '')
      emit({ type: 'content', text: text(event['delta']) });
    if (event['type'] === 'response.completed') return;
  }
  throw new TestFailure('Stream ended before response.completed');
}

/** Tests over `/v1/chat/completions`, as the later version does for upstreams without Responses. */
export async function testChat(run: TestRun): Promise<void> {
  const { host, account, model, emit } = run;
  const name = 'Chat Completions API (/v1/chat/completions)';
  emit({ type: 'test_start', model });
  emit({ type: 'status', text: '正在通过 /v1/chat/completions 测试连接' });
  const body = { model, messages: [{ role: 'user', content: 'hi' }], stream: true };
  const reply = await ask(
    run,
    openAiUrl(host.features, run.base, '/v1/chat/completions'),
    body,
    `${name} request failed`,
  );
  if (reply.status !== 200) {
    if (reply.status === 401) markError(host, account, `Chat Completions authentication failed (401): ${reply.body}`);
    if (reply.status === 429) limitRate(account);
    throw new TestFailure(`${name} returned ${reply.status}: ${reply.body}`);
  }
  const lines = eventData(reply.body);
  if (lines.length === 0 && reply.body.trim() !== '') {
    throw new TestFailure('Invalid Chat Completions response from /v1/chat/completions: expected SSE JSON data');
  }
  for (const data of lines) {
    if (data === '[DONE]') {
      emit({ type: 'status', text: '已通过 /v1/chat/completions 验证' });
      return;
    }
    const event = jsonObject(parseJson(data));
    const choices = Array.isArray(event['choices']) ? event['choices'] : [];
    const content = text(jsonObject(jsonObject(choices[0])['delta'])['content']);
    if (content !== '') emit({ type: 'content', text: content });
  }
  throw new TestFailure('Chat Completions stream from /v1/chat/completions ended before [DONE]');
}

/** Tests over Anthropic messages; the end of the stream is a success, whatever was in it. */
export async function testMessages(run: TestRun): Promise<void> {
  const { model, emit } = run;
  emit({ type: 'test_start', model });
  const body = { model, max_tokens: 1024, messages: [{ role: 'user', content: 'hi' }], stream: true };
  const reply = await ask(run, messagesUrl(run.base), body);
  if (reply.status !== 200) {
    const failure = `API returned ${reply.status}: ${reply.body}`;
    if (reply.status === 403) markError(run.host, run.account, failure);
    throw new TestFailure(failure);
  }
  for (const event of jsonEvents(reply.body).map(jsonObject)) {
    const delta = text(jsonObject(event['delta'])['text']);
    if (event['type'] === 'content_block_delta' && delta !== '') emit({ type: 'content', text: delta });
    if (event['type'] === 'message_stop') return;
  }
}

/** Tests over Gemini's streaming call; the end of the stream is a success here too. */
export async function testGemini(run: TestRun): Promise<void> {
  const { model, emit } = run;
  emit({ type: 'test_start', model });
  const body = { contents: [{ role: 'user', parts: [{ text: 'hi' }] }] };
  const reply = await ask(run, geminiUrl(run.base, model, 'streamGenerateContent?alt=sse'), body);
  if (reply.status !== 200) throw new TestFailure(`API returned ${reply.status}: ${reply.body}`);
  for (const event of jsonEvents(reply.body).map(jsonObject)) {
    const candidates = Array.isArray(event['candidates']) ? event['candidates'] : [];
    const parts = jsonObject(jsonObject(candidates[0])['content'])['parts'];
    for (const part of Array.isArray(parts) ? parts : []) {
      const content = text(jsonObject(part)['text']);
      if (content !== '') emit({ type: 'content', text: content });
    }
  }
}

/** The model that is really asked for: Gemini's mapping knows exact names only. */
export function testedModel(account: Account, asked: string): string {
  const mapping = modelMapping(account);
  return account.platform === 'gemini' ? (mapping[asked] ?? asked) : mapModel(mapping, asked);
}
