import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { cliProxies } from '../../support/sandboxes.ts';
import type { CliProxy } from '../../support/start-sandbox.ts';
import type { Loose } from '../exchange.ts';
import { ask, complete, gateway, list, models, provider, putKeys, putProviders } from './client.ts';

const open = cliProxies();
const reloadMs = 10;

/** A host whose clock only moves when it is told to. */
async function still(settings: Partial<CliProxy['settings']> = {}) {
  let at = Date.now();
  const host = await open({ now: () => at, settings: { reloadMs, ...settings } });
  return { host, pass: (ms: number) => void (at += ms) };
}

const add = (host: CliProxy, key: string) => ask(host, 'PATCH /api-keys', { old: key, new: key });
const keys = async (host: CliProxy) => (await list(host, 'api-keys')).slice(1) as string[];
const inFile = async (host: CliProxy) => {
  const { text } = await ask(host, 'GET /config.yaml');
  return (parse(text)['api-keys'] as string[]).slice(1);
};

describe('a reload of a CLIProxyAPI', () => {
  it('has a new key serve, and be known, once it has ended', async () => {
    const { host, pass } = await still();
    await putProviders(host, [provider(host)]);
    const index = async () => (await list(host))[0]['api-key-entries'][0]['auth-index'];
    expect([await models(host), await index()]).toEqual([[], undefined]);
    await add(host, 'new');
    const headers = { authorization: 'Bearer new' };
    expect((await gateway(host, 'GET /v1/models', undefined, headers)).status).toBe(401);
    pass(reloadMs);
    expect([await models(host), await index()]).toEqual([['ali-a'], expect.any(String)]);
  });

  it('takes a write from memory that fell between its read and its end, and leaves it in the file', async () => {
    const { host, pass } = await still();
    await add(host, 'one');
    pass(reloadMs - 1);
    expect((await add(host, 'two')).status).toBe(200);
    expect(await keys(host)).toEqual(['one', 'two']);
    pass(1);
    expect([await keys(host), await inFile(host)]).toEqual([['one'], ['one', 'two']]);
    pass(60_000);
    expect([await keys(host), await inFile(host)]).toEqual([['one'], ['one', 'two']]);
    await add(host, 'three');
    pass(reloadMs);
    expect([await keys(host), await inFile(host)]).toEqual([
      ['one', 'three'],
      ['one', 'three'],
    ]);
  });

  it('loses nothing of whoever waits for it', async () => {
    const { host, pass } = await still();
    for (const key of ['one', 'two', 'three']) {
      await add(host, key);
      pass(reloadMs);
    }
    expect(await keys(host)).toEqual(['one', 'two', 'three']);
  });

  it('loses writes of who does not look, by the clock of the system, too', async () => {
    const host = await open({ settings: { reloadMs: 1000 } });
    await putProviders(host, [provider(host, { name: 'one' })]);
    await ask(host, 'PATCH /openai-compatibility', { name: 'one', value: { prefix: 'x' } });
    await expect.poll(() => models(host), { timeout: 5000 }).toEqual(['ali-a']);
    expect((await list(host))[0]).not.toHaveProperty('prefix');
  });

  it.each([[0], [reloadMs]])('loses so many writes as it is told to, with reloads of %d ms', async (ms) => {
    const { host, pass } = await still({ loseNextWrites: 2, reloadMs: ms });
    for (const key of ['one', 'two', 'three']) {
      expect((await add(host, key)).status).toBe(200);
      if (ms > 0) expect(await keys(host)).toContain(key);
      pass(ms);
      expect(await inFile(host)).toEqual([key]);
      expect(await keys(host)).toEqual(key === 'three' ? ['three'] : []);
    }
    expect(host.settings.loseNextWrites).toBe(0);
  });

  it('skips a file that says the same', async () => {
    const { host } = await still({ reloadMs: 0 });
    await putKeys(host, 'sk-dead');
    expect((await complete(host)).status).toBe(401);
    await putKeys(host, 'sk-dead');
    expect((await complete(host)).status).toBe(503);
    await add(host, 'new');
    expect((await complete(host)).status).toBe(401);
  });
});

describe('the file of a CLIProxyAPI', () => {
  it('keeps comments and what the host does not know, but nothing unknown of a provider', async () => {
    const { host, pass } = await still();
    const unknown = '\nmine: 1 # kept\nopenai-compatibility:\n  - { name: a, base-url: "http://a", note: dropped }\n';
    host.state.file += unknown;
    await ask(host, 'GET /debug');
    pass(150);
    expect((await list(host))[0]).toMatchObject({ name: 'a' });
    await add(host, 'one');
    const { text, headers } = await ask(host, 'GET /config.yaml');
    expect(headers.get('content-type')).toBe('application/yaml; charset=utf-8');
    expect(text).toMatch(/^# Made[^]*mine: 1 # kept/);
    expect(text).not.toContain('dropped');
  });

  it('is empty to who reads it during a save', async () => {
    const { host } = await still({ emptyNextReads: 1 });
    const read = async () => (await ask(host, 'GET /config.yaml')).text;
    expect(await read()).toBe('');
    expect(await read()).toContain('api-keys');
  });

  it('cannot be saved, and memory keeps the change, which serves after the next save', async () => {
    const { host, pass } = await still({ failNextSaves: 1 });
    const { status, body } = await putProviders(host, [provider(host)]);
    expect([status, body.error]).toEqual([500, expect.stringMatching(/^failed to save config: /)]);
    pass(60_000);
    expect([await list(host), await models(host)]).toMatchObject([[{ name: 'relay:acme' }], []]);
    await add(host, 'one');
    pass(reloadMs);
    expect(await models(host)).toEqual(['ali-a']);
  });

  it('takes the change from memory when somebody repairs it first', async () => {
    const { host, pass } = await still();
    const good = host.state.file;
    host.state.file = `${good}broken: [`;
    expect(await putProviders(host, [provider(host)])).toMatchObject({
      status: 500,
      body: { error: expect.stringMatching(/^failed to save config: yaml: line \d+: did not find/) },
    });
    expect(await list(host)).toHaveLength(1);
    host.state.file = `${good}# repaired\n`;
    for (const _ of [1, 2]) {
      await ask(host, 'GET /debug');
      pass(150);
    }
    expect(await list(host)).toEqual([]);
  });

  it('is replaced whole, or refused', async () => {
    const { host, pass } = await still();
    const put = (text: string) => ask(host, 'PUT /config.yaml', text);
    for (const text of ['api-keys: {a: 1}\n', 'openai-compatibility: 5\n', '[]', 'port: x\n'])
      expect(await put(text)).toMatchObject({ status: 400, body: { error: 'invalid_yaml' } });
    expect((await put('api-keys: [other, second]\n')).body).toEqual({ ok: true, changed: ['config'] });
    expect(await list(host, 'api-keys')).toEqual(['other', 'second']);
    await ask(host, 'GET /debug');
    pass(150);
    expect((await gateway(host, 'GET /v1/models')).status).toBe(401);
  });

  it('is told whole as JSON, with every key', async () => {
    const { host } = await still({ reloadMs: 0 });
    await putKeys(host, 'sk-good-shown');
    const { text, body } = await ask(host, 'GET /config');
    expect(text).toContain('sk-good-shown');
    expect(body).toMatchObject({ 'api-keys': [host.clientKey], plugins: { enabled: false } });
    for (const name of ['host', 'port', 'auth-dir', 'remote-management']) expect(body).not.toHaveProperty(name);
  });
});

describe('keys that are removed', () => {
  it('go on serving until it is their turn, and have new ones wait', async () => {
    const { host, pass } = await still({ reloadMs: 0 });
    await putKeys(host, 'sk-good-1', 'sk-good-2', 'sk-good-3');
    host.settings.drainMsPerKey = 100;
    const fresh = provider(host, { name: 'fresh', models: [{ name: 'up-b', alias: 'ali-b' }] });
    await putProviders(host, [provider(host, {}, ['sk-good-3']), fresh]);
    const live = async () => {
      const usage: Loose = (await ask(host, 'GET /api-key-usage')).body;
      return Object.values(usage)
        .flatMap((each) => Object.keys(each as object))
        .map((name) => name.split('|').at(-1));
    };
    expect((await list(host))[0]['api-key-entries']).toHaveLength(1);
    expect(await live()).toEqual(['sk-good-1', 'sk-good-2', 'sk-good-3']);
    expect(await models(host)).toEqual(['ali-a']);
    pass(200);
    expect(await live()).toEqual(['sk-good-2', 'sk-good-3']);
    pass(100);
    expect(await live()).toEqual(['sk-good-3', 'sk-good-1']);
    expect(await models(host)).toEqual(['ali-a', 'ali-b']);
  });

  it('leave a gap where the same write brings the only other one', async () => {
    const { host, pass } = await still({ reloadMs: 0, swapGapMs: 5 });
    await putKeys(host, 'sk-good-1');
    await putKeys(host, 'sk-good-2');
    expect((await complete(host)).body.error.code).toBe('model_not_found');
    pass(5);
    expect((await complete(host)).status).toBe(200);
    await putKeys(host, 'sk-good-2', 'sk-good-3');
    await putKeys(host, 'sk-good-3');
    expect((await complete(host)).status).toBe(200);
  });
});
