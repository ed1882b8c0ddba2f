import type { RequestListener } from 'node:http';
import { afterEach, describe, expect, it } from 'vitest';
import type { Platform } from '../../../src/core/modes.ts';
import { Interruption } from '../../../src/core/relay-error.ts';
import { systemClock } from '../../../src/core/clock.ts';
import { Redactor } from '../../../src/core/secrets/redactor.ts';
import { Secret } from '../../../src/core/secrets/secret.ts';
import { HttpClient } from '../../../src/host/http/http-client.ts';
import { findProtocol } from '../../../src/host/upstream/find-protocol.ts';
import { listModels } from '../../../src/host/upstream/list-models.ts';
import { selfSigned } from '../../support/certificates.ts';
import { always, closeServers, serve } from '../../support/small-server.ts';

const key = new Secret('sk-upstream-000111222333');
const { signal } = new AbortController();

afterEach(closeServers);

const redactor = new Redactor();
redactor.learn(key);
const reach = (baseUrl: string) =>
  new HttpClient({
    baseUrl,
    userAgent: 'relay/test',
    timeoutMs: 10_000,
    clock: systemClock,
    redactor,
    named: '--base-url',
  });

const list = async (listener: RequestListener, platform: Platform = 'openai', path = '/v1') =>
  listModels({ platform, http: reach(`${await serve(listener)}${path}`), key }, signal);

const json = (value: unknown) => always(200, 'application/json', JSON.stringify(value));
const paged =
  (pages: (query: URLSearchParams) => unknown): RequestListener =>
  (request, reply) =>
    void reply
      .writeHead(200, { 'content-type': 'application/json' })
      .end(JSON.stringify(pages(new URL(request.url ?? '', 'http://here').searchParams)));

describe('the list of an upstream', () => {
  it.each([
    [
      'openai',
      { object: 'list', data: [{ id: 'b', object: 'model' }, { id: 'a' }, { id: 'b' }] },
      ['b', 'a'],
      'openai',
    ],
    ['openai', { object: 'list', data: null }, [], 'openai'],
    ['openai', { data: [{ id: 'models/own', object: 'model' }] }, ['models/own'], 'openai'],
    ['openai', { data: [{ type: 'model', id: 'c' }] }, ['c'], 'anthropic'],
    ['anthropic', { data: [{ type: 'model', id: 'c' }], has_more: false }, ['c'], 'anthropic'],
    [
      'gemini',
      { models: [{ name: 'models/g' }, { name: 'models/e', supportedGenerationMethods: ['embedContent'] }] },
      ['g'],
      'gemini',
    ],
  ] as const)('in the form of %s: %j', async (platform, body, models, form) => {
    const path = platform === 'openai' ? '/v1' : '';
    expect(await list(json(body), platform, path)).toMatchObject({ models, form });
  });

  it('leaves out what no pack can name, and counts it', async () => {
    const names = [
      'good',
      '__proto__',
      'two words',
      '',
      'x'.repeat(201),
      'openai/*',
      '\u001b[31mred',
      key.open(),
      null,
      7,
    ];
    const data = [...names.map((id) => ({ id })), null, 'text'];
    expect(await list(json({ data }))).toMatchObject({ models: ['good'], unusable: data.length - 1 });
  });

  it('is read page by page, until it was the same twice', async () => {
    const pages = paged((query) =>
      query.get('after_id') === 'b'
        ? { data: [{ type: 'model', id: 'c' }], has_more: false }
        : {
            data: [
              { type: 'model', id: 'a' },
              { type: 'model', id: 'b' },
            ],
            has_more: true,
            last_id: 'b',
          },
    );
    expect((await list(pages, 'anthropic', '')).models).toEqual(['a', 'b', 'c']);
    const tokens = paged((query) =>
      query.get('pageToken') === 'two'
        ? { models: [{ name: 'models/h' }] }
        : { models: [{ name: 'models/g' }], nextPageToken: 'two' },
    );
    expect((await list(tokens, 'gemini', '')).models).toEqual(['g', 'h']);
  });

  it.each([
    [
      'changes while its pages are read',
      'changes while it is read',
      () => {
        let turn = 0;
        return paged((query) => ({ data: [{ id: `m${(turn += 1)}` }], has_more: !query.has('after'), last_id: 'x' }));
      },
    ],
    ['goes round in circles', 'has no end', () => paged(() => ({ data: [{ id: 'a' }], has_more: true, last_id: 'a' }))],
    ['is half of one', 'says that there is more', () => json({ data: [{ id: 'a' }], has_more: true })],
    ['is larger than any', 'answered with more than 8 MiB', () => json({ data: ['x'.repeat(9_000_000)] })],
    [
      'has more entries than any',
      'has more than 20,000 entries',
      () => json({ data: Array.from({ length: 150_000 }, () => 1) }),
    ],
    [
      'has more of them over its pages',
      'has more than 20,000 entries',
      () => paged(() => ({ data: Array.from({ length: 9000 }, () => ({ id: 'a' })), has_more: true, last_id: 'a' })),
    ],
  ])('is refused where it %s', async (_, message, listener) => {
    await expect(list(listener())).rejects.toMatchObject({
      code: 'UPSTREAM_LIST_UNUSABLE',
      message: expect.stringContaining(message) as string,
    });
  });

  it('is asked for no longer than it may take, or until it is told to stop', async () => {
    const url = await serve(() => undefined);
    const stopping = new AbortController();
    const asked = listModels({ platform: 'openai', http: reach(`${url}/v1`), key }, stopping.signal);
    stopping.abort(new Interruption('SIGINT'));
    await expect(asked).rejects.toMatchObject({ code: 'INTERRUPTED', exitCode: 130 });
    const hurried = reach(`${url}/v1`);
    Object.assign(hurried, { clock: { ...systemClock, timeout: () => AbortSignal.abort() } });
    await expect(listModels({ platform: 'openai', http: hurried, key }, signal)).rejects.toMatchObject({
      code: 'UPSTREAM_LIST_UNUSABLE',
      message: expect.stringContaining('was not read within 120 s') as string,
    });
  });

  it.each([
    [
      'what is no list',
      json({ object: 'list', items: [] }),
      'UPSTREAM_WRONG_ADDRESS',
      '/v1/models answers with no list',
    ],
    [
      'a refusal of the key',
      always(401, 'application/json', `{"error":"no ${key.open()}"}`),
      'UPSTREAM_REFUSED',
      '401',
    ],
    ['too many requests', always(429, 'text/plain', 'slow down'), 'UPSTREAM_UNREACHABLE', '429: slow down'],
    ['a fault', always(502, 'text/html', '<html>'), 'UPSTREAM_UNREACHABLE', 'a web page'],
    ['another path', always(404, 'text/plain', 'not found'), 'UPSTREAM_WRONG_ADDRESS', '404: not found'],
    ['a web page', always(200, 'text/html', '<html>'), 'UPSTREAM_WRONG_ADDRESS', 'a web page'],
    ['what is not JSON', always(200, 'text/plain', 'hello'), 'UPSTREAM_WRONG_ADDRESS', 'not JSON'],
    [
      'a redirect',
      always(308, 'text/plain', '', { location: 'https://other.example.org/v1/models' }),
      'UPSTREAM_WRONG_ADDRESS',
      'redirects to https://other.example.org/v1/models',
    ],
  ])('tells %s, and no key', async (_, listener, code, message) => {
    const error = await list(listener).catch((failure: unknown) => failure);
    expect(error).toMatchObject({ code, message: expect.stringContaining(message) as string });
    expect(String(error)).not.toContain(key.open());
  });

  it('tells the refusal of a key in the form of Gemini', async () => {
    const body = JSON.stringify({
      error: { code: 400, status: 'INVALID_ARGUMENT', details: [{ reason: 'API_KEY_INVALID' }] },
    });
    await expect(list(always(400, 'application/json', body), 'gemini', '')).rejects.toMatchObject({
      code: 'UPSTREAM_REFUSED',
    });
  });

  it('sends the key nowhere but to the address, and says which one to give', async () => {
    const seen: string[] = [];
    const target = await serve((request, reply) => {
      seen.push(request.url ?? '');
      reply.end('{}');
    });
    const error = list(always(307, 'text/plain', '', { location: `${target}/v1/models` }));
    await expect(error).rejects.toMatchObject({ hint: `Give --base-url ${target}/v1 instead.` });
    expect(seen).toEqual([]);
  });

  it('tells a certificate of an authority of its own, and how to trust it', async () => {
    const url = await serve(json({ data: [] }), selfSigned);
    await expect(listModels({ platform: 'openai', http: reach(`${url}/v1`), key }, signal)).rejects.toMatchObject({
      code: 'UPSTREAM_UNREACHABLE',
      hint: expect.stringContaining('NODE_EXTRA_CA_CERTS') as string,
    });
  });

  it('tells an address at which nothing listens, by the option that gave it', async () => {
    await expect(
      listModels({ platform: 'openai', http: reach('http://127.0.0.1:1/v1'), key }, signal),
    ).rejects.toMatchObject({
      code: 'UPSTREAM_UNREACHABLE',
      hint: expect.stringContaining('--base-url') as string,
    });
  });
});

describe('the protocol of an upstream', () => {
  const find = async (listener: RequestListener, path = '') => {
    const url = await serve(listener);
    const { upstream, list: found } = await findProtocol(
      { baseUrl: `${url}${path}`, key, only: undefined },
      reach,
      signal,
    );
    return [upstream.platform, upstream.http.baseUrl.replace(url, ''), found.models];
  };
  const at =
    (routes: Record<string, unknown>, asks?: string): RequestListener =>
    (request, reply) => {
      const path = new URL(request.url ?? '', 'http://here').pathname;
      if (asks !== undefined && request.headers[asks] === undefined) return void reply.writeHead(401).end('{}');
      if (!(path in routes)) return void reply.writeHead(404).end('not found');
      return void reply.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(routes[path]));
    };
  const openai = { object: 'list', data: [{ id: 'm', object: 'model' }] };

  it.each([
    ['with its version', at({ '/v1/models': openai }), '/v1', ['openai', '/v1', ['m']]],
    ['without it', at({ '/v1/models': openai }), '', ['openai', '/v1', ['m']]],
    ['with another version', at({ '/api/v3/models': openai }), '/api/v3', ['openai', '/api/v3', ['m']]],
    ['without any', at({ '/models': openai }), '', ['openai', '', ['m']]],
    [
      'of Anthropic, by its header',
      at({ '/v1/models': { data: [{ type: 'model', id: 'c' }] } }, 'x-api-key'),
      '',
      ['anthropic', '', ['c']],
    ],
    [
      'of Anthropic, without a key',
      at({ '/v1/models': { data: [{ type: 'model', id: 'c' }] } }),
      '/v1',
      ['anthropic', '', ['c']],
    ],
    ['of Gemini', at({ '/v1beta/models': { models: [{ name: 'models/g' }] } }), '/v1beta', ['gemini', '', ['g']]],
  ])('is found at an address %s', async (_, listener, path, found) => {
    expect(await find(listener, path)).toEqual(found);
  });

  it.each([
    ['its no to the key before all else', at({}, 'x-nothing'), 'UPSTREAM_REFUSED'],
    ['an empty list', at({ '/v1/models': { data: [] } }), 'UPSTREAM_LIST_UNUSABLE'],
    ['that nothing answers as an API', at({}), 'UPSTREAM_WRONG_ADDRESS'],
    ['that it has no time', always(503, 'text/plain', 'loading'), 'UPSTREAM_UNREACHABLE'],
  ])('tells %s', async (_, listener, code) => {
    await expect(find(listener)).rejects.toMatchObject({ code });
  });
});
