import { describe, expect, it } from 'vitest';
import { newApis } from '../../support/sandboxes.ts';
import { ask, complete, logIn, makeChannel, makeToken, openGroup, setMap } from './client.ts';

const open = newApis();

describe.each(['A', 'B'] as const)('the gateway of %s', (hostVersion) => {
  it('lets a new channel sleep until any channel is written, or for a minute', async () => {
    let now = Date.now();
    const host = await open({ hostVersion, now: () => now });
    await openGroup(host);
    const key = await makeToken(host);
    const { id } = await makeChannel(host);
    expect((await complete(host, key)).body.error).toMatchObject({ code: 'model_not_found' });
    expect((await ask(host, 'GET', `/api/channel/test/${id}?model=ali-a`)).body).toMatchObject({ success: true });
    expect((await complete(host, `${key}-${id}`)).body.model).toBe('up-a');
    await ask(host, 'PUT', '/api/channel/', { id });
    expect((await complete(host, key)).status).toBe(200);
    await makeChannel(host, { models: 'ali-b' });
    expect((await complete(host, key, 'ali-b')).status).toBe(503);
    now += 60_000;
    expect((await complete(host, key, 'ali-b')).status).toBe(200);
  });

  it('serves at once without the cache', async () => {
    const host = await open({ hostVersion, settings: { cache: false } });
    await openGroup(host);
    const key = await makeToken(host);
    await makeChannel(host);
    expect((await complete(host, key)).status).toBe(200);
  });

  it('asks one channel alone when an admin names it, whatever its group is, but none that is off', async () => {
    const host = await open({ hostVersion });
    await openGroup(host);
    const key = await makeToken(host);
    const side = await makeChannel(host, { group: 'relay-side-run', key: 'sk-side' });
    expect((await complete(host, `${key}-${side.id}`)).status).toBe(200);
    expect(host.vendorRequests.at(-1)?.credential).toBe('sk-side');
    expect((await complete(host, key)).status).toBe(503);
    await ask(host, 'PUT', '/api/channel/', { id: side.id, group: 'team' });
    expect((await complete(host, key)).status).toBe(200);
    const off = await makeChannel(host, { status: 2 });
    expect((await complete(host, `${key}-${off.id}`)).status).toBe(403);
    expect((await complete(host, `${key}-9999`)).status).toBe(400);
    expect((await ask(host, 'GET', `/api/channel/test/${off.id}`)).body.success).toBe(true);
    const user = await logIn(host, 'common', hostVersion);
    const theirs = await makeToken(host, 'team', user);
    // Who has nothing to spend is refused, which says nothing of any channel.
    expect((await complete(host, theirs)).status).toBe(403);
    for (const each of host.state.users.values()) each.quota = 500_000;
    expect((await complete(host, theirs)).status).toBe(200);
    expect((await complete(host, `${theirs}-${side.id}`)).status).toBe(403);
  });

  it('refuses a group that is offered to nobody, but to whom is in it', async () => {
    const host = await open({ hostVersion });
    await openGroup(host);
    await setMap(host, 'UserUsableGroups', { default: 'd' });
    const { id } = await makeChannel(host);
    await ask(host, 'PUT', '/api/channel/', { id });
    const key = await makeToken(host);
    expect([(await complete(host, key)).status, (await complete(host, 'nobody')).status]).toEqual([403, 401]);
    host.state.users.get(1)!.group = 'team';
    expect((await complete(host, key)).status).toBe(200);
  });

  it('asks another channel only when it is told to', async () => {
    const host = await open({ hostVersion, settings: { cache: false } });
    await openGroup(host);
    const key = await makeToken(host);
    await makeChannel(host, { key: 'sk-dead' });
    const asked = async () => {
      const before = host.vendorRequests.length;
      await complete(host, key);
      return host.vendorRequests.length - before;
    };
    expect(await asked()).toBe(1);
    await ask(host, 'PUT', '/api/option/', { key: 'RetryTimes', value: '2' });
    expect(await asked()).toBe(3);
  });

  it('reads no body that is not said to be JSON', async () => {
    const host = await open({ hostVersion });
    await openGroup(host);
    const headers = { authorization: `Bearer ${await makeToken(host)}` };
    const reply = await ask(host, 'POST', '/v1/chat/completions', { model: 'ali-a' }, headers);
    expect([reply.status, reply.body.error.message]).toEqual([
      400,
      expect.stringContaining('Model name not specified'),
    ]);
  });

  it("charges by the client's name for a model, and tells which channel answered", async () => {
    const host = await open({ hostVersion, settings: { cache: false } });
    await openGroup(host);
    const key = await makeToken(host);
    const { id } = await makeChannel(host);
    const { headers } = await complete(host, key);
    await setMap(host, 'ModelPrice', { 'ali-a': 0.01 });
    await complete(host, key);
    const { items } = (await ask(host, 'GET', '/api/log/?type=2')).data;
    const [perCall, byRatio] = items;
    // Three tokens of the prompt and two of the answer, at four times its price, in a group of one and a half.
    expect([perCall.quota, byRatio.quota]).toEqual([7500, (3 + 2 * 4) * 10 * 1.5]);
    expect(byRatio).toMatchObject({ channel: id, request_id: headers.get('x-oneapi-request-id'), group: 'team' });
  });

  it.each(['sk-dead', 'sk-throttled', 'sk-forbidden', 'sk-html'])(
    'passes on what the vendor says to %s',
    async (sort) => {
      const host = await open({ hostVersion });
      await openGroup(host);
      const key = await makeToken(host);
      const { id } = await makeChannel(host, { key: sort });
      const tested = (await ask(host, 'GET', `/api/channel/test/${id}`)).body;
      const { status, body } = await complete(host, `${key}-${id}`);
      expect([tested.message, tested.error_code, status, body.error.code]).toEqual(
        {
          'sk-dead': [
            expect.stringMatching(/^bad response status code 401, message: .*, body: \{/),
            'unknown_error',
            401,
            null,
          ],
          'sk-throttled': [expect.stringMatching(/^bad response status code 429, /), 'unknown_error', 429, null],
          'sk-forbidden': [
            'bad response status code 403, body: Forbidden',
            'bad_response_status_code',
            403,
            'bad_response_status_code',
          ],
          'sk-html': [
            "invalid character '<' looking for beginning of value",
            'bad_response_body',
            500,
            'bad_response_body',
          ],
        }[sort],
      );
      expect((await ask(host, 'GET', `/api/channel/${id}`)).data.test_time).toBe(0);
    },
  );
});

describe('where a channel goes', () => {
  it.each([
    [1, 'chat', '/v1/chat/completions'],
    [14, 'chat', '/v1/messages'],
    [20, 'chat', '/v1/chat/completions'],
    [24, 'chat', '/v1beta/models/up-a:generateContent'],
    [25, 'chat', '/v1/chat/completions'],
    [26, 'chat', '/api/paas/v4/chat/completions'],
    [40, 'chat', '/v1/chat/completions'],
    [43, 'chat', '/v1/chat/completions'],
    [1, 'messages', '/v1/chat/completions'],
    [14, 'messages', '/v1/messages'],
    [25, 'messages', '/anthropic/v1/messages'],
    [26, 'messages', '/api/anthropic/v1/messages'],
    [43, 'messages', '/anthropic/v1/messages'],
    [1, 'responses', '/v1/responses'],
    [24, 'gemini', '/v1beta/models/up-a:generateContent'],
    [1, 'gemini', '/v1/chat/completions'],
  ] as const)('type %i, asked for %s', async (type, protocol, path) => {
    const host = await open({ settings: { cache: false } });
    await openGroup(host);
    const authorization = `Bearer sk-${await makeToken(host)}`;
    await makeChannel(host, { type });
    const at = {
      chat: '/v1/chat/completions',
      messages: '/v1/messages',
      responses: '/v1/responses',
      gemini: '/v1beta/models/ali-a:generateContent',
    }[protocol];
    const body = { model: 'ali-a', messages: [{ role: 'user', content: 'hi' }], input: 'hi', contents: [] };
    const reply = await ask(host, 'POST', at, body, { authorization, 'content-type': 'application/json' });
    expect([reply.status, host.vendorRequests.at(-1)?.path]).toEqual([200, path]);
    expect(reply.text).toContain('pong');
  });
});
