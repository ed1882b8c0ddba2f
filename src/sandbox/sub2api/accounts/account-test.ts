import { recover } from './account-health.ts';
import { testChat, testedModel, TestFailure, testGemini, testMessages, testResponses } from './account-test-runs.ts';
import type { TestEvent, TestRun } from './account-test-runs.ts';
import { pathId } from '../binding.ts';
import { refusal } from '../envelope.ts';
import type { Host, HostApp, HostContext } from '../host.ts';
import { jsonObject, parseJson } from '../../json-object.ts';
import type { JsonObject } from '../../json-object.ts';
import type { Account } from '../rows.ts';
import { baseUrlOf, BaseUrlError } from '../gateway/upstream-url.ts';

const advisory =
  '账号已被探测为不支持 OpenAI Responses API（如 DeepSeek/Kimi 等三方兼容上游），账号本身可正常使用，但当前测试接口仅支持 Responses API 路径。请直接通过实际 API 调用验证。';

/** Whether requests of this account go to the Responses API: a forced mode wins, not knowing counts as yes. */
export function usesResponses(account: Account): boolean {
  const mode = account.extra['openai_responses_mode'];
  if (mode === 'force_responses') return true;
  if (mode === 'force_chat_completions') return false;
  return account.extra['openai_responses_supported'] !== false;
}

function frame(event: TestEvent): string {
  return `data: ${JSON.stringify(event)}\n\n`;
}

/** A failure before the stream began: framed alike, but as plain text. */
function earlyFailure(error: string): Response {
  const headers = { 'content-type': 'text/plain; charset=utf-8' };
  return new Response(frame({ type: 'error', error }), { status: 200, headers });
}

type Runner = (run: TestRun) => Promise<void>;

function runnerOf(host: Host, account: Account): Runner | undefined {
  if (account.platform === 'gemini') return testGemini;
  if (account.platform !== 'openai') return testMessages;
  if (usesResponses(account)) return testResponses;
  return host.features.testsOverChat ? testChat : undefined;
}

const defaultModel: Record<string, string> = {
  openai: 'gpt-5.4',
  gemini: 'gemini-2.0-flash',
};

function stream(run: Omit<TestRun, 'emit'>, runner: Runner): Response {
  const encoder = new TextEncoder();
  const body = new ReadableStream<Uint8Array>({
    async start(controller) {
      let open = true;
      const emit = (event: TestEvent) => {
        if (open) controller.enqueue(encoder.encode(frame(event)));
      };
      try {
        await runner({ ...run, emit });
        emit({ type: 'test_complete', success: true });
        recover(run.account);
      } catch (error) {
        emit({ type: 'error', error: error instanceof TestFailure ? error.message : 'internal error' });
      }
      open = false;
      try {
        controller.close();
      } catch {
        // The client left; nobody is there to tell.
      }
    },
  });
  const headers = { 'content-type': 'text/event-stream', 'cache-control': 'no-cache', 'x-accel-buffering': 'no' };
  return new Response(body, { status: 200, headers });
}

function start(host: Host, account: Account | undefined, body: JsonObject): Response {
  if (account === undefined) return earlyFailure('Account not found');
  if (!account.credentials['api_key']) return earlyFailure('No API key available');
  const runner = runnerOf(host, account);
  if (runner === undefined) return earlyFailure(advisory);
  try {
    const asked = typeof body['model_id'] === 'string' && body['model_id'] !== '' ? body['model_id'] : undefined;
    const model = testedModel(account, asked ?? defaultModel[account.platform] ?? 'claude-sonnet-4-5-20250929');
    return stream({ host, account, base: baseUrlOf(account), model }, runner);
  } catch (error) {
    if (error instanceof BaseUrlError) return earlyFailure(error.message);
    throw error;
  }
}

/** POST `/accounts/:id/test`: always 200, the outcome is in the event stream. */
export function addAccountTestRoute(app: HostApp, host: Host): void {
  app.post('/api/v1/admin/accounts/:id/test', async (c: HostContext) => {
    const id = pathId(c, () => refusal(400, 'Invalid account ID'));
    const body = jsonObject(parseJson(await c.req.text()));
    return start(host, host.state.accounts.get(id), body);
  });
}
