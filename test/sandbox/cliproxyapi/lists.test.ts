import { describe, expect, it } from 'vitest';
import { cliProxies } from '../../support/sandboxes.ts';
import type { Loose } from '../exchange.ts';
import { ask, gateway, list, provider, putProviders } from './client.ts';

const start = cliProxies();
const open = () => start({ settings: { reloadMs: 0 } });
const names = async (host: Parameters<typeof list>[0]) => (await list(host)).map(({ name }: Loose) => name);

describe('the providers of a CLIProxyAPI', () => {
  it('trims what is sent, drops what it does not know, and says nothing of either', async () => {
    const host = await open();
    const sent = {
      NAME: '  spaced ',
      'Base-URL': ' http://127.0.0.1:1/v1 ',
      prefix: '/team/',
      nope: 1,
      headers: { ' A ': ' b ', C: ' ' },
      'api-keys': ['ignored'],
      'api-key-entries': [{ 'api-key': ' k ', name: 'n', note: 'x' }],
    };
    expect((await putProviders(host, [sent, { name: 'homeless' }, { ...sent, prefix: 'a/b' }])).status).toBe(200);
    const kept = {
      name: 'spaced',
      disabled: false,
      'base-url': 'http://127.0.0.1:1/v1',
      'api-key-entries': [{ 'api-key': 'k', 'auth-index': expect.any(String) }],
      headers: { A: 'b' },
    };
    expect(await list(host)).toEqual([{ ...kept, prefix: 'team' }, kept]);
  });

  it('empties the list for null, and replaces all of it by a short one', async () => {
    const host = await open();
    await putProviders(host, [provider(host, { name: 'one' }), provider(host, { name: 'two' })]);
    await putProviders(host, { items: [provider(host, { name: 'three' })] });
    expect(await names(host)).toEqual(['three']);
    expect((await putProviders(host, 'null')).status).toBe(200);
    expect(await names(host)).toEqual([]);
  });

  it.each<[string, Record<string, unknown>, Record<string, unknown>]>([
    ['ignores the priority and what it does not know', { priority: 5, nope: 1 }, {}],
    ['takes null for nothing said', { headers: null, models: null, 'base-url': null }, {}],
    ['clears lists', { models: [], headers: {} }, { models: undefined, headers: undefined }],
    ['replaces headers whole', { headers: { B: 'c' } }, { headers: { B: 'c' } }],
    ['takes a bad prefix for none', { prefix: 'a/b' }, {}],
    ['may take another name, also one that is taken', { name: 'two' }, { name: 'two' }],
  ])('%s in a change', async (_name, value, after) => {
    const host = await open();
    const one = provider(host, { name: 'one', headers: { A: 'b' } });
    await putProviders(host, [one, provider(host, { name: 'two' })]);
    const [before] = await list(host);
    expect(await ask(host, 'PATCH /openai-compatibility', { name: ' one ', value })).toMatchObject({ status: 200 });
    expect((await list(host))[0]).toEqual({ ...before, ...after });
  });

  it('removes a provider that loses its address', async () => {
    const host = await open();
    await putProviders(host, [provider(host, { name: 'one' }), provider(host, { name: 'two' })]);
    await ask(host, 'PATCH /openai-compatibility', { name: 'one', value: { 'base-url': ' ' } });
    expect(await names(host)).toEqual(['two']);
  });

  it('has names twice, changes the first, heeds an index first, and removes all', async () => {
    const host = await open();
    const [one, two] = [provider(host, { name: 'same' }), provider(host, { name: 'Same' })];
    await putProviders(host, [two, one, one]);
    const prefixes = async () => (await list(host)).map(({ prefix }: Loose) => prefix ?? '');
    await ask(host, 'PATCH /openai-compatibility', { name: 'same', value: { prefix: 'x' } });
    expect(await prefixes()).toEqual(['', 'x', '']);
    await ask(host, 'PATCH /openai-compatibility', { name: 'same', index: 2, value: { prefix: 'y' } });
    expect(await prefixes()).toEqual(['', 'x', 'y']);
    await ask(host, 'DELETE /openai-compatibility?name=same');
    expect(await names(host)).toEqual(['Same']);
    expect((await ask(host, 'DELETE /openai-compatibility?index=0abc')).status).toBe(200);
    expect(await names(host)).toEqual([]);
  });

  it('knows one key of two providers under one index, and none of a provider that is off', async () => {
    const host = await open();
    await putProviders(host, [
      provider(host, { name: 'one' }),
      provider(host, { name: 'two' }),
      provider(host, { name: 'off', disabled: true }),
    ]);
    const [one, two, off] = (await list(host)).map((each: Loose) => each['api-key-entries'][0]['auth-index']);
    expect(one).toMatch(/^[0-9a-f]{16}$/);
    expect([two, off]).toEqual([one, undefined]);
  });

  it('leaves a retry of none out when it is read back', async () => {
    const host = await open();
    await putProviders(host, [provider(host)]);
    await ask(host, 'PATCH /openai-compatibility', {
      index: 0,
      value: { 'request-retry': 0, 'disable-cooling': true },
    });
    expect((await list(host))[0]).toMatchObject({ 'disable-cooling': true });
    expect((await list(host))[0]).not.toHaveProperty('request-retry');
  });
});

describe('the lists of keys of a CLIProxyAPI', () => {
  const entry = (base: string, key = 'k') => ({ 'api-key': key, 'base-url': base });

  it.each([
    ['claude-api-key', ['k http://a', 'k http://a', ' ', 'k ']],
    ['codex-api-key', ['k http://a', 'k http://a']],
    ['gemini-api-key', ['k http://a', 'k ']],
  ])('%s keeps of doubles and halves what the host keeps', async (name, kept) => {
    const host = await open();
    await ask(host, `PUT /${name}`, [entry('http://a'), entry('http://a'), {}, { 'api-key': 'k' }]);
    const shown = (await list(host, name)).map((each: Loose) => `${each['api-key']} ${each['base-url'] ?? ''}`);
    expect(shown).toEqual(kept);
  });

  it('changes the first of two that match, and wants an address to remove one of them', async () => {
    const host = await open();
    const name = 'claude-api-key';
    await ask(host, `PUT /${name}`, [entry('http://a'), entry('http://b')]);
    await ask(host, `PATCH /${name}`, { match: 'k', value: { prefix: 'z', priority: 3 } });
    expect(await list(host, name)).toMatchObject([{ 'base-url': 'http://a', prefix: 'z' }, { 'base-url': 'http://b' }]);
    expect((await list(host, name))[0]).not.toHaveProperty('priority');
    expect(await ask(host, `DELETE /${name}?api-key=k`)).toMatchObject({
      status: 400,
      body: { error: 'multiple items match api-key; base-url is required' },
    });
    await ask(host, `DELETE /${name}?api-key=k&base-url=http://b`);
    expect(await list(host, name)).toHaveLength(1);
  });

  it('removes an entry of codex that loses its address', async () => {
    const host = await open();
    await ask(host, 'PUT /codex-api-key', [entry('http://a')]);
    await ask(host, 'PATCH /codex-api-key', { match: 'k', value: { 'base-url': '' } });
    expect(await list(host, 'codex-api-key')).toEqual([]);
  });
});

describe('the client keys of a CLIProxyAPI', () => {
  const open401 = async (host: Parameters<typeof list>[0]) =>
    (await gateway(host, 'GET /v1/models', undefined, {})).status;

  it('adds, replaces and removes, and keeps what it is sent', async () => {
    const host = await open();
    const keys = () => list(host, 'api-keys');
    const first = host.clientKey;
    await ask(host, 'PATCH /api-keys', { old: 'a', new: 'a' });
    await ask(host, 'PATCH /api-keys', { old: 'unknown', new: ' b ' });
    await ask(host, 'PATCH /api-keys', { old: 'a', new: 'c' });
    expect(await keys()).toEqual([first, 'c', ' b ']);
    await ask(host, 'PATCH /api-keys', { index: 1, value: 'd' });
    await ask(host, 'DELETE /api-keys?value=b');
    expect(await keys()).toEqual([first, 'd']);
    expect(await open401(host)).toBe(401);
  });

  it('opens the gateway to everybody when no key is left', async () => {
    const host = await open();
    await ask(host, `DELETE /api-keys?value=${host.clientKey}`);
    expect(await list(host, 'api-keys')).toEqual([]);
    expect(await open401(host)).toBe(200);
    await ask(host, 'PUT /api-keys', ['  ']);
    expect(await open401(host)).toBe(200);
    await ask(host, 'PUT /api-keys', ['x']);
    expect(await open401(host)).toBe(401);
  });

  it('calls a list that was replaced by nothing null until it is reloaded', async () => {
    const host = await start({ settings: { reloadMs: 60_000 } });
    await ask(host, 'PUT /api-keys', []);
    expect(await list(host, 'api-keys')).toBeNull();
  });
});
