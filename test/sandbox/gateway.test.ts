import { describe, expect, it } from 'vitest';
import { sandboxes } from '../support/sandboxes.ts';
import { ask, askAs, complete, openAccount, openGroup, seeded } from './sandbox-client.ts';

const openSandbox = sandboxes();

const admin = '/api/v1/admin';
const channel = (more = {}) => ({
  restrict_models: true,
  model_mapping: { openai: { alias: 'kimi-k2.6' } },
  model_pricing: [
    { platform: 'openai', models: ['kimi-k2.6', 'alias'], input_price: 0.001, output_price: 0.002, intervals: [] },
  ],
  ...more,
});

describe('who may come in', () => {
  it('needs a subscription, a balance, and a group that is still there', async () => {
    const sandbox = await openSandbox();
    const { groupId, key, userToken } = await openGroup(sandbox);
    expect((await askAs(sandbox, key, 'GET', '/v1/models')).status).toBe(200);
    sandbox.state.subscriptions.clear();
    expect((await askAs(sandbox, key, 'GET', '/v1/models')).body.code).toBe('SUBSCRIPTION_NOT_FOUND');
    await ask(sandbox, 'DELETE', `${admin}/groups/${groupId}`);
    expect((await askAs(sandbox, key, 'GET', '/v1/models')).body.code).toBe('GROUP_DELETED');
    const { group, user } = seeded(sandbox);
    const standard = (await askAs(sandbox, userToken, 'POST', '/api/v1/keys', { name: 's', group_id: group.id })).data
      .key;
    expect((await askAs(sandbox, standard, 'GET', '/v1/models')).body.code).toBe('INSUFFICIENT_BALANCE');
    await ask(sandbox, 'POST', `${admin}/users/${user.id}/balance`, { balance: 1, operation: 'add' });
    expect((await askAs(sandbox, standard, 'GET', '/v1/models')).status).toBe(200);
  });
});

describe('models', () => {
  it('lists defaults without accounts, then the mapping keys, as late as the cache says', async () => {
    const sandbox = await openSandbox({ modelListDelayMs: 60_000 });
    const { groupId, key } = await openGroup(sandbox);
    const ids = async () =>
      (await askAs(sandbox, key, 'GET', '/v1/models')).body.data.map((model: { id: string }) => model.id);
    expect(await ids()).toContain('gpt-5.4');
    await openAccount(sandbox, 'sk-good', { group_ids: [groupId] });
    expect(await ids()).toEqual(['kimi-k2.6']);
    await openAccount(sandbox, 'sk-good-2', {
      group_ids: [groupId],
      credentials: { model_mapping: { other: 'other' } },
    });
    expect(await ids()).toEqual(['kimi-k2.6']);
  });
});

describe('completions', () => {
  it.each(['/chat-only/v1', '/v1'])('are served over %s, billed, and counted', async (prefix) => {
    const sandbox = await openSandbox();
    const { groupId, key } = await openGroup(sandbox, { channel: channel() });
    await openAccount(sandbox, 'sk-good', { group_ids: [groupId] }, prefix);
    const reply = await complete(sandbox, key);
    expect(reply.body.choices[0].message).toEqual({ role: 'assistant', content: 'pong' });
    const { data } = await ask(sandbox, 'GET', `${admin}/usage?group_id=${groupId}`);
    expect(data.items[0]).toMatchObject({ model: 'kimi-k2.6', input_tokens: 3, output_tokens: 2, total_cost: 0.007 });
    expect([...sandbox.state.subscriptions.values()][0]?.usage_usd).toBe(0.007);
  });

  it('cost nothing without a price', async () => {
    const sandbox = await openSandbox();
    const { groupId, key } = await openGroup(sandbox, {
      channel: channel({ model_pricing: [{ platform: 'openai', models: ['kimi-k2.6'] }] }),
    });
    await openAccount(sandbox, 'sk-good', { group_ids: [groupId] });
    await complete(sandbox, key);
    expect(sandbox.state.usage[0]?.total_cost).toBe(0);
  });

  it('stream', async () => {
    const sandbox = await openSandbox();
    const { groupId, key } = await openGroup(sandbox);
    await openAccount(sandbox, 'sk-good', { group_ids: [groupId] });
    const reply = await complete(sandbox, key, 'kimi-k2.6', { stream: true });
    expect(reply.headers.get('content-type')).toBe('text/event-stream');
    expect(reply.text).toMatch(/"content":"pong"[^]*data: \[DONE\]/);
  });

  it("check the whitelist by the client's name, then map in the channel and in the account", async () => {
    const sandbox = await openSandbox();
    const { groupId, key } = await openGroup(sandbox, { channel: channel() });
    const mapping = { alias: 'unused', 'kimi-k2.6': 'kimi-k3' };
    await openAccount(sandbox, 'sk-good', { group_ids: [groupId], credentials: { model_mapping: mapping } });
    await complete(sandbox, key, 'alias');
    expect(sandbox.vendorRequests.at(-1)?.body).toMatchObject({ model: 'kimi-k3' });
    sandbox.state.accounts.values().next().value!.credentials['model_mapping'] = { 'kimi-k2.6': 'kimi-k2.6' };
    expect((await complete(sandbox, key, 'alias')).status).toBe(404);
  });

  it('of a restricted alias are 503, of an unknown model 503 or 404 by version', async () => {
    for (const [hostVersion, status, type] of [
      ['0.1.129', 503, 'api_error'],
      ['0.1.179', 404, 'model_not_found'],
    ] as const) {
      const sandbox = await openSandbox({ hostVersion });
      const { groupId, key } = await openGroup(sandbox, {
        channel: channel({ model_mapping: { openai: { alias: 'unpriced' } } }),
      });
      expect((await complete(sandbox, key)).body.error.message).toBe('Service temporarily unavailable');
      await openAccount(sandbox, 'sk-good', {
        group_ids: [groupId],
        credentials: { model_mapping: { alias: 'alias' } },
      });
      expect((await complete(sandbox, key, 'alias')).status).toBe(503);
      const unknown = await complete(sandbox, key, 'other');
      expect({ status: unknown.status, type: unknown.body.error.type }).toEqual({ status, type });
    }
  });

  it('fail over in order of priority and mark the account that failed', async () => {
    const sandbox = await openSandbox();
    const { groupId, key } = await openGroup(sandbox);
    const dead = await openAccount(sandbox, 'sk-dead', { group_ids: [groupId], priority: 1 });
    await openAccount(sandbox, 'sk-good', { group_ids: [groupId], priority: 2 });
    expect((await complete(sandbox, key)).status).toBe(200);
    expect(sandbox.state.accounts.get(dead)).toMatchObject({
      status: 'error',
      schedulable: false,
      error_message: 'Authentication failed (401): Invalid Authentication',
    });
  });

  it.each([
    ['sk-dead', 502, 'Upstream authentication failed, please contact administrator'],
    ['sk-forbidden', 502, 'Upstream access forbidden, please contact administrator'],
    ['sk-throttled', 429, 'Upstream rate limit exceeded, please retry later'],
    ['sk-flaky', 502, 'Upstream service temporarily unavailable'],
  ])('map the failure of %s', async (upstream, status, message) => {
    const sandbox = await openSandbox();
    const { groupId, key } = await openGroup(sandbox);
    await openAccount(sandbox, upstream, { group_ids: [groupId] });
    const reply = await complete(sandbox, key);
    expect({ status: reply.status, message: reply.body.error.message }).toEqual({ status, message });
  });

  it('pass a page of HTML on with 200 over chat completions, and end in 502 over Responses', async () => {
    const sandbox = await openSandbox();
    const { groupId, key } = await openGroup(sandbox);
    const id = await openAccount(sandbox, 'sk-html', { group_ids: [groupId] }, '/v1');
    const page = await complete(sandbox, key);
    expect([page.status, page.text]).toEqual([200, '<!doctype html><title>hi</title>']);
    sandbox.state.accounts.get(id)!.extra['openai_responses_mode'] = 'force_responses';
    expect((await complete(sandbox, key)).body.error.message).toBe(
      'Upstream stream ended without a terminal response event',
    );
  });

  it('spare accounts in pool mode', async () => {
    const sandbox = await openSandbox();
    const { groupId, key } = await openGroup(sandbox);
    const id = await openAccount(sandbox, 'sk-dead', {
      group_ids: [groupId],
      credentials: { pool_mode: true, pool_mode_retry_count: 1 },
    });
    const before = sandbox.vendorRequests.length;
    expect((await complete(sandbox, key)).status).toBe(502);
    expect(sandbox.vendorRequests.length - before).toBe(2);
    expect(sandbox.state.accounts.get(id)?.status).toBe('active');
  });

  it('do not see a further account at once', async () => {
    const sandbox = await openSandbox({ visibilityDelayMs: 60_000 });
    const { groupId, key } = await openGroup(sandbox);
    const first = await openAccount(sandbox, 'sk-good', { group_ids: [groupId] });
    expect((await complete(sandbox, key)).status).toBe(200);
    const second = await openAccount(sandbox, 'sk-good-2', { group_ids: [groupId] });
    await ask(sandbox, 'POST', `${admin}/accounts/bulk-update`, { account_ids: [first], schedulable: false });
    expect((await complete(sandbox, key)).status).toBe(503);
    sandbox.state.accounts.get(second)!.bindings[0]!.servedFrom = 0;
    expect((await complete(sandbox, key)).status).toBe(200);
  });
});

describe('other protocols', () => {
  it('serves messages natively, and for openai groups only where allowed', async () => {
    const sandbox = await openSandbox();
    const body = { model: 'kimi-k2.6', max_tokens: 16, messages: [{ role: 'user', content: 'ping' }] };
    const native = await openGroup(sandbox, { platform: 'anthropic' });
    await openAccount(sandbox, 'sk-good', { platform: 'anthropic', group_ids: [native.groupId] }, '');
    expect((await askAs(sandbox, native.key, 'POST', '/v1/messages', body)).body.content).toEqual([
      { type: 'text', text: 'pong' },
    ]);
    expect((await complete(sandbox, native.key)).body.choices[0].message.content).toBe('pong');
    const open = await openGroup(sandbox);
    await openAccount(sandbox, 'sk-good', { group_ids: [open.groupId] });
    expect((await askAs(sandbox, open.key, 'POST', '/v1/messages', body)).status).toBe(403);
    await ask(sandbox, 'PUT', `${admin}/groups/${open.groupId}`, { allow_messages_dispatch: true });
    expect((await askAs(sandbox, open.key, 'POST', '/v1/messages', body)).body.content).toEqual([
      { type: 'text', text: 'pong' },
    ]);
  });

  it('serves Gemini', async () => {
    const sandbox = await openSandbox();
    const { groupId, key } = await openGroup(sandbox, { platform: 'gemini' });
    await openAccount(sandbox, 'sk-good', { platform: 'gemini', group_ids: [groupId] }, '');
    const reply = await askAs(sandbox, key, 'POST', '/v1beta/models/kimi-k2.6:generateContent', { contents: [] });
    expect(reply.body.candidates[0].content.parts).toEqual([{ text: 'pong' }]);
  });
});
