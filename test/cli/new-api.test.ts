import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { statusSchema } from '../../src/plan/status-schema.ts';
import { workplace, type Workplace } from '../support/binary.ts';
import { importKeys, hostEnv } from '../support/whole-runs.ts';
import { startNewApi, type NewApi } from '../support/start-sandbox.ts';

let place: Workplace;
let host: NewApi;
beforeEach(async () => {
  place = await workplace();
});
afterEach(async () => {
  await host.stop();
  await place.remove();
});

const channels = () => [...host.state.channels.values()];
const writes = () => host.requests.filter(({ method }) => method !== 'GET').length;

const env = () => hostEnv(place, host);

/** Runs a command on the host, as its root. */
async function relay(command: string, ...args: string[]) {
  return place.run([command, '--pack', 'kimi', ...args], { env: env() });
}
const importing = (words: readonly string[], ...args: string[]) => importKeys(place, host, 'self-service', words, args);
const isServed = (channel: { group: string; status: number }) =>
  channel.group === 'relay-kimi-cn-self-service' && channel.status === 1;

describe.each(['A', 'B'] as const)('new-api %s, by the commands that people give', (hostVersion) => {
  beforeEach(async () => {
    host = await startNewApi({ hostVersion });
  });

  it('gets a channel for each key, which wakes at once, and has nothing to do the second time', async () => {
    const first = await importing(['good-one', 'good-two']);
    expect(first).toMatchObject({ exitCode: 0, stdout: expect.stringContaining('2 of 2 accounts serve') as unknown });
    expect(channels().filter(isServed)).toHaveLength(2);
    expect([...host.state.tokens.values()]).toEqual([]);
    const sent = writes();
    const again = await importing(['good-one', 'good-two']);
    expect(again.exitCode).toBe(0);
    expect(writes()).toBe(sent);
    expect(again.stdout.trimEnd().split('\n').length).toBeLessThanOrEqual(6);
  });

  it('is as it was after a strict import of a key that does not work', async () => {
    const before = JSON.stringify([...host.state.options]);
    const { exitCode, stdout } = await importing(['good-one', 'dead-two']);
    expect(exitCode).toBe(4);
    expect(stdout).toContain('KEY_REFUSED');
    expect(channels()).toEqual([]);
    const maps = (text: string) =>
      (JSON.parse(text) as [string, string][]).map(([name, value]) => [name, sorted(value)]);
    expect(maps(JSON.stringify([...host.state.options]))).toEqual(maps(before));
  });

  it('keeps what works in partial mode, and what does not out of service', async () => {
    expect((await importing(['good-one', 'dead-two'], '--mode', 'partial')).exitCode).toBe(5);
    expect(channels().map(isServed).toSorted()).toEqual([false, true]);
    // A path that a host has not counts among its web pages, of which it gives few.
    const switches = host.requests.filter(({ path }) => /^\/api\/channel\/.*status$/.test(path));
    expect(switches.length > 0).toBe(hostVersion === 'B');
    const status = await relay('status', '--output', 'json');
    const { accounts } = statusSchema.parse(JSON.parse(status.stdout));
    expect(accounts.map(({ state }) => state).toSorted()).toEqual(['paused_by_relay', 'serving']);
    expect(accounts.every(({ lastUsedAt }) => lastUsedAt === undefined)).toBe(true);
  });

  it('has its only key replaced: the new channel is proven in no group before the old one goes', async () => {
    await importing(['good-one']);
    const [old] = channels();
    host.requests.length = 0;
    expect((await importing(['good-two'], '--allow-mass-removal')).exitCode).toBe(0);
    expect(channels().map(({ id, group, status }) => [id === old?.id, isServed({ group, status })])).toEqual([
      [false, true],
    ]);
    const asked = host.requests.map(({ method, path }) => `${method} ${path}`);
    const at = (what: string | RegExp) =>
      asked.findIndex((each) => (typeof what === 'string' ? each === what : what.test(each)));
    expect(at('POST /v1/chat/completions')).toBeLessThan(at(/^DELETE \/api\/channel\//));
  });

  it('takes a leaked key out for good, and lets go of all but the prices', async () => {
    await importing(['good-one', 'good-two']);
    expect((await relay('revoke', '--name', 'kimi-cn-self-01', '--yes')).exitCode).toBe(0);
    expect(channels().filter(isServed)).toHaveLength(1);
    expect((await relay('probe', '--repair', 'revive')).exitCode).not.toBe(6);
    expect(channels().filter(isServed)).toHaveLength(1);
    const removed = await relay('remove', '--yes');
    expect(removed).toMatchObject({ exitCode: 0, stdout: expect.stringContaining('kept prices') as unknown });
    expect(channels()).toEqual([]);
    expect(host.state.options.get('GroupRatio')).not.toContain('relay-kimi');
    expect(host.state.options.get('UserUsableGroups')).not.toContain('relay-kimi');
  });

  it('puts a user into the group, and back when the run is undone or the provider goes', async () => {
    const user = [...host.state.users.values()].find(({ email }) => email === host.userEmail);
    if (user === undefined) throw new Error('there is no user');
    user.group = 'vip';
    const strict = await importing(['good-one', 'dead-two'], '--user', host.userEmail);
    expect([strict.exitCode, user.group]).toEqual([4, 'vip']);
    expect((await importing(['good-one'], '--user', host.userEmail)).exitCode).toBe(0);
    const { run } = await place.report();
    expect(user).toMatchObject({ group: 'relay-kimi-cn-self-service', username: 'user' });
    for (const who of [String(user.id), 'user'])
      expect((await importing(['good-one'], '--user', who)).exitCode).toBe(0);
    expect((await place.run(['rollback', run.id, '--yes'], { env: env() })).exitCode).toBe(0);
    expect(user).toMatchObject({ group: 'vip', remark: '' });
    await importing(['good-one'], '--user', host.userEmail);
    expect((await relay('remove', '--yes')).exitCode).toBe(0);
    expect(user.group).toBe('vip');
  });

  it('refuses before it writes what it cannot do there', async () => {
    for (const [args, why] of [
      [['--user', `${host.userEmail}=30`], 'cannot honour the days of --user'],
      [['--user', host.userEmail, '--extend'], 'cannot honour --extend'],
      [['--base-url', `${host.vendorUrl}/api/paas/v4`], 'no type of channel'],
    ] as const) {
      const { exitCode, stderr } = await importing(['good-one'], ...args);
      expect([exitCode, stderr]).toEqual([2, expect.stringContaining(why)]);
    }
    host.state.options.set('payment_setting.compliance_confirmed', 'false');
    for (const [args, flag] of [
      [[], '--access subscription'],
      [['--user', host.userEmail], '--user'],
    ] as const) {
      const { exitCode, stderr } = await importing(['good-one'], '--access', 'subscription', ...args);
      const why = `cannot honour ${flag}: it makes no plans until root has confirmed its terms of payment`;
      expect([exitCode, stderr]).toEqual([2, expect.stringContaining(why)]);
    }
    host.state.options.set('ModelRatio', '{bad');
    expect((await importing(['good-one'])).stderr).toContain('ModelRatio of the host holds no valid JSON');
    expect(writes()).toBe(0);
  });

  it('leaves what a person has copied, and no pause that a person has ended', async () => {
    await importing(['good-one', 'dead-two'], '--mode', 'partial');
    const one = channels().find(isServed);
    const other = channels().find(({ status }) => status !== 1);
    if (one === undefined || other === undefined) throw new Error('not as it should be');
    host.state.channels.set(9001, { ...one, id: 9001, name: 'my own', group: 'default' });
    other.status = 1;
    const told = statusSchema.parse(JSON.parse((await relay('status', '--output', 'json')).stdout));
    expect(told.accounts.map(({ state }) => state)).not.toContain('paused_by_relay');
    expect((await relay('remove', '--yes')).exitCode).toBe(0);
    expect(channels().map(({ name }) => name)).toEqual(['my own']);
    expect((await relay('remove', '--yes')).exitCode).toBe(0);
    expect(channels()).toHaveLength(1);
  });

  it('puts back into service what the host has taken out, once its key works again', async () => {
    await importing(['good-one', 'good-two']);
    const [first] = channels();
    if (first === undefined) throw new Error('there is no channel');
    first.status = 3;
    first.other_info = '{"status_reason":"401"}';
    const status = await relay('status', '--output', 'json');
    expect(statusSchema.parse(JSON.parse(status.stdout)).accounts.map(({ state }) => state)).toContain('error');
    expect((await relay('probe', '--revive')).exitCode).toBe(0);
    expect(channels().filter(isServed)).toHaveLength(2);
  });

  it('keeps the group while a user is in it whom a person has put there, and says so', async () => {
    await importing(['good-one']);
    const user = [...host.state.users.values()].find(({ email }) => email === host.userEmail);
    if (user === undefined) throw new Error('there is no user');
    user.group = 'relay-kimi-cn-self-service';
    const removed = await relay('remove', '--yes');
    expect(removed).toMatchObject({
      exitCode: 5,
      stdout: expect.stringContaining('whom relay did not put there') as unknown,
    });
    expect(host.state.options.get('GroupRatio')).toContain('relay-kimi-cn-self-service');
    expect(user.group).toBe('relay-kimi-cn-self-service');
  });

  it('names what others have made of what a run made, instead of calling it undone', async () => {
    await importing(['good-one']);
    const { run } = await place.report();
    const prices = JSON.parse(host.state.options.get('ModelRatio') ?? '{}') as Record<string, number>;
    host.state.options.set('ModelRatio', JSON.stringify({ ...prices, 'kimi-k3': 9 }));
    const texts = JSON.parse(host.state.options.get('UserUsableGroups') ?? '{}') as Record<string, string>;
    const mine = { ...texts, 'relay-kimi-cn-self-service': 'our own' };
    host.state.options.set('UserUsableGroups', JSON.stringify(mine));
    const { exitCode, stdout, stderr } = await place.run(['rollback', run.id, '--yes'], { env: env() });
    expect(exitCode).toBe(6);
    expect(`${stdout}${stderr}`).toMatch(
      /group[\s\S]*others have changed it since|others have changed it since[\s\S]*group/,
    );
  });

  it('lets no admin who is not root take away half of a provider', async () => {
    await importing(['good-one']);
    const { run } = await place.report();
    const root = [...host.state.users.values()].find(({ id }) => id === 1);
    if (root === undefined) throw new Error('there is no root');
    const token = 'token-of-an-admin-0123456789abcdef';
    host.state.users.set(5555, { ...root, id: 5555, username: 'ann', role: 10, access_token: token });
    for (const args of [
      ['remove', '--pack', 'kimi', '--yes'],
      ['rollback', run.id, '--yes'],
    ]) {
      const done = await place.run(args, { env: { ...env(), RELAY_ADMIN_KEY: token, RELAY_ADMIN_USER: '5555' } });
      expect(done).toMatchObject({
        exitCode: 3,
        stderr: expect.stringContaining('only root may take away') as unknown,
      });
    }
    expect(channels().filter(isServed)).toHaveLength(1);
  });

  it('blames no key for a host that is overloaded, and does not say that all is in place when nothing is', async () => {
    host.settings.cpu_overloaded = true;
    const { exitCode, stdout, stderr } = await importing(['good-one'], '--mode', 'partial');
    expect(exitCode).toBe(7);
    expect(channels()).toEqual([]);
    expect(stderr).not.toContain('Everything is in place');
    expect(stderr).toContain('No account is in place on the host');
    expect(stdout).toContain('overloaded');
  });

  it('says which packs it takes, and why not', async () => {
    const { stdout, exitCode } = await place.run(['packs', 'list', '--host', host.url, '--output', 'json'], {
      env: env(),
    });
    const { packs } = JSON.parse(stdout) as {
      packs: { providers: { id: string; refused: { code: string; message: string }[] }[] }[];
    };
    const refused = new Map(packs.flatMap(({ providers }) => providers).map((each) => [each.id, each.refused]));
    expect(exitCode).toBe(0);
    expect(refused.get('kimi-cn')).toEqual([]);
    expect(refused.get('kimi-coding')).toMatchObject([{ code: 'PRICE_NEEDED' }]);
    expect(refused.get('hunyuan-cn-coding')?.map(({ code }) => code)).toContain('HOST_CANNOT');
    host.state.options.set('SelfUseModeEnabled', 'true');
    const lax = await place.run(['validate', 'kimi', '--host', host.url], { env: env() });
    expect(lax.exitCode).toBe(0);
  });

  it('tells by its report what was done, without a key in it', async () => {
    await importing(['good-one', 'dead-two'], '--mode', 'partial');
    const text = await readFile(join(place.folder, 'relay-report.json'), 'utf8');
    expect(JSON.parse(text)).toMatchObject({
      batchStatus: 'partially_succeeded',
      host: { kind: 'new-api' },
      resources: [{ kind: 'group' }, { kind: 'prices' }],
    });
  });
});

/** A map in the order of its names; any other text as it is. */
function sorted(text: string): string {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null
      ? JSON.stringify(Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1)))
      : text;
  } catch {
    return text;
  }
}
