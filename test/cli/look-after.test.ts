import { parse } from 'csv-parse/sync';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { startSandbox, type Sandbox } from '../support/start-sandbox.ts';
import { stallAt, workplace, type Workplace } from '../support/binary.ts';
import { holdings, importInto } from '../support/import-run.ts';
import { deadKey as dead, goodKeys } from '../support/keys.ts';

const good = goodKeys.slice(0, 2);

let place: Workplace;
let host: Sandbox;
beforeAll(async () => {
  place = await workplace();
  await place.write('keys.txt', [...good, dead].join('\n'));
});
afterAll(() => place.remove());
afterEach(() => host.stop());

const run = (...args: string[]) =>
  place.run([...args, '--pack', 'kimi', '--host', host.url], { env: { RELAY_ADMIN_KEY: host.adminKey } });

describe('the commands that look after a provider', () => {
  it('status: tells what is there, for people and for programs', async () => {
    host = await startSandbox();
    const nothing = await run('status', '--detailed-exitcode');
    expect(nothing).toMatchObject({ exitCode: 8, stdout: expect.stringContaining('holds nothing') as unknown });
    expect(nothing.stderr).toMatch(/Nothing was written to the host\.\nNext: relay import --pack kimi .*--keys FILE$/);
    await importInto(host, [...good, dead], { mode: 'partial' });
    const text = await run('status', '--keys', 'keys.txt');
    expect(text.exitCode).toBe(0);
    const [, , last] = host.state.accounts.keys();
    expect(text.stdout).toContain('and 2 serving; --all shows each');
    expect(text.stdout).toMatch(new RegExp(`kimi-cn-03 \\(${last}\\) {2}error, .*: Invalid…`));
    expect(text.stdout).toContain('✖ 2 of 3 accounts serve');
    const json = await run('status', '--output', 'json', '--quiet', '--detailed-exitcode');
    expect(json.exitCode).toBe(8);
    expect(json.stderr.split('\n')).toEqual([
      'Not fine: 1 account does not serve.',
      'Nothing was written to the host.',
      `Next: relay probe --output json --pack kimi --host ${host.url}`,
    ]);
    expect(JSON.parse(json.stdout)).toMatchObject({
      schema: 'relay.status/2',
      resources: [{ kind: 'group', name: 'relay-kimi-cn-subscription', state: 'active' }, {}, {}],
      grants: [],
      totals: { accounts: 3, serving: 2 },
    });
  });

  it('tells of a provider that is not there in the same words, and fails only where there had to be something', async () => {
    host = await startSandbox();
    const words = 'The host holds nothing of this provider.';
    for (const command of ['probe', 'connect']) {
      const { exitCode, stderr } = await run(command);
      expect([command, exitCode]).toEqual([command, 2]);
      expect(stderr).toContain(`error NOT_THERE: ${words}`);
      expect(stderr.split('\n').at(-1)).toMatch(/^Next: relay import --pack kimi .*--keys FILE$/);
    }
    for (const command of ['status', 'remove'])
      expect(await run(command, '--no-input')).toMatchObject({
        exitCode: 0,
        stdout: expect.stringContaining(words) as unknown,
      });
  });

  it('status: without a pack tells all that relay manages on the host', async () => {
    host = await startSandbox();
    const env = { RELAY_ADMIN_KEY: host.adminKey };
    const all = (...more: string[]) => place.run(['status', '--host', host.url, ...more], { env });
    expect(await all('--detailed-exitcode')).toMatchObject({
      exitCode: 8,
      stdout: expect.stringContaining('relay manages nothing on this host.') as unknown,
    });
    await importInto(host, [...good, dead], { mode: 'partial' });
    const { exitCode, stdout } = await all();
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/^✖ kimi-cn subscription {2}2 of 3 serve, 1 failing/m);
    const csv = await run('status', '--output', 'csv');
    const rows = parse<{ name: string; state: string }>(csv.stdout, { columns: true });
    expect(rows.map(({ name, state }) => `${name} ${state}`)).toEqual([
      'kimi-cn-01 serving',
      'kimi-cn-02 serving',
      'kimi-cn-03 error',
    ]);
    const each = await run('status', '--all');
    expect(each.stdout.split('\n').filter((line) => /^ {2}[✔✖!] kimi-cn-0/.test(line))).toHaveLength(3);
    const problems = await run('status', '--only-problems');
    expect(problems.stdout).not.toContain('--all shows each');
    const bad = parse<{ name: string }>((await run('status', '--only-problems', '--output', 'csv')).stdout, {
      columns: true,
    });
    expect(bad.map(({ name }) => name)).toEqual(['kimi-cn-03']);
    expect((await all('--output', 'csv')).stdout).toMatch(/^id,access,.*\r\nkimi-cn,subscription,3,2,1,0,0,0,0,0,/);
    expect((await all('--detailed-exitcode')).stderr).toMatch(
      /\nNext: relay status .*--pack kimi --provider kimi-cn --access subscription$/,
    );
    expect((await all('--all')).stderr).toContain('--all needs --pack.');
    expect((await run('status', '--all', '--only-problems')).exitCode).toBe(2);
  });

  it('probe: an account that somebody has disabled is not scheduled, as in the report', async () => {
    host = await startSandbox();
    await importInto(host, good);
    const [first] = host.state.accounts.values();
    first!.status = 'inactive';
    const accounts = JSON.parse((await run('probe', '--output', 'json')).stdout).accounts as { scheduled: boolean }[];
    expect(accounts.map(({ scheduled }) => scheduled)).toEqual([true, false]);
  });

  it('probe --since-last: tells what is new, and fails for nothing else', async () => {
    host = await startSandbox();
    await importInto(host, [...good, dead], { mode: 'partial', failed: 'keep' });
    const since = () => run('probe', '--since-last', '--quiet');
    expect(await since()).toMatchObject({
      exitCode: 5,
      stdout: expect.stringContaining('There is nothing to compare with yet') as unknown,
    });
    expect(await since()).toMatchObject({
      exitCode: 0,
      stdout: expect.stringMatching(/^Since .*: 0 newly dead, 0 recovered, 1 still dead \(kimi-cn-03\)\.$/) as unknown,
    });
    const [first] = host.state.accounts.values();
    if (first === undefined) throw new Error('no account');
    first.credentials['api_key'] = dead;
    const found = await since();
    expect(found.exitCode).toBe(5);
    expect(found.stdout).toMatch(
      /^✖ kimi-cn-01 fails since then\nSince .*: 1 newly dead, 0 recovered, 1 still dead \(kimi-cn-03\)\.$/,
    );
    expect(found.stderr).toContain('\nThe test made the host itself take 1 account out of service.\n');
    // It works again, and the test makes the host forget that it was the host who took it out; relay does not.
    first.credentials['api_key'] = good[0];
    expect((await since()).stdout).toContain('! kimi-cn-01 works again: it is out of service; --revive puts it back\n');
    expect((await run('probe', '--revive', '--quiet')).stdout).toContain('passed kimi-cn-01 → put back into service\n');
    expect(first.schedulable).toBe(true);
  });

  it('probe: a line for what is not fine, and one that sums up', async () => {
    host = await startSandbox();
    await importInto(host, [...good, dead], { mode: 'partial', failed: 'keep' });
    const found = await run('probe', '--quiet');
    expect(found.exitCode).toBe(5);
    expect(found.stdout.split('\n').every((line) => line.length <= 80)).toBe(true);
    expect(found.stdout.split(/\n(?! )/)).toEqual([
      expect.stringMatching(/^failed kimi-cn-03 KEY_REFUSED: /),
      '2 of 3 accounts passed, 1 failed, 1 out of service, subscription gateway answers',
    ]);
    // The host has taken it out by itself, so no repair would change anything.
    expect(found.stderr).toContain(
      `To do: Replace the keys that fail.\nNext: relay import --pack kimi --host ${host.url}`,
    );
    const refused = await run('probe', '--repair', 'remove');
    expect(refused).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('--yes') as unknown });
    const repaired = await run('probe', '--repair', 'remove', '--yes', '--output', 'json');
    expect(JSON.parse(repaired.stdout)).toMatchObject({
      schema: 'relay.probe/1',
      exitCode: 5,
      accounts: [{}, {}, { name: 'kimi-cn-03', validation: 'failed', change: 'removed', scheduled: null }],
      gateways: [{ access: 'subscription', ok: true }],
    });
    expect(holdings(host)).toMatchObject({ accounts: ['kimi-cn-01', 'kimi-cn-02'] });
    expect((await run('probe')).exitCode).toBe(0);
  });

  it('probe: a signal ends it in order, with what was found until then', async () => {
    host = await startSandbox();
    await importInto(host, good);
    const stopped = await place.run(['probe', '--pack', 'kimi', '--host', host.url], {
      env: { RELAY_ADMIN_KEY: host.adminKey },
      signalAt: { moment: stallAt(host, 'POST', '/v1/chat/completions'), signal: 'SIGTERM' },
    });
    expect(stopped).toMatchObject({ exitCode: 143, stdout: '2 of 2 accounts passed, 0 failed' });
    expect(stopped.stderr).not.toContain('Nothing was written');
    expect(stopped.stderr).toContain(`Next: relay probe --pack kimi --host ${host.url}`);
    expect(holdings(host)).toMatchObject({ users: ['admin@relay.test', 'user@relay.test'], subscriptions: 0, keys: 0 });
  });

  it('remove: asks, says who would feel it, and takes all of it off', async () => {
    host = await startSandbox();
    await importInto(host, good, {
      targets: [{ asked: 'user@relay.test', user: { email: 'user@relay.test' }, days: 7 }],
    });
    const dry = await run('remove', '--dry-run');
    expect(dry).toMatchObject({
      exitCode: 0,
      stdout: expect.stringContaining('2 accounts would be removed') as unknown,
    });
    const refused = await run('remove');
    expect(refused.exitCode).toBe(2);
    expect(refused.stderr).toContain('1 user would lose an active subscription');
    expect(holdings(host)).toMatchObject({ accounts: ['kimi-cn-01', 'kimi-cn-02'] });
    const gone = await run('remove', '--yes', '--output', 'json');
    expect(JSON.parse(gone.stdout)).toMatchObject({ schema: 'relay.remove/1', shared: [], leftovers: [], exitCode: 0 });
    expect(holdings(host)).toMatchObject({
      groups: ['default'],
      channels: [],
      plans: [],
      accounts: [],
      subscriptions: 0,
    });
    expect(await run('remove', '--yes')).toMatchObject({
      exitCode: 0,
      stdout: 'The host holds nothing of this provider.',
    });
  });
});
