import { describe, expect, it } from 'vitest';
import { cliProxies } from '../../support/sandboxes.ts';
import { exchange } from '../exchange.ts';
import { ask, gateway, list, provider, putProviders } from './client.ts';

const start = cliProxies();
/** Whatever is written is what the host works with at once. */
const open = () => start({ settings: { reloadMs: 0 } });

const error = (text: string) => ({ error: text });
const ok = { status: 'ok' };
const invalid = error('invalid body');
const heavy = { name: 'w', 'base-url': 'http://x', 'api-key-entries': [{ 'api-key': 'k', weight: 1_000_001 }] };

interface Fact {
  name: string;
  call: string;
  body?: unknown;
  status: number;
  reply: unknown;
}

/** What a real host answered, word for word. */
const facts: Fact[] = [
  { name: 'an unknown path', call: 'GET /nope', status: 404, reply: '' },
  { name: 'a list by POST', call: 'POST /openai-compatibility', body: { name: 'x' }, status: 404, reply: '' },
  { name: 'a list by HEAD', call: 'HEAD /openai-compatibility', status: 404, reply: '' },
  { name: 'a write with a slash', call: 'PUT /openai-compatibility/', body: [], status: 307, reply: '' },
  { name: 'no list', call: 'GET /openai-compatibility', status: 200, reply: { 'openai-compatibility': [] } },
  { name: 'half a body', call: 'PUT /openai-compatibility', body: '{', status: 400, reply: invalid },
  { name: 'an object', call: 'PUT /openai-compatibility', body: {}, status: 400, reply: invalid },
  { name: 'no items', call: 'PUT /openai-compatibility', body: { items: [] }, status: 400, reply: invalid },
  { name: 'no body', call: 'PUT /openai-compatibility', body: '', status: 400, reply: invalid },
  {
    name: 'the list under its name',
    call: 'PUT /openai-compatibility',
    body: { 'openai-compatibility': [] },
    status: 400,
    reply: invalid,
  },
  { name: 'a name that is none', call: 'PUT /openai-compatibility', body: [{ name: 5 }], status: 400, reply: invalid },
  {
    name: 'a weight that is too large',
    call: 'PUT /openai-compatibility',
    body: [heavy],
    status: 400,
    reply: error('openai-compatibility[0].api-key-entries[0].weight: weight must not exceed 1000000'),
  },
  { name: 'null', call: 'PUT /openai-compatibility', body: 'null', status: 200, reply: ok },
  {
    name: 'a change of nobody',
    call: 'PATCH /openai-compatibility',
    body: { name: 'x', value: {} },
    status: 404,
    reply: error('item not found'),
  },
  {
    name: 'a change to nothing',
    call: 'PATCH /openai-compatibility',
    body: { name: 'x' },
    status: 400,
    reply: invalid,
  },
  { name: 'a removal of nobody', call: 'DELETE /openai-compatibility?name=x', status: 200, reply: ok },
  {
    name: 'a removal of nothing',
    call: 'DELETE /openai-compatibility?index=9',
    status: 400,
    reply: error('missing name or index'),
  },
  { name: 'a removal of an unknown key', call: 'DELETE /claude-api-key?api-key=x', status: 200, reply: ok },
  {
    name: 'the same where it is strict',
    call: 'DELETE /gemini-api-key?api-key=x',
    status: 404,
    reply: error('item not found'),
  },
  { name: 'a removal of an unknown client', call: 'DELETE /api-keys?value=x', status: 200, reply: ok },
  { name: 'a change of no client', call: 'PATCH /api-keys', body: {}, status: 400, reply: error('missing fields') },
  { name: 'a removal of no client', call: 'DELETE /api-keys', status: 400, reply: error('missing index or value') },
  {
    name: 'plugins',
    call: 'GET /plugins',
    status: 200,
    reply: { plugins_enabled: false, plugins_dir: 'plugins', plugins: [] },
  },
  { name: 'a call of nothing', call: 'POST /api-call', body: {}, status: 400, reply: error('missing method') },
  {
    name: 'a call that reaches nobody',
    call: 'POST /api-call',
    body: { method: 'GET', url: 'http://127.0.0.1:9/x' },
    status: 502,
    reply: error('request failed'),
  },
  {
    name: 'a file that is not there',
    call: 'DELETE /auth-files?name=a.json',
    status: 404,
    reply: error('auth file not found'),
  },
  {
    name: 'a file of another kind',
    call: 'POST /auth-files?name=a.txt',
    body: {},
    status: 400,
    reply: error('name must end with .json'),
  },
  {
    name: 'half a configuration',
    call: 'PUT /config.yaml',
    body: 'a: [',
    status: 400,
    reply: { error: 'invalid_yaml', message: 'yaml: line 1: did not find expected node content' },
  },
];

describe('a CLIProxyAPI', () => {
  it.each(facts)('answers $name as recorded', async ({ call, body, status, reply }) => {
    expect(await ask(await open(), call, body)).toMatchObject({ status, body: reply });
  });

  it('says who it is to everybody, and how it is', async () => {
    const host = await open();
    expect((await gateway(host, 'GET /', undefined, {})).body.message).toBe('CLI Proxy API Server');
    expect((await gateway(host, 'GET /healthz', undefined, {})).body).toEqual({ status: 'ok' });
    expect((await gateway(host, 'HEAD /healthz', undefined, {})).status).toBe(200);
    for (const path of ['/health', '/v1/nope', '/nope', '//v1/models'])
      expect(await gateway(host, `GET ${path}`)).toMatchObject({ status: 404, text: '' });
    const moved = await ask(host, 'GET /api-keys/', undefined, {});
    expect([moved.status, moved.headers.get('location')]).toEqual([301, '/v0/management/api-keys']);
  });

  it('shows the fields of a provider in their order, and what it knows of its keys', async () => {
    const host = await open();
    const marker = { 'X-Relay-Marker': '$relay:v1:acme:run-7 with spaces' };
    const base = 'http://127.0.0.1:9911/v1';
    const keys = ['sk-good1', 'sk-good2'].map((key) => ({ 'api-key': key }));
    const sent = { name: 'relay:acme', 'base-url': base, 'api-key-entries': keys, headers: marker };
    await putProviders(host, [{ ...sent, models: [{ name: 'up-a', alias: 'ali-a' }, { name: 'up-b' }] }]);
    const recorded = {
      name: 'relay:acme',
      disabled: false,
      'base-url': base,
      'api-key-entries': [
        { 'api-key': 'sk-good1', 'auth-index': '1be510343a56fca4' },
        { 'api-key': 'sk-good2', 'auth-index': 'd72f136b067622fb' },
      ],
      models: [
        { name: 'up-a', alias: 'ali-a' },
        { name: 'up-b', alias: '' },
      ],
      headers: marker,
    };
    const { text } = await ask(host, 'GET /openai-compatibility');
    expect(text).toBe(JSON.stringify({ 'openai-compatibility': [recorded] }));
    // What was read can be sent back as it is.
    await putProviders(host, text.replace(/^\{"openai-compatibility":(.*)\}$/, '$1'));
    expect(await list(host)).toEqual([recorded]);
  });

  it.each([
    [
      'claude-api-key',
      { 'api-key': 'same', 'base-url': 'http://127.0.0.1:9911', 'proxy-url': '', models: [] },
      '97bea48c16dd7fc7',
    ],
    [
      'codex-api-key',
      {
        'api-key': 'sk-good-cod',
        'base-url': 'http://127.0.0.1:9911/v1',
        'proxy-url': '',
        models: [{ name: 'up-cod', alias: 'ali-cod' }],
      },
      'c1421f331223870d',
    ],
    [
      'gemini-api-key',
      {
        'api-key': 'sk-good-gem',
        'base-url': 'http://127.0.0.1:9911',
        models: [{ name: 'up-gem', alias: 'ali-gem' }],
      },
      '0a254dd3dff0edf0',
    ],
  ])('shows an entry of %s as recorded', async (name, entry, index) => {
    const host = await open();
    await ask(host, `PUT /${name}`, [entry]);
    const { text } = await ask(host, `GET /${name}`);
    expect(text).toBe(JSON.stringify({ [name]: [{ ...entry, 'auth-index': index }] }));
  });

  it('names the keys of nobody and of odd addresses as recorded', async () => {
    const host = await open();
    const keys = ['', 'k', 'k'].map((key) => ({ 'api-key': key }));
    await putProviders(host, [{ name: '', 'base-url': 'not a url', 'api-key-entries': keys }]);
    const [{ 'api-key-entries': shown }] = await list(host);
    expect(shown.map((each: Record<string, string>) => each['auth-index'])).toEqual([
      '1ad86c41d09540fe',
      '58746fb9776cb503',
      '58746fb9776cb503',
    ]);
  });

  it('echoes what it knows when it is told to', async () => {
    const host = await start({ faults: [{ method: 'GET', path: '/', nth: 1, times: 1, fault: 'echo' }] });
    await putProviders(host, [provider(host, {}, ['sk-known'])]);
    const { text } = await exchange(`${host.url}/`, 'GET', undefined, {});
    for (const secret of ['sk-known', host.adminKey, host.clientKey]) expect(text).toContain(secret);
  });
});
