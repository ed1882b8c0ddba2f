import { describe, expect, it } from 'vitest';
import type { Sandbox } from '../support/start-sandbox.ts';
import { sandboxes } from '../support/sandboxes.ts';
import { ask, eventually, openAccount, testAccount } from './sandbox-client.ts';

const openSandbox = sandboxes();

const admin = '/api/v1/admin';
const advisory = '不支持 OpenAI Responses API';
const responses = '/v1';

const create = async (sandbox: Sandbox, credentials: object): Promise<number> =>
  (await ask(sandbox, 'POST', `${admin}/accounts`, { name: 'a', platform: 'openai', type: 'apikey', credentials })).data
    .id;

describe('the capability probe', () => {
  it.each([
    ['0.1.129', '/chat-only/v1', false],
    ['0.1.129', responses, true],
    ['0.1.179', '/chat-only/v1', false],
    ['0.1.179', responses, true],
  ] as const)('of %s finds at %s: %s', async (hostVersion, prefix, supported) => {
    const sandbox = await openSandbox({ hostVersion });
    const id = await openAccount(sandbox, 'sk-good', {}, prefix);
    expect(sandbox.state.accounts.get(id)?.extra['openai_responses_supported']).toBe(supported);
    const [asked] = sandbox.vendorRequests;
    expect(asked).toMatchObject({
      path: `${prefix}/responses`,
      body: { model: hostVersion === '0.1.129' ? 'gpt-5.4' : 'kimi-k2.6', stream: false },
    });
  });

  it('takes a page of HTML for support in the earlier version only', async () => {
    for (const [hostVersion, supported] of [
      ['0.1.129', true],
      ['0.1.179', false],
    ] as const) {
      const sandbox = await openSandbox({ hostVersion });
      const id = await openAccount(sandbox, 'sk-html', {}, responses);
      expect(sandbox.state.accounts.get(id)?.extra['openai_responses_supported']).toBe(supported);
    }
  });

  it('says nothing when nobody answers, and is asked again by a PUT with credentials', async () => {
    const sandbox = await openSandbox();
    const credentials = { base_url: 'http://127.0.0.1:9', api_key: 'sk-x' };
    const id = await create(sandbox, credentials);
    const extra = () => sandbox.state.accounts.get(id)?.extra['openai_responses_supported'] as boolean | undefined;
    expect(extra()).toBeUndefined();
    await ask(sandbox, 'PUT', `${admin}/accounts/${id}`, {
      credentials: { ...credentials, base_url: sandbox.vendorUrl },
    });
    expect(await eventually(extra)).toBe(true);
  });

  it('lets a test run before it in the earlier version', async () => {
    const sandbox = await openSandbox({ hostVersion: '0.1.129', capabilityDelayMs: 60_000 });
    const credentials = { base_url: `${sandbox.vendorUrl}/chat-only/v1`, api_key: 'sk-good' };
    const id = await create(sandbox, credentials);
    const [, last] = await testAccount(sandbox, id);
    expect(last.error).toMatch(/^API returned 404: /);
  });
});

describe('the account test', () => {
  it('of the earlier version advises against itself without Responses, good key or dead', async () => {
    const sandbox = await openSandbox({ hostVersion: '0.1.129' });
    for (const key of ['sk-good', 'sk-dead']) {
      const id = await openAccount(
        sandbox,
        key,
        { extra: { openai_responses_mode: 'force_chat_completions' } },
        key === 'sk-dead' ? responses : undefined,
      );
      const reply = await ask(sandbox, 'POST', `${admin}/accounts/${id}/test`, {});
      expect(reply.headers.get('content-type')).toBe('text/plain; charset=utf-8');
      expect(reply.text).toContain(advisory);
      expect(sandbox.state.accounts.get(id)?.status).toBe('active');
    }
  });

  it('of the later version goes over chat completions', async () => {
    const sandbox = await openSandbox();
    const events = await testAccount(sandbox, await openAccount(sandbox, 'sk-good'));
    expect(events).toEqual([
      { type: 'test_start', model: 'kimi-k2.6' },
      { type: 'status', text: '正在通过 /v1/chat/completions 测试连接' },
      { type: 'content', text: 'pong' },
      { type: 'status', text: '已通过 /v1/chat/completions 验证' },
      { type: 'test_complete', success: true },
    ]);
  });

  it.each(['0.1.129', '0.1.179'] as const)('of %s goes over Responses where they are known', async (hostVersion) => {
    const sandbox = await openSandbox({ hostVersion });
    expect(await testAccount(sandbox, await openAccount(sandbox, 'sk-good', {}, responses))).toEqual([
      { type: 'test_start', model: 'kimi-k2.6' },
      { type: 'content', text: 'pong' },
      { type: 'test_complete', success: true },
    ]);
  });

  it.each([
    [
      'sk-throttled',
      'API returned 429: {"error":{"message":"rate limit reached","type":"rate_limit_reached_error"}}',
      'active',
    ],
    ['sk-forbidden', 'API returned 403: Forbidden', 'active'],
    [
      'sk-bad',
      'API returned 401: {"error":{"message":"Invalid Authentication","type":"invalid_authentication_error"}}',
      'error',
    ],
    ['sk-html', 'Stream ended before response.completed', 'active'],
  ])('says what became of %s', async (key, error, status) => {
    const sandbox = await openSandbox({ hostVersion: '0.1.129' });
    const id = await openAccount(sandbox, key, {}, responses);
    expect((await testAccount(sandbox, id)).at(-1)).toEqual({ type: 'error', error });
    expect(sandbox.state.accounts.get(id)).toMatchObject({ status, schedulable: true });
  });

  it('unschedules on a 401 in the later version, which a passing test does not undo', async () => {
    const sandbox = await openSandbox();
    const id = await openAccount(sandbox, 'sk-dead', { extra: { openai_responses_mode: 'force_chat_completions' } });
    expect((await testAccount(sandbox, id)).at(-1).error).toMatch(
      /^Chat Completions API \(\/v1\/chat\/completions\) returned 401: /,
    );
    expect(sandbox.state.accounts.get(id)).toMatchObject({ status: 'error', schedulable: false });
    sandbox.state.accounts.get(id)!.credentials['api_key'] = 'sk-good';
    expect((await testAccount(sandbox, id)).at(-1).success).toBe(true);
    expect(sandbox.state.accounts.get(id)).toMatchObject({ status: 'active', error_message: '', schedulable: false });
  });

  it('of an anthropic account calls /v1/messages, passes on junk, and marks a 403', async () => {
    const sandbox = await openSandbox();
    const platform = { platform: 'anthropic' };
    expect(
      (await testAccount(sandbox, await openAccount(sandbox, 'sk-good', platform, ''))).map((event) => event.type),
    ).toEqual(['test_start', 'content', 'test_complete']);
    expect(sandbox.vendorRequests.at(-1)?.path).toBe('/v1/messages');
    expect((await testAccount(sandbox, await openAccount(sandbox, 'sk-html', platform, ''))).at(-1).success).toBe(true);
    const id = await openAccount(sandbox, 'sk-forbidden', platform, '');
    await testAccount(sandbox, id);
    expect(sandbox.state.accounts.get(id)?.status).toBe('error');
  });

  it('refuses what cannot be asked before the stream begins', async () => {
    const sandbox = await openSandbox();
    expect(await testAccount(sandbox, await create(sandbox, {}))).toEqual([
      { type: 'error', error: 'No API key available' },
    ]);
    expect(await testAccount(sandbox, await create(sandbox, { api_key: 'k', base_url: 'ftp://x' }))).toEqual([
      { type: 'error', error: 'Invalid base URL: invalid url scheme: ftp' },
    ]);
  });
});

describe('sync-upstream', () => {
  it.each([
    ['sk-dead', 502, 'Upstream model list request failed with HTTP 401'],
    ['sk-forbidden', 502, 'Upstream model list request failed with HTTP 403'],
    ['sk-html', 502, 'Upstream model list response was not valid JSON'],
  ])('tells %s apart', async (key, status, message) => {
    const sandbox = await openSandbox();
    const id = await openAccount(sandbox, key);
    const reply = await ask(sandbox, 'POST', `${admin}/accounts/${id}/models/sync-upstream`, {});
    expect(reply.body).toEqual({ code: status, message });
  });

  it('lists the models in order, and mishandles /v4 in the earlier version', async () => {
    for (const [hostVersion, path] of [
      ['0.1.129', '/api/v4/v1/models'],
      ['0.1.179', '/api/v4/models'],
    ] as const) {
      const sandbox = await openSandbox({ hostVersion });
      const id = await openAccount(sandbox, 'sk-good', {}, '/api/v4');
      const { data } = await ask(sandbox, 'POST', `${admin}/accounts/${id}/models/sync-upstream`, {});
      expect(data.models).toEqual(data.models.toSorted());
      expect(data.models).toContain('kimi-k2.6');
      expect(sandbox.vendorRequests.at(-1)?.path).toBe(path);
    }
  });
});
