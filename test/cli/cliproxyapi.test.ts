import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Secret } from '../../src/core/secrets/secret.ts';
import { fingerprintKey } from '../../src/keys/fingerprint.ts';
import { statusSchema } from '../../src/plan/status-schema.ts';
import { workplace, type Workplace } from '../support/binary.ts';
import { importKeys, hostEnv, wholeRunKey } from '../support/whole-runs.ts';
import { ask, complete, list } from '../sandbox/cliproxyapi/client.ts';
import { startCliProxy, type CliProxy, type CliProxyOptions } from '../support/start-sandbox.ts';

let place: Workplace;
let host: CliProxy;
beforeEach(async () => {
  place = await workplace();
});
afterEach(async () => {
  await host.stop();
  await place.remove();
});

const foreign = {
  name: 'of-somebody',
  'base-url': 'https://vendor.example/v1',
  'api-key-entries': [{ 'api-key': 'sk-of-somebody-0001', 'proxy-url': 'http://proxy.example' }],
  models: [{ name: 'theirs', alias: 'theirs' }],
  headers: { 'X-Theirs': 'yes' },
  priority: 3,
};
const managed = 'relay-kimi-cn-self-service';

/** A host on which somebody else has a provider, and a client key unless it is open. */
async function start({ isOpen = false, ...options }: CliProxyOptions & { isOpen?: boolean } = {}): Promise<void> {
  host = await startCliProxy(options);
  const { reloadMs } = host.settings;
  host.settings.reloadMs = 0;
  await ask(host, 'PUT /openai-compatibility', [foreign]);
  await ask(host, 'PUT /claude-api-key', [{ 'api-key': 'sk-ant-of-somebody-01', 'base-url': 'https://c.example' }]);
  if (isOpen) await ask(host, 'PUT /api-keys', []);
  host.settings.reloadMs = reloadMs;
  host.requests.length = 0;
}

interface Listed {
  name: string;
  'api-key-entries': { 'api-key': string }[];
}
const providers = async () => (await list(host)) as Listed[];
const keysHeld = async () =>
  (await providers()).find(({ name }) => name === managed)?.['api-key-entries'].map((each) => each['api-key']) ?? [];
const keysOf = (...words: string[]) => words.map(wholeRunKey);
const writes = () => host.requests.filter(({ method, path }) => method !== 'GET' && !path.endsWith('/api-call'));
/** All that the host holds, but for what it counts by itself. */
const everything = async () => {
  const [lists, clients] = [
    await Promise.all([list(host), list(host, 'claude-api-key')]),
    await list(host, 'api-keys'),
  ];
  return JSON.stringify([lists, clients]).replaceAll(/"auth-index":"[^"]*",?/g, '');
};
/** Does something else right after the host has got the first such request. */
function onRequest(method: string, path: string, does: () => Promise<unknown>): void {
  const push = host.requests.push.bind(host.requests);
  let left = 1;
  host.requests.push = (...more) => {
    const isDue = more.some((each) => each.method === method && each.path.endsWith(path));
    if (isDue && left > 0) {
      left -= 1;
      void does();
    }
    return push(...more);
  };
}
const env = () => hostEnv(place, host);
const relay = (command: string, ...args: string[]) => place.run([command, '--pack', 'kimi', ...args], { env: env() });
const importing = (words: readonly string[], ...args: string[]) => importKeys(place, host, 'self-service', words, args);

describe('a CLIProxyAPI, by the commands that people give', () => {
  it('gets one provider with all keys, and has nothing to do the second time', async () => {
    await start();
    const first = await importing(['good-one', 'good-two']);
    expect(first).toMatchObject({ exitCode: 0, stdout: expect.stringContaining('2 of 2 accounts serve') as unknown });
    expect(await keysHeld()).toEqual(keysOf('good-one', 'good-two'));
    expect((await providers())[0]).toMatchObject(foreign);
    expect((await complete(host, 'kimi-latest')).status).toBe(200);
    expect(await list(host, 'api-keys')).toEqual([host.clientKey]);
    host.requests.length = 0;
    expect((await importing(['good-one', 'good-two'])).exitCode).toBe(0);
    expect(writes()).toEqual([]);
  });

  it('is as it was after a strict import of a key that does not work, which it never held', async () => {
    await start();
    const before = await everything();
    const { exitCode, stdout } = await importing(['good-one', 'dead-two']);
    expect([exitCode, stdout]).toEqual([4, expect.stringContaining('KEY_REFUSED')]);
    expect(await everything()).toBe(before);
    expect(writes()).toEqual([]);
  });

  it('leaves out what does not work in partial mode, and says so', async () => {
    await start();
    const { exitCode, stdout } = await importing(['good-one', 'dead-two'], '--mode', 'partial');
    expect([exitCode, await keysHeld()]).toEqual([5, keysOf('good-one')]);
    expect(stdout.replaceAll(/\s+/g, ' ')).toContain('Keys that fail are left out.');
  });

  it('has its only key replaced in two writes, and serves all along', async () => {
    await start({ settings: { swapGapMs: 60_000 } });
    await importing(['good-one']);
    host.requests.length = 0;
    expect((await importing(['good-two'], '--allow-mass-removal')).exitCode).toBe(0);
    expect(await keysHeld()).toEqual(keysOf('good-two'));
    expect((await complete(host, 'kimi-latest')).status).toBe(200);
  });

  it('keeps what it had lost of a write', async () => {
    await start();
    await importing(['good-one']);
    host.settings.loseNextWrites = 2;
    expect((await importing(['good-one', 'good-two'])).exitCode).toBe(0);
    expect(await keysHeld()).toEqual(keysOf('good-one', 'good-two'));
  });

  it.each([
    ['--access subscription', ['--access', 'subscription']],
    ['--user', ['--user', 'ann@example.org']],
  ])('refuses %s with the why, before anything is sent', async (what, args) => {
    await start();
    const { exitCode, stderr } = await importing(['good-one'], ...args);
    expect(exitCode).toBe(2);
    expect(stderr).toContain(`error HOST_CANNOT: This host cannot honour ${what}: it has no users`);
    expect(writes()).toEqual([]);
  });

  it.each([
    ['priority', '3'],
    ['concurrency', '3'],
    ['enabled', 'no'],
  ])('refuses the column %s of a key file', async (column, value) => {
    await start();
    await place.write('keys.csv', `key,${column}\n${wholeRunKey('good-one')},${value}\n`);
    const { exitCode, stderr } = await relay('import', '--keys', 'keys.csv', '--access', 'self-service', '--yes');
    expect([exitCode, stderr]).toEqual([2, expect.stringContaining(`the column "${column}" of the key file (line 2)`)]);
  });

  it('is open where it has no client keys, which is told, and stays so', async () => {
    await start({ isOpen: true });
    const { exitCode, stdout } = await importing(['good-one']);
    expect([exitCode, stdout]).toEqual([0, expect.stringContaining('GATEWAY_OPEN')]);
    expect((await list(host, 'api-keys')) ?? []).toEqual([]);
  });

  it.each([
    ['stops with 3 before its own first write', 'POST', '/api-call', 3],
    ['stops with 6 after it, and undoes nothing', 'GET', '/config.yaml', 6],
  ])('where somebody else writes at the same time, it %s', async (_, method, path, exitCode) => {
    await start();
    await importing(['good-one']);
    const before = await keysHeld();
    host.settings.reloadMs = 0;
    onRequest(method, path, async () => {
      await ask(host, 'PATCH /openai-compatibility', { name: foreign.name, value: { headers: { 'X-Theirs': 'no' } } });
    });
    const ended = await importing(['good-one', 'good-two']);
    expect([ended.exitCode, ended.stderr]).toEqual([exitCode, expect.stringContaining('OTHER_WRITER')]);
    expect((await providers())[0]).toMatchObject({ ...foreign, headers: { 'X-Theirs': 'no' } });
    expect((await keysHeld()).slice(0, 1)).toEqual(before);
  });

  it('says of a change that was sent that the host may hold it, where somebody else writes beside a revoke', async () => {
    await start();
    await importing(['good-one', 'good-two']);
    host.settings.reloadMs = 0;
    const { fingerprint } = fingerprintKey(new Secret(wholeRunKey('good-two')));
    onRequest('GET', '/config.yaml', async () => {
      await ask(host, 'PATCH /openai-compatibility', { name: foreign.name, value: { headers: { 'X-Theirs': 'no' } } });
    });
    const { exitCode, stderr } = await relay('revoke', '--fingerprint', fingerprint, '--yes');
    expect([exitCode, stderr]).toEqual([6, expect.stringContaining('OTHER_WRITER')]);
    expect(stderr).toContain('The host may hold what relay had sent until then.');
  });

  it('is not told to make anew what stands in its list once', async () => {
    await start();
    await importing(['good-one']);
    const { exitCode, stderr } = await importing(['good-one'], '--accounts', 'replace', '--allow-mass-removal');
    expect([exitCode, stderr]).toEqual([2, expect.stringContaining('--accounts replace')]);
    expect(await keysHeld()).toEqual(keysOf('good-one'));
  });

  it('is looked after: status, probe, connect, revoke, remove', async () => {
    await start();
    const before = await everything();
    expect((await relay('connect')).stderr).toContain('NOT_THERE');
    await importing(['good-one', 'good-two', 'good-three']);
    const status = await relay('status', '--output', 'json');
    const { accounts } = statusSchema.parse(JSON.parse(status.stdout));
    expect(accounts.map(({ state }) => state)).toEqual(['serving', 'serving', 'serving']);
    expect((await relay('connect')).stdout).toContain(managed);
    expect((await relay('probe')).exitCode).toBe(0);
    const disabling = await relay('probe', '--repair', 'disable', '--yes');
    expect([disabling.exitCode, disabling.stderr]).toEqual([2, expect.stringContaining('HOST_CANNOT')]);
    const [, leaked] = accounts;
    expect((await relay('revoke', '--fingerprint', leaked?.fingerprint ?? '', '--yes')).exitCode).toBe(0);
    expect(await keysHeld()).toEqual(keysOf('good-one', 'good-three'));
    expect((await relay('remove', '--yes')).exitCode).toBe(0);
    expect(await everything()).toBe(before);
  });

  it('gets a removed key back by rollback, of whoever has the key file from before', async () => {
    await start();
    await importing(['good-one']);
    const before = await everything();
    await place.write('before.txt', wholeRunKey('good-one'));
    await importing(['good-two'], '--allow-mass-removal');
    const { run } = await place.report();
    const rollback = (...args: string[]) => place.run(['rollback', run.id, '--yes', ...args], { env: env() });
    const without = await rollback();
    expect([without.exitCode, without.stderr]).toEqual([6, expect.stringContaining('RESTORED_NOTHING')]);
    expect(without.stderr).toContain('1 account not given back');
    expect(without.stderr).not.toContain('the host is as it was');
    expect(without.stderr).toMatch(/^Next: relay rollback \S+ --keys FILE/m);
    const { exitCode, stdout } = await rollback('--keys', 'before.txt');
    expect([exitCode, stdout]).toEqual([0, expect.stringContaining('given back account "kimi-cn-self-01"')]);
    expect(await everything()).toBe(before);
    expect((await complete(host, 'kimi-latest')).status).toBe(200);
  });

  it('is given back by rollback what it had before', async () => {
    await start();
    await importing(['good-one']);
    const before = (await keysHeld()).length;
    await importing(['good-one', 'good-two']);
    const { run } = await place.report();
    expect((await place.run(['rollback', run.id, '--yes'], { env: env() })).exitCode).toBe(0);
    expect(await keysHeld()).toHaveLength(before);
  });
});
