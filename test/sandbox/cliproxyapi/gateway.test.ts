import { describe, expect, it } from 'vitest';
import { cliProxies } from '../../support/sandboxes.ts';
import type { CliProxy } from '../../support/start-sandbox.ts';
import { ask, complete, gateway, list, models, provider, putKeys, putProviders } from './client.ts';

const start = cliProxies();
const open = () => start({ settings: { reloadMs: 0 } });

/** A host whose clock only moves when it is told to. */
async function still() {
  let at = Date.now();
  const host = await start({ now: () => at, settings: { reloadMs: 0 } });
  return { host, pass: (ms: number) => void (at += ms) };
}

const second = 1000;
const minute = 60 * second;
const askedOf = (host: CliProxy) => host.vendorRequests.map(({ credential }) => credential);
const unavailable = {
  error: {
    message: 'auth_unavailable: no auth available (providers=openai-compatible-relay:acme, model=ali-a)',
    type: 'server_error',
    code: 'internal_server_error',
  },
};

describe('the gateway of a CLIProxyAPI', () => {
  it('lets in who has a key in any place', async () => {
    const host = await open();
    await ask(host, 'PATCH /api-keys', { old: ' spaced ', new: ' spaced ' });
    const key = host.clientKey;
    const status = async (headers: Record<string, string>, query = '') =>
      (await gateway(host, `GET /v1/models${query}`, undefined, headers)).status;
    for (const headers of [
      { authorization: `bearer ${key}` },
      { authorization: key },
      { 'x-api-key': key },
      { 'x-goog-api-key': 'spaced' },
      { 'x-api-key': key, authorization: 'Bearer no' },
    ] as Record<string, string>[])
      expect(await status(headers)).toBe(200);
    for (const query of [`?key=${key}`, `?auth_token=${key}`]) expect(await status({}, query)).toBe(200);
    expect((await gateway(host, 'GET /v1/models', undefined, {})).body).toEqual({ error: 'Missing API key' });
    expect((await gateway(host, 'GET /v1/models?key=no', undefined, {})).body).toEqual({ error: 'Invalid API key' });
  });

  it('lists what clients call the models, and knows no other names', async () => {
    const host = await open();
    const listed = [{ name: 'up-a', alias: 'ali-a' }, { name: 'up-b' }, { alias: 'only' }, {}];
    await putProviders(host, [provider(host, { models: listed })]);
    const { data } = await gateway(host, 'GET /v1/models');
    expect(data[0]).toEqual({ created: expect.any(Number), id: 'ali-a', object: 'model', owned_by: 'relay:acme' });
    expect(await models(host)).toEqual(['ali-a', 'only', 'up-b']);
    for (const name of ['up-a', 'ALI-A'])
      expect(await complete(host, name)).toMatchObject({
        status: 400,
        body: { error: { message: `unknown provider for model ${name}`, code: 'model_not_found' } },
      });
    await putProviders(host, [provider(host, { prefix: 'team' })]);
    expect(await models(host)).toEqual(['ali-a', 'team/ali-a']);
    expect((await complete(host, 'team/ali-a')).status).toBe(200);
    await putProviders(host, [provider(host, { models: [] })]);
    expect(await models(host)).toEqual([]);
  });

  it('disguises the list to what looks like Claude Code', async () => {
    const host = await open();
    await putKeys(host, 'sk-good');
    const headers = { authorization: host.clientKey, 'anthropic-version': '2023-06-01' };
    expect((await gateway(host, 'GET /v1/models', undefined, headers)).data[0].id).toBe('claude-fable-5-dd-a-ila');
  });

  it('asks the vendor for its own name of the model, and says which key answered', async () => {
    const host = await open();
    await putKeys(host, 'sk-good-1');
    const { body, headers } = await complete(host);
    expect([body.model, host.vendorRequests[0]?.path]).toEqual(['up-a', '/v1/chat/completions']);
    const [{ 'api-key-entries': keys }] = await list(host);
    expect(headers.get('x-cpa-trace-id')).toMatch(new RegExp(`^\\d{14}-${keys[0]['auth-index']}-[0-9a-f]{8}$`));
    expect(headers.get('x-cpa-version')).toBeNull();
    await putProviders(host, [provider(host, { models: [{ name: 'up-a', alias: 'ali-a', 'force-mapping': true }] })]);
    expect((await complete(host)).body.model).toBe('ali-a');
  });

  it('sends plain headers to the vendor, and those with a $ only when the client has one of that name', async () => {
    const host = await open();
    const seen: Record<string, string>[] = [];
    const platform = globalThis.fetch;
    globalThis.fetch = (input, init) => {
      const request = new Request(input, init);
      if (request.url.startsWith(host.vendorUrl)) seen.push(Object.fromEntries(request.headers));
      return platform(input, init);
    };
    try {
      const headers = { 'X-Marker': '$relay:v1:acme:run-7 with spaces', 'X-Copied': '$X-Mine', 'X-Plain': 'p' };
      await putProviders(host, [provider(host, { headers })]);
      await complete(host);
      await complete(host, 'ali-a', { 'x-mine': 'm' });
    } finally {
      globalThis.fetch = platform;
    }
    expect((await list(host))[0].headers['X-Marker']).toBe('$relay:v1:acme:run-7 with spaces');
    expect(seen.map((each) => [each['x-marker'], each['x-copied'], each['x-plain']])).toEqual([
      [undefined, undefined, 'p'],
      [undefined, 'm', 'p'],
    ]);
  });

  it('takes turns, skips a key that fails within the request, and asks it no more', async () => {
    const host = await open();
    await putKeys(host, 'sk-dead-1', 'sk-good-1', 'sk-forbidden-1', 'sk-good-2', 'sk-good-3');
    for (let each = 0; each < 12; each += 1) expect((await complete(host)).status).toBe(200);
    const asked = askedOf(host);
    for (const bad of ['sk-dead-1', 'sk-forbidden-1']) expect(asked.filter((key) => key === bad)).toHaveLength(1);
    for (const good of ['sk-good-1', 'sk-good-2', 'sk-good-3'])
      expect(asked.filter((key) => key === good).length).toBeGreaterThanOrEqual(3);
  });

  it('serves one alias by two providers, the one with the higher priority alone while it can', async () => {
    const host = await open();
    const two = (priority: number, key: string) => provider(host, { name: 'two', priority }, [key]);
    await putProviders(host, [provider(host), two(0, 'sk-good-2')]);
    expect(await models(host)).toEqual(['ali-a']);
    for (const _ of [1, 2, 3, 4]) await complete(host);
    expect(askedOf(host).filter((key) => key === 'sk-good-2')).toHaveLength(2);
    await putProviders(host, [provider(host), two(5, 'sk-good-3')]);
    for (const _ of [1, 2]) await complete(host);
    expect(askedOf(host).slice(-2)).toEqual(['sk-good-3', 'sk-good-3']);
    await putProviders(host, [provider(host), two(5, 'sk-dead')]);
    expect((await complete(host)).status).toBe(200);
    expect(askedOf(host).slice(-2)).toEqual(['sk-dead', 'sk-good-1']);
  });

  it.each([
    ['sk-dead', 401, 30 * minute, false],
    ['sk-forbidden', 403, 30 * minute, false],
    ['sk-throttled', 429, second, true],
    ['sk-flaky', 503, minute, true],
  ])('passes what %s meets, and leaves it alone for its time', async (key, status, ms, stays) => {
    const { host, pass } = await still();
    await putKeys(host, key);
    expect((await complete(host)).status).toBe(status);
    expect(await models(host)).toEqual(stays ? ['ali-a'] : []);
    const held = await complete(host);
    if (status === 429) {
      const error = { code: 'model_cooldown', model: 'ali-a', reset_seconds: 1, reset_time: '1s' };
      expect(held).toMatchObject({ status: 429, body: { error } });
      expect(held.headers.get('retry-after')).toBe('1');
    } else expect(held).toMatchObject({ status: 503, body: unavailable });
    expect(held.headers.get('x-cpa-trace-id')).toBeNull();
    pass(ms - 1);
    await complete(host);
    expect(askedOf(host)).toHaveLength(1);
    pass(1);
    await complete(host);
    expect(askedOf(host)).toHaveLength(2);
  });

  it('waits longer each time for the pace of a vendor', async () => {
    const { host, pass } = await still();
    await putKeys(host, 'sk-throttled');
    const waits: number[] = [];
    for (const _ of [1, 2, 3, 4]) {
      await complete(host);
      const seconds = (await complete(host)).body.error.reset_seconds as number;
      waits.push(seconds);
      pass(seconds * second);
    }
    expect(waits).toEqual([1, 2, 4, 8]);
  });

  it('leaves a key alone for half a day when the vendor has no such model', async () => {
    const { host, pass } = await still();
    await putProviders(host, [provider(host, { models: [{ name: 'no-such', alias: 'ali-a' }] })]);
    expect((await complete(host)).body.error.type).toBe('resource_not_found_error');
    pass(12 * 60 * minute - 1);
    expect((await complete(host)).status).toBe(503);
    pass(1);
    expect((await complete(host)).status).toBe(404);
  });

  it('says whom it could not reach, and passes nonsense on as success', async () => {
    const host = await open();
    await putProviders(host, [provider(host, { 'base-url': 'http://127.0.0.1:2' })]);
    expect(await complete(host)).toMatchObject({
      status: 500,
      body: { error: { message: expect.stringMatching(/^Post "http:\/\/127\.0\.0\.1:2\/chat\/completions": /) } },
    });
    await putProviders(host, [provider(host, { 'base-url': 'not a url' })]);
    expect((await complete(host)).body.error.message).toBe(
      'Post "not%20a%20url/chat/completions": unsupported protocol scheme ""',
    );
    await putKeys(host, 'sk-html');
    const { status, text, headers } = await complete(host);
    expect([status, text, headers.get('content-type')]).toEqual([
      200,
      expect.stringContaining('<!doctype'),
      'application/json',
    ]);
    const message = { model: 'ali-a', max_tokens: 4, messages: [] };
    expect((await gateway(host, 'POST /v1/messages', message)).body).toMatchObject({ content: [] });
    expect((await complete(host)).status).toBe(200);
  });

  it('forgets all cool-downs with any change, also of something else', async () => {
    const host = await open();
    await putKeys(host, 'sk-dead');
    const bad = async () => [(await complete(host)).status, await models(host)];
    expect(await bad()).toEqual([401, []]);
    await ask(host, 'PATCH /api-keys', { old: 't', new: 't' });
    expect(await models(host)).toEqual(['ali-a']);
    expect(await bad()).toEqual([401, []]);
    await ask(host, 'POST /auth-files?name=a.json', { type: 'relay' });
    expect((await complete(host)).status).toBe(503);
    const [{ 'api-key-entries': keys }] = await list(host);
    const reset = await ask(host, 'POST /reset-quota', { auth_index: keys[0]['auth-index'] });
    expect(reset.body).toMatchObject({ status: 'ok', models: ['ali-a'] });
    expect((await complete(host)).status).toBe(401);
  });

  it('speaks the protocol of each list to its vendor, and that of the client to the client', async () => {
    const host = await open();
    const entry = { 'api-key': 'sk-good', models: [{ name: 'up', alias: 'ali' }] };
    const vendor = host.vendorUrl;
    const paths: string[] = [];
    for (const [name, base] of [
      ['claude-api-key', vendor],
      ['codex-api-key', `${vendor}/v1`],
      ['gemini-api-key', vendor],
    ] as const) {
      await ask(host, `PUT /${name}`, [{ ...entry, 'base-url': base }]);
      expect((await complete(host, 'ali')).body.choices[0].message.content).toBe('pong');
      const message = { model: 'ali', max_tokens: 4, messages: [{ role: 'user', content: 'hi' }] };
      expect((await gateway(host, 'POST /v1/messages', message)).body.content[0].text).toBe('pong');
      paths.push(host.vendorRequests.at(-1)?.path ?? '');
      await ask(host, `PUT /${name}`, 'null');
    }
    expect(paths).toEqual(['/v1/messages', '/v1/responses', '/v1beta/models/up:generateContent']);
    expect(host.vendorRequests[0]?.query).toEqual({ beta: 'true' });
  });

  it('offers what it knows of Claude where an entry names no models', async () => {
    const host = await open();
    await ask(host, 'PUT /claude-api-key', [{ 'api-key': 'k', 'base-url': host.vendorUrl }]);
    expect(await models(host)).toHaveLength(15);
    await ask(host, 'PATCH /claude-api-key', { match: 'k', value: { 'excluded-models': ['claude-opus-*'] } });
    expect((await models(host)).filter((name) => name.includes('opus'))).toEqual([]);
  });
});

describe('what a CLIProxyAPI tells of one key', () => {
  it('sends any request by it, and tells the answer whatever it is', async () => {
    const host = await open();
    await putKeys(host, 'sk-good-1', 'sk-dead-1');
    const [{ 'api-key-entries': keys }] = await list(host);
    const call = async (more: Record<string, unknown>) =>
      (
        await ask(host, 'POST /api-call', {
          method: 'GET',
          url: `${host.vendorUrl}/v1/models`,
          header: { Authorization: 'Bearer $TOKEN$' },
          ...more,
        })
      ).body;
    expect(await call({ auth_index: keys[0]['auth-index'] })).toMatchObject({ status_code: 200 });
    const dead = await call({ authIndex: keys[1]['auth-index'] });
    expect(dead).toMatchObject({ status_code: 401, header: { 'Content-Type': [expect.stringContaining('json')] } });
    // Of a key that it does not know it says nothing, and sends the text.
    expect(await call({ auth_index: '0123456789abcdef' })).toMatchObject({ status_code: 200 });
    expect(askedOf(host).at(-1)).toBe('$TOKEN$');
    await call({ header: { Authorization: 'Bearer sk-good-literal' } });
    expect(askedOf(host).at(-1)).toBe('sk-good-literal');
    const usage = (await ask(host, 'GET /api-key-usage')).body['relay:acme'];
    expect(usage[`${host.vendorUrl}/v1|sk-dead-1`]).toMatchObject({ success: 0, failed: 0 });
  });

  it('counts by the name in lower case, and keeps counting over changes', async () => {
    const host = await open();
    await putProviders(host, [provider(host, { name: 'Acme' })]);
    await complete(host);
    await ask(host, 'PATCH /openai-compatibility', { name: 'Acme', value: { prefix: 'x' } });
    const usage = (await ask(host, 'GET /api-key-usage')).body['acme'][`${host.vendorUrl}/v1|sk-good-1`];
    expect(usage).toMatchObject({ success: 1, failed: 0 });
    expect(usage.recent_requests).toHaveLength(20);
    expect(usage.recent_requests[19]).toMatchObject({ success: 1, failed: 0 });
  });

  it('keeps files of any type, which serve nothing', async () => {
    const host = await open();
    const path = '/auth-files?name=relay-acme.json';
    const content = { type: 'relay', disabled: true, note: 'n', runs: ['a'] };
    await ask(host, `POST ${path}`, content);
    const { files } = (await ask(host, 'GET /auth-files')).body;
    expect(files).toMatchObject([{ name: 'relay-acme.json', note: 'n', type: 'relay', status: 'disabled' }]);
    expect((await ask(host, 'GET /auth-files/download?name=relay-acme.json')).body).toEqual(content);
    await ask(host, `POST ${path}`, { ...content, note: 'm' });
    expect((await ask(host, 'GET /auth-files/download?name=relay-acme.json')).body.note).toBe('m');
    expect((await ask(host, `DELETE ${path}`)).body).toEqual({ status: 'ok' });
    await ask(host, `POST ${path}`, content);
    expect((await ask(host, 'DELETE /auth-files?all=true')).body).toEqual({ status: 'ok', deleted: 1 });
    expect((await ask(host, 'GET /auth-files')).body).toEqual({ files: [] });
  });
});
