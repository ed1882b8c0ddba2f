import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { runIds } from '../support/state-folder.ts';
import { startSandbox, type Sandbox } from '../support/start-sandbox.ts';
import { quickClock, type QuickClock } from '../support/clocks.ts';
import { importInto, resumeIn, type RunOptions } from '../support/import-run.ts';
import { killAt, Killed } from '../support/killable.ts';

const keyOf = (kind: string, letter: string) => `sk-${kind}-${letter.repeat(20)}`;
const good = (...letters: string[]) => letters.map((letter) => keyOf('good', letter));

let sandbox: Sandbox;
let clock: QuickClock;
afterEach(() => sandbox.stop());

/** A host that takes as long as a real one to serve what is new: a second for accounts, fifteen for the model list. */
async function servingHost(keys: readonly string[], options: RunOptions = {}): Promise<void> {
  clock = quickClock();
  sandbox = await startSandbox({ visibilityDelayMs: 1000, modelListDelayMs: 15_000, now: clock.now });
  const { report } = await importInto(sandbox, keys, { clock, ...options });
  expect(report.exitCode).toBe(0);
  await clock.sleep(20_000);
}

/** The key of a user with a subscription, made as that user would. */
async function userKey(): Promise<string> {
  const post = async (path: string, body: object, headers: Record<string, string>) => {
    const response = await fetch(sandbox.url + path, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify(body),
    });
    return ((await response.json()) as { data: Record<string, unknown> }).data;
  };
  const admin = { 'x-api-key': sandbox.adminKey };
  const account = { email: 'client@relay.test', password: 'client-password' };
  const user = await post('/api/v1/admin/users', { ...account, concurrency: 50 }, admin);
  const group = [...sandbox.state.groups.values()].find((each) => each.name === 'relay-kimi-cn-subscription');
  await post(
    '/api/v1/admin/subscriptions/assign',
    { user_id: user['id'], group_id: group?.id, validity_days: 3 },
    admin,
  );
  const { access_token: token } = await post('/api/v1/auth/login', account, {});
  const key = await post(
    '/api/v1/keys',
    { name: 'client', group_id: group?.id },
    { authorization: `Bearer ${String(token)}` },
  );
  return String(key['key']);
}

/** Sends completions one after the other for as long as the work takes. */
async function whileServing<T>(work: () => Promise<T>): Promise<{ done: T; answers: number; bad: string[] }> {
  const key = await userKey();
  const state = { ended: false };
  let answers = 0;
  const bad: string[] = [];
  const ask = async () => {
    const response = await fetch(`${sandbox.url}/v1/chat/completions`, {
      method: 'POST',
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
      body: JSON.stringify({ model: 'kimi-k2.6', messages: [{ role: 'user', content: 'ping' }] }),
    });
    const text = await response.text();
    answers += 1;
    const isAnswer = response.status === 200 && /"content":"[^"]/.test(text);
    if (!isAnswer) bad.push(`${response.status} ${text.slice(0, 80)}`);
  };
  const client = (async () => {
    while (!state.ended) await ask();
  })();
  const done = await work().finally(() => {
    state.ended = true;
  });
  await client;
  await ask();
  return { done, answers, bad };
}

const rotate = (keys: readonly string[], options: RunOptions = {}) =>
  whileServing(() => importInto(sandbox, keys, { clock, ...options }));

const names = () => [...sandbox.state.accounts.values()].map((account) => account.name);
const serving = () =>
  [...sandbox.state.accounts.values()].filter((each) => each.schedulable && each.status === 'active').length;

describe('users are served all along a rotation (N6)', () => {
  it.each<[string, string[], RunOptions, number]>([
    ['of some keys, to good ones', [...good('a'), ...good('x', 'y')], {}, 0],
    ['of all keys, to good ones', good('x', 'y', 'z'), {}, 0],
    ['of all keys, to fewer', good('x'), {}, 0],
    ['of all keys, in partial mode', good('x', 'y', 'z'), { mode: 'partial' }, 0],
    ['of all accounts, to the same keys', good('a', 'b', 'c'), { accounts: 'replace' }, 0],
    ['of some keys, to a dead one', [...good('a', 'b'), keyOf('dead', 'x')], {}, 4],
    ['of all keys, to dead ones', [keyOf('dead', 'x'), keyOf('dead', 'y')], {}, 4],
    ['of some keys, to one that answers junk', [...good('a', 'b'), keyOf('html', 'x')], {}, 4],
    ['of all keys, one of them dead, in partial mode', [...good('x', 'y'), keyOf('dead', 'z')], { mode: 'partial' }, 5],
    ['of all keys, to junk, in partial mode', [keyOf('html', 'x'), keyOf('html', 'y')], { mode: 'partial' }, 7],
  ])('%s', async (_, keys, options, exitCode) => {
    await servingHost(good('a', 'b', 'c'));
    const { done, answers, bad } = await rotate(keys, options);
    expect(bad).toEqual([]);
    expect(answers).toBeGreaterThan(10);
    expect(done.report).toMatchObject({
      exitCode,
      leftovers: [],
      unsettled: [],
      resources: [
        { kind: 'group', action: 'unchanged' },
        { kind: 'channel', action: 'unchanged' },
        { kind: 'tariff', action: 'unchanged' },
      ],
    });
    expect(done.report.warnings.map((warning) => warning.code)).not.toContain('MASS_REMOVAL');
    expect([...sandbox.state.groups.values()].filter((group) => group.name.startsWith('relay-staging'))).toEqual([]);
    expect([...sandbox.state.users.values()].map((user) => user.email)).toContain('client@relay.test');
    expect(sandbox.state.apiKeys.size).toBe(1);
  });

  it('and what failed strictly leaves the earlier accounts as they were', async () => {
    await servingHost(good('a', 'b', 'c'));
    const before = names();
    const { done } = await rotate([...good('x', 'y'), keyOf('dead', 'z')]);
    expect(done.report).toMatchObject({ exitCode: 4, batchStatus: 'rolled_back' });
    expect(names()).toEqual(before);
    expect(serving()).toBe(3);
  });

  it('and the new accounts serve afterwards, the old ones are gone', async () => {
    await servingHost(good('a', 'b', 'c'));
    const { done } = await rotate(good('x', 'y'));
    expect(done.report.summary).toMatchObject({ added: 2, removed: 3 });
    expect(names()).toEqual(['kimi-cn-04', 'kimi-cn-05']);
    const again = await importInto(sandbox, good('x', 'y'), { clock });
    expect(again.report.summary).toMatchObject({ unchanged: 2, added: 0, removed: 0 });
  });
});

const zhipu = (options: RunOptions = {}): RunOptions => ({ pack: 'zhipu', ...options });

describe('users are served all along changes of the accounts that serve them (N5, N6, N7)', () => {
  const bases = () => [...sandbox.state.accounts.values()].map((account) => account.credentials['base_url']);

  it('of the base URL: in turns, tested, ids and keys kept, and nothing to do afterwards', async () => {
    await servingHost(good('a', 'b', 'c'));
    const ids = [...sandbox.state.accounts.keys()];
    const { done, bad } = await rotate(good('a', 'b', 'c'), { vendorPath: '/chat-only/v1' });
    expect(bad).toEqual([]);
    expect(done.report).toMatchObject({ exitCode: 0, summary: { updated: 3, added: 0, removed: 0, passed: 3 } });
    expect([...sandbox.state.accounts.keys()]).toEqual(ids);
    expect(bases()).toEqual(Array.from({ length: 3 }, () => `${sandbox.vendorUrl}/chat-only/v1`));
    expect(serving()).toBe(3);
    const before = sandbox.requests.length;
    const again = await importInto(sandbox, good('a', 'b', 'c'), { clock, vendorPath: '/chat-only/v1' });
    expect(again.report.summary).toMatchObject({ unchanged: 3, updated: 0 });
    expect(sandbox.requests.slice(before).filter((request) => request.method !== 'GET')).toEqual([]);
  });

  it('of the base URL, where one account serves beside dead ones that go', async () => {
    await servingHost(good('a', 'b', 'c'));
    for (const each of sandbox.state.accounts.values())
      if (each.name !== 'kimi-cn-01') Object.assign(each, { status: 'error', error_message: 'no balance' });
    const { done, answers, bad } = await rotate(good('a'), { vendorPath: '/chat-only/v1' });
    // The new upstream has to be learnt while it serves; what must not be is that nothing does.
    expect(bad.filter((each) => each.startsWith('503'))).toEqual([]);
    expect(answers).toBeGreaterThan(10);
    expect(done.report).toMatchObject({ exitCode: 0, summary: { updated: 1, removed: 2 } });
  });

  it.each(['strict', 'partial'] as const)(
    'of the base URL to one that does not work, %s: put back as they were',
    async (mode) => {
      await servingHost(good('a', 'b', 'c'));
      const { done, bad } = await rotate(good('a', 'b', 'c'), { baseUrl: 'http://127.0.0.1:9/v1', mode });
      expect(bad).toEqual([]);
      expect(done.report).toMatchObject({ exitCode: mode === 'strict' ? 4 : 5, leftovers: [], unsettled: [] });
      expect(done.report.accounts[0]?.action).toBe('restored');
      expect(bases()).toEqual(Array.from({ length: 3 }, () => `${sandbox.vendorUrl}/v1`));
      expect(serving()).toBe(3);
      const again = await importInto(sandbox, good('a', 'b', 'c'), { clock });
      expect(again.report).toMatchObject({ exitCode: 0, summary: { unchanged: 3, updated: 0 } });
    },
  );

  it('of settings that no test need prove: at once, without taking anybody out of service', async () => {
    await servingHost(good('a', 'b'));
    const csv = `key,name,priority,concurrency\n${good('a')[0]},first,1,5\n${good('b')[0]},second,2,6\n`;
    const before = sandbox.requests.length;
    const done = await importInto(sandbox, csv, { clock });
    expect(done.report).toMatchObject({ exitCode: 0, summary: { updated: 2 } });
    const writes = sandbox.requests
      .slice(before)
      .filter(({ method, path }) => method === 'PUT' || path.endsWith('/test'));
    expect(writes.map((request) => request.method)).toEqual(['PUT', 'PUT']);
    expect(names()).toEqual(['first', 'second']);
    expect((await importInto(sandbox, csv, { clock })).report.summary).toMatchObject({ unchanged: 2, updated: 0 });
  });

  it('and an account that is disabled by the key file neither serves nor is put back (N15)', async () => {
    await servingHost(good('a', 'b'));
    const csv = (enabled: string) => `key,enabled\n${good('a')[0]},\n${good('b')[0]},${enabled}\n${good('c')[0]},no\n`;
    const { done, bad } = await whileServing(() => importInto(sandbox, csv('no'), { clock }));
    expect(bad).toEqual([]);
    expect(done.report).toMatchObject({ exitCode: 0, summary: { added: 1, updated: 1, unchanged: 1 } });
    expect([...sandbox.state.accounts.values()].map((each) => each.schedulable)).toEqual([true, false, false]);
    expect((await importInto(sandbox, csv('no'), { clock })).report.summary).toMatchObject({ unchanged: 3 });
    const back = await importInto(sandbox, csv('yes'), { clock });
    expect(back.report.exitCode).toBe(0);
    expect([...sandbox.state.accounts.values()].map((each) => each.schedulable)).toEqual([true, true, false]);
  });
});

/** A vendor without a model list, as the host tells of it. */
const noList = { code: 502, message: 'Upstream model list request failed with HTTP 404' };

describe('an account that was made by hand', () => {
  it('is adopted by the key it holds, proven beside the group, and then serves (N4, N6)', async () => {
    await servingHost(good('a'));
    const made = await fetch(`${sandbox.url}/api/v1/admin/accounts`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-api-key': sandbox.adminKey },
      body: JSON.stringify({
        name: 'kimi-cn-07',
        platform: 'openai',
        type: 'apikey',
        concurrency: 1,
        credentials: { api_key: good('x')[0], base_url: `${sandbox.vendorUrl}/v1` },
      }),
    });
    const { data } = (await made.json()) as { data: { id: number } };
    const { done, bad } = await rotate(good('a', 'x'), { adopt: true });
    expect(bad).toEqual([]);
    expect(done.report).toMatchObject({ exitCode: 0, summary: { updated: 1, unchanged: 1, added: 0 } });
    expect(done.report.accounts[1]).toMatchObject({ id: String(data.id), action: 'adopted', validation: 'passed' });
    expect(serving()).toBe(2);
    const again = await importInto(sandbox, good('a', 'x'), { clock });
    expect(again.report).toMatchObject({ exitCode: 0, summary: { unchanged: 2 } });
  });
});

describe('the last proof of an account that nothing else proves (N13)', () => {
  it.each([
    ['good', 'passed', null, 0],
    ['dead', 'failed', 'KEY_REFUSED', 4],
    ['html', 'failed', 'UPSTREAM_JUNK', 4],
  ])('%s: one completion in a group in which it is alone', async (kind, validation, code, exitCode) => {
    clock = quickClock();
    sandbox = await startSandbox({
      hostVersion: '0.1.129',
      now: clock.now,
      visibilityDelayMs: 1000,
      faults: [{ path: '*/models/sync-upstream', times: 0, fault: 'status', status: 502, body: noList }],
    });
    const { report } = await importInto(
      sandbox,
      [keyOf(kind, 'a')],
      zhipu({ clock, vendorPath: '/chat-only/v1', keyCheck: 'none' }),
    );
    expect(report).toMatchObject({ exitCode, leftovers: [], unsettled: [] });
    expect(report.accounts[0]).toMatchObject({ validation, code, probe: { evidence: 'completion' } });
    expect([...sandbox.state.groups.values()].filter((group) => group.name.startsWith('relay-staging'))).toEqual([]);
    expect(sandbox.state.users.size).toBe(2);
  });

  it('is begun again by resume in the group in which it was cut short (N3)', async () => {
    clock = quickClock();
    const stateDir = await mkdtemp(join(tmpdir(), 'relay-alone-'));
    const options = zhipu({ clock, vendorPath: '/chat-only/v1', keyCheck: 'none' });
    let bound = false;
    for (let k = 1; !bound; k += 1) {
      if (k > 1) await sandbox.stop();
      sandbox = await startSandbox({ hostVersion: '0.1.129' });
      const killed = importInto(sandbox, good('a'), { ...options, stateDir, between: killAt(k, 'sent').between });
      await expect(killed).rejects.toThrow(Killed);
      bound = [...sandbox.state.accounts.values()].some(({ bindings }) => bindings.length > 1);
    }
    const { report } = await resumeIn(sandbox, stateDir, (await runIds(stateDir))[0] ?? '', good('a'));
    expect(report).toMatchObject({ exitCode: 0, leftovers: [], unsettled: [], summary: { passed: 1 } });
    expect([...sandbox.state.groups.values()].filter((group) => group.name.startsWith('relay-staging'))).toEqual([]);
    await rm(stateDir, { recursive: true, force: true });
  });
});
