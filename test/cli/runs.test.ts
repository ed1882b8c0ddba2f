import { appendFile, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { journalLine, parseJournalLine } from '../../src/journal/journal-line.ts';
import { startSandbox, type Sandbox, type SandboxOptions } from '../support/start-sandbox.ts';
import type { Report } from '../../src/report/report-schema.ts';
import { importWords, passTimeoutAt, stallAt, workplace, type Workplace } from '../support/binary.ts';
import { holdings } from '../support/import-run.ts';
import { goodKeys as keys } from '../support/keys.ts';

let place: Workplace;
let sandbox: Sandbox | undefined;
let states = 0;
beforeAll(async () => {
  place = await workplace();
  await place.write('keys.txt', keys.join('\n'));
  await place.write('other.txt', [keys[0], keys[1], 'sk-good-dddddddddddddddddddd4'].join('\n'));
});
afterAll(() => place.remove());
afterEach(async () => {
  await sandbox?.stop();
  sandbox = undefined;
});

async function start(
  options: SandboxOptions = {},
): Promise<{ host: Sandbox; env: Record<string, string>; stateDir: string }> {
  sandbox = await startSandbox(options);
  states += 1;
  const stateDir = join(place.folder, `state-${states}`);
  return { host: sandbox, stateDir, env: { RELAY_ADMIN_KEY: sandbox.adminKey, RELAY_STATE_DIR: stateDir } };
}

const onto = (host: Sandbox, ...more: string[]) => importWords(host, '--no-report', ...more);
const testOf = (host: Sandbox) => stallAt(host, 'POST', '*/test');
const idsIn = async (stateDir: string) =>
  (await readdir(join(stateDir, 'runs'))).map((file) => file.replace('.jsonl', '')).toSorted();
const newest = async (stateDir: string) => (await idsIn(stateDir)).at(-1) ?? '';

describe('a run that is killed by the system', () => {
  it.each([
    ['apply', 'POST', '*/admin/groups'],
    ['verify', 'POST', '*/test'],
    ['access', 'POST', '*/admin/users'],
  ] as const)('in %s is listed, shown, and finished or undone', async (_stage, method, path) => {
    const { host, env, stateDir } = await start();
    const moment = stallAt(host, method, path);
    const died = await place.run(onto(host), { env, signalAt: { moment, signal: 'SIGKILL' } });
    expect(died.exitCode).not.toBe(0);
    const id = await newest(stateDir);
    const list = await place.run(['runs', 'list', '--output', 'json'], { env });
    expect(JSON.parse(list.stdout)).toMatchObject({
      runs: [{ id, provider: 'kimi-cn', host: host.url, state: 'not_finished' }],
    });
    const shown = await place.run(['runs', 'show', id], { env });
    expect(shown.stdout).toContain(`relay resume ${id}`);
    const undone = await place.run(['rollback', id, '--yes'], { env });
    expect(undone.exitCode).toBe(0);
    expect(holdings(host)).toMatchObject({
      groups: ['default'],
      channels: [],
      plans: [],
      accounts: [],
      users: ['admin@relay.test', 'user@relay.test'],
    });
    const again = await place.run(['rollback', id, '--yes', '--output', 'json'], { env });
    expect(JSON.parse(again.stdout)).toMatchObject({
      run: id,
      dryRun: false,
      exitCode: 0,
      undone: [],
      leftovers: [],
      warnings: [],
    });
  });

  it('leaves a probe user that remove takes away also where nothing else is left', async () => {
    const { host, env } = await start();
    const moment = stallAt(host, 'POST', '*/admin/users');
    await place.run(onto(host), { env, signalAt: { moment, signal: 'SIGKILL' } });
    const { accounts, channels, plans, groups } = host.state;
    for (const list of [accounts, channels, plans]) list.clear();
    for (const { id, name } of groups.values()) if (name !== 'default') groups.delete(id);
    expect(holdings(host).users).toHaveLength(3);
    const removed = await place.run(['remove', '--pack', 'kimi', '--host', host.url], { env });
    expect(removed).toMatchObject({
      exitCode: 0,
      stdout: expect.stringContaining('removed user "relay-probe-') as unknown,
    });
    expect(holdings(host).users).toEqual(['admin@relay.test', 'user@relay.test']);
  });

  it('is finished by resume, without doubling anything, and a second resume changes nothing', async () => {
    const { host, env, stateDir } = await start();
    await place.run(onto(host), { env, signalAt: { moment: testOf(host), signal: 'SIGKILL' } });
    const id = await newest(stateDir);
    const resumed = await place.run(['resume', id, '--keys', 'keys.txt', '--report', '-'], { env });
    expect(resumed.exitCode).toBe(0);
    expect(JSON.parse(resumed.stdout)).toMatchObject({
      batchStatus: 'succeeded',
      summary: { added: 3 },
      resources: [{ kind: 'group', action: 'created' }, {}, {}],
    });
    expect(holdings(host)).toMatchObject({ accounts: ['kimi-cn-01', 'kimi-cn-02', 'kimi-cn-03'] });
    const again = await place.run(['resume', id, '--keys', 'keys.txt', '--no-report'], { env });
    expect(again.exitCode).toBe(0);
    expect(again.stdout).not.toContain('Users connect with');
    expect(holdings(host)).toMatchObject({ accounts: ['kimi-cn-01', 'kimi-cn-02', 'kimi-cn-03'] });
  });

  it('leaves accounts untested, and status, plan and the list of runs say so until an import has tested them', async () => {
    const { host, env, stateDir } = await start();
    await place.run(onto(host), { env, signalAt: { moment: testOf(host), signal: 'SIGKILL' } });
    const id = await newest(stateDir);
    const at = ['--pack', 'kimi', '--host', host.url];
    const status = await place.run(['status', ...at, '--keys', 'keys.txt', '--detailed-exitcode'], { env });
    expect(status).toMatchObject({ exitCode: 8, stdout: expect.stringContaining('3 of them untested') as unknown });
    expect(status.stderr.split('\n').at(-1)).toBe(`Next: relay resume ${id} --keys keys.txt`);
    const plan = await place.run(['plan', ...importWords(host).slice(1), '--detailed-exitcode'], { env });
    expect(plan).toMatchObject({ exitCode: 8, stdout: expect.stringMatching(/Plan: .*3 to test again/) as unknown });
    const stateOf = async () => {
      const { stdout } = await place.run(['runs', 'list', '--output', 'json'], { env });
      const { runs } = JSON.parse(stdout) as { runs: { id: string; state: string }[] };
      return runs.find((run) => run.id === id)?.state;
    };
    expect(await stateOf()).toBe('not_finished');
    expect((await place.run(onto(host), { env })).exitCode).toBe(0);
    expect(await stateOf()).toBe('superseded');
  });

  it('is finished by a later job, which has only its journal, and relay in another place', async () => {
    const { host, env, stateDir } = await start();
    await place.run(onto(host), { env, signalAt: { moment: testOf(host), signal: 'SIGKILL' } });
    const id = await newest(stateDir);
    const journal = await readFile(join(stateDir, 'runs', `${id}.jsonl`), 'utf8');
    const later = `${stateDir}-later`;
    await mkdir(join(later, 'runs'), { recursive: true });
    const [first = '', ...rest] = journal.split('\n');
    const begin = parseJournalLine(first) as { pack: { file: string } };
    begin.pack.file = begin.pack.file.replace(/^.*(?=\/packs\/kimi\/)/, '/opt/hostedtoolcache/relay');
    const moved = [journalLine(begin), ...rest].join('\n');
    expect(moved).not.toBe(journal);
    await writeFile(join(later, 'runs', `${id}.jsonl`), moved, { mode: 0o644 });
    const resumed = await place.run(['resume', id, '--keys', '-', '--no-input', '--report', '-'], {
      env: { ...env, RELAY_STATE_DIR: later },
      input: keys.join('\n'),
    });
    expect(resumed.exitCode).toBe(0);
    const report = JSON.parse(resumed.stdout) as Report;
    expect(report.warnings.map(({ code }) => code)).not.toContain('PACK_CHANGED');
    expect(holdings(host)).toMatchObject({ accounts: ['kimi-cn-01', 'kimi-cn-02', 'kimi-cn-03'] });
  });

  it('says so when its pack has changed since, and goes on as it had begun', async () => {
    const { host, env, stateDir } = await start();
    const upstream = ['--base-url', `${host.vendorUrl}/v1`];
    await place.run(['packs', 'new', 'acme', ...upstream, '--model', 'acme-small']);
    const own = ['--pack', './acme', '--keys', 'keys.txt', '--host', host.url, ...upstream, '--no-report', '--yes'];
    const resume = async (id: string) => {
      const resumed = await place.run(['resume', id, '--keys', 'keys.txt', '--report', '-'], { env });
      expect(resumed.exitCode).toBe(0);
      return (JSON.parse(resumed.stdout) as Report).warnings.map(({ code }) => code);
    };
    await place.run(['import', ...own], { env, signalAt: { moment: testOf(host), signal: 'SIGKILL' } });
    const id = await newest(stateDir);
    expect(await resume(id)).not.toContain('PACK_CHANGED');
    await appendFile(join(place.folder, 'acme', 'pack.yaml'), '# later\n');
    expect(await resume(id)).toContain('PACK_CHANGED');
  });
});

describe('a run that has ended', () => {
  const state = async (id: string, env: Record<string, string>) =>
    (JSON.parse((await place.run(['runs', 'show', id, '--output', 'json'], { env })).stdout) as { state: string })
      .state;

  it('is not resumed over what later runs have done, however often it is tried', async () => {
    const { host, env, stateDir } = await start();
    expect((await place.run(onto(host), { env })).exitCode).toBe(0);
    const id = await newest(stateDir);
    await place.write('more-keys.txt', [...keys, 'sk-good-later-0000000000000'].join('\n'));
    const later = await place.run(onto(host, '--keys', 'more-keys.txt'), { env });
    expect(later.exitCode).toBe(0);
    const record = () => readFile(join(stateDir, 'runs', `${id}.jsonl`), 'utf8');
    const before = await record();
    for (const _ of ['once', 'twice']) {
      const resumed = await place.run(['resume', id, '--keys', 'keys.txt', '--yes'], { env });
      expect(resumed).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('RUN_FINISHED') as unknown });
      expect(resumed.stderr).toContain('Nothing was written to the host.');
      expect(await state(id, env)).toBe('succeeded');
    }
    expect(await record()).toBe(before);
    expect(holdings(host)).toMatchObject({ accounts: ['kimi-cn-01', 'kimi-cn-02', 'kimi-cn-03', 'kimi-cn-04'] });
  });

  it('is not resumed where that would remove most of what is there by now, and is told that it has ended', async () => {
    const { host, env, stateDir } = await start();
    expect((await place.run(onto(host), { env })).exitCode).toBe(0);
    const id = await newest(stateDir);
    const others = [1, 2, 3, 4].map((number) => `sk-good-other-${number}-0000000000000`);
    await place.write('other-keys.txt', others.join('\n'));
    await place.run(onto(host, '--keys', 'other-keys.txt', '--allow-mass-removal', '--yes'), { env });
    const resumed = await place.run(['resume', id, '--keys', 'keys.txt', '--yes'], { env });
    expect(resumed).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('RUN_FINISHED') as unknown });
    expect(resumed.stderr).not.toContain('MASS_REMOVAL');
    expect(host.state.accounts.size).toBe(4);
  });

  it('is not resumed when an account has gone bad since: its failed test would undo all', async () => {
    const { host, env, stateDir } = await start();
    await place.run(onto(host), { env });
    const id = await newest(stateDir);
    const [account] = [...host.state.accounts.values()];
    if (account === undefined) throw new Error('no account');
    Object.assign(account, { status: 'error', credentials: { ...account.credentials, api_key: 'sk-dead-0000000000' } });
    const resumed = await place.run(['resume', id, '--keys', 'keys.txt', '--yes', '--no-report'], { env });
    expect(resumed).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('RUN_FINISHED') as unknown });
    expect(holdings(host)).toMatchObject({ accounts: ['kimi-cn-01', 'kimi-cn-02', 'kimi-cn-03'] });
  });

  it('is not resumed after it was rolled back', async () => {
    const { host, env, stateDir } = await start();
    await place.run(onto(host), { env });
    const id = await newest(stateDir);
    expect((await place.run(['rollback', id, '--yes'], { env })).exitCode).toBe(0);
    const resumed = await place.run(['resume', id, '--keys', 'keys.txt', '--yes'], { env });
    expect(resumed).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('RUN_FINISHED') as unknown });
    expect(resumed.stderr).not.toContain('relay rollback');
    expect(holdings(host)).toMatchObject({ accounts: [] });
  });
});

describe('rollback', () => {
  it('asks, or is refused where nobody can be asked; and shows before what it would do (N23)', async () => {
    const { host, env, stateDir } = await start();
    await place.run(onto(host), { env });
    const id = await newest(stateDir);
    const before = holdings(host);
    const journal = await readFile(join(stateDir, 'runs', `${id}.jsonl`), 'utf8');
    const dry = await place.run(['rollback', id, '--dry-run'], { env });
    expect(dry.exitCode).toBe(0);
    expect(dry.stdout.split('\n')).toEqual([
      expect.stringMatching(/^would be removed account "kimi-cn-01" \(\d+\)$/),
      expect.stringMatching(/^would be removed account "kimi-cn-02" \(\d+\)$/),
      expect.stringMatching(/^would be removed account "kimi-cn-03" \(\d+\)$/),
      expect.stringMatching(/^would be removed tariff /),
      expect.stringMatching(/^would be removed channel /),
      expect.stringMatching(/^would be removed group "relay-kimi-cn-subscription" \(\d+\)$/),
    ]);
    expect(await readFile(join(stateDir, 'runs', `${id}.jsonl`), 'utf8')).toBe(journal);
    const refused = await place.run(['rollback', id], { env });
    expect(refused).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('CONSENT_NEEDED') as unknown });
    expect(refused.stderr).toContain('3 accounts would be removed: kimi-cn-01, kimi-cn-02, kimi-cn-03.');
    expect(refused.stderr).toContain('--yes');
    expect(holdings(host)).toEqual(before);
    const [group] = [...host.state.groups.values()].filter(({ name }) => name !== 'default');
    const theirs = host.state.nextId('accounts');
    const foreign = { ...[...host.state.accounts.values()][0]!, id: theirs, name: 'by-hand', extra: {} };
    host.state.accounts.set(theirs, foreign);
    const kept = await place.run(['rollback', id, '--dry-run', '--output', 'json'], { env });
    expect(JSON.parse(kept.stdout)).toMatchObject({
      run: id,
      dryRun: true,
      exitCode: 0,
      leftovers: expect.arrayContaining([
        expect.objectContaining({ kind: 'group', name: group?.name, command: null }),
      ]) as unknown,
    });
    host.state.accounts.delete(theirs);
    expect((await place.run(['rollback', id, '--yes'], { env })).exitCode).toBe(0);
    const again = await place.run(['rollback', id], { env });
    expect(again).toMatchObject({ exitCode: 0, stdout: 'Nothing of this run is on the host.' });
  });
});

describe('a run that was about to remove accounts', () => {
  it('is resumed only with the same yes that an import needs, and says what the host holds until then', async () => {
    const { host, env, stateDir } = await start();
    await place.run(onto(host), { env });
    const first = await newest(stateDir);
    await place.write('one-key.txt', keys[0] ?? '');
    const agreed = ['--keys', 'one-key.txt', '--yes', '--allow-mass-removal'];
    const moment = stallAt(host, 'DELETE', '*/admin/accounts/*', { carriedOut: false, times: 2 });
    await place.run(onto(host, ...agreed), { env, signalAt: { moment, signal: 'SIGKILL' } });
    const [id = ''] = (await idsIn(stateDir)).filter((each) => each !== first);
    const resume = (...more: string[]) =>
      place.run(['resume', id, '--keys', 'one-key.txt', '--no-report', ...more], { env });
    const mass = await resume('--yes');
    expect(mass).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('MASS_REMOVAL') as unknown });
    const asked = await resume('--allow-mass-removal');
    expect(asked).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('CONSENT_NEEDED') as unknown });
    expect(holdings(host)).toMatchObject({ accounts: ['kimi-cn-01', 'kimi-cn-02', 'kimi-cn-03'] });
    expect((await resume('--yes', '--allow-mass-removal')).exitCode).toBe(0);
    expect(holdings(host)).toMatchObject({ accounts: ['kimi-cn-01'] });
  });
});

describe('the configuration file', () => {
  it('brings the login, the limits and the place of the report to resume and rollback', async () => {
    const { host, env, stateDir } = await start();
    await place.run(onto(host), { env, signalAt: { moment: testOf(host), signal: 'SIGKILL' } });
    const id = await newest(stateDir);
    await place.write('admin-key', host.adminKey);
    const config = (more: string) =>
      place.write(
        'relay.config.yaml',
        `hosts: { prod: { url: "${host.url}/", adminKeyFile: ./admin-key } }\nreport: from-config.json\n${more}`,
      );
    const own = { env: { RELAY_STATE_DIR: stateDir } };
    passTimeoutAt(testOf(host), 7_200_000);
    await config('deadline: 2h\n');
    const late = await place.run(['resume', id, '--keys', 'keys.txt'], { ...own, where: 'here' });
    expect(late.exitCode).toBe(4);
    expect(late.stderr).toContain('DEADLINE_PASSED');
    expect(await place.report('from-config.json')).toMatchObject({ run: { id } });
    passTimeoutAt(Promise.resolve(), 1);
    await config('timeout: 1ms\n');
    expect(await place.run(['rollback', id, '--yes'], own)).toMatchObject({
      exitCode: 3,
      stderr: expect.stringContaining('HOST_UNREACHABLE') as unknown,
    });
    await config('');
    expect((await place.run(['rollback', id, '--yes'], own)).exitCode).toBe(0);
    await rm(join(place.folder, 'relay.config.yaml'));
  });
});

describe('what cannot be resumed or undone', () => {
  it.each([
    ['an unknown run, with the newest', ['resume', 'nope', '--keys', 'keys.txt'], 'RUN_NOT_FOUND'],
    ['a run without its keys', ['resume', 'RUN'], '--keys'],
    [
      'a run with two secrets from standard input',
      ['resume', 'RUN', '--keys', '-', '--probe-key-file', '-'],
      'one thing only',
    ],
    ['a run with other keys, by line', ['resume', 'RUN', '--keys', 'other.txt'], 'missing: the key of line 3'],
    ['a run on another host', ['rollback', 'RUN', '--host', 'https://elsewhere.example.org'], 'RUN_HOST_DIFFERS'],
  ])('%s', async (_name, args, said) => {
    const { host, env, stateDir } = await start();
    await place.run(onto(host), { env });
    const id = await newest(stateDir);
    const run = await place.run(
      args.map((arg) => (arg === 'RUN' ? id : arg)),
      { env },
    );
    expect(run.exitCode).toBe(2);
    expect(run.stderr).toContain(said);
    expect(holdings(host)).toMatchObject({ accounts: ['kimi-cn-01', 'kimi-cn-02', 'kimi-cn-03'] });
  });

  it('a journal of a newer relay, by its version; the list shows it all the same', async () => {
    const { env, stateDir } = await start();
    await mkdir(join(stateDir, 'runs'), { recursive: true });
    await writeFile(join(stateDir, 'runs', 'later.jsonl'), '{"v":9,"type":"begin"}\n');
    expect(await place.run(['runs', 'show', 'later'], { env })).toMatchObject({
      exitCode: 2,
      stderr: expect.stringContaining('version 9'),
    });
    expect(await place.run(['runs', 'list'], { env })).toMatchObject({
      exitCode: 0,
      stdout: expect.stringContaining('unreadable'),
    });
  });

  it('what others use by now: it is left and named', async () => {
    const { host, env, stateDir } = await start();
    await place.run(onto(host), { env });
    const [group] = [...host.state.groups.values()].filter((each) => each.name.startsWith('relay-'));
    const [account] = [...host.state.accounts.values()];
    if (group === undefined || account === undefined) throw new Error('nothing was made');
    await fetch(`${host.url}/api/v1/admin/accounts`, {
      method: 'POST',
      headers: { 'x-api-key': host.adminKey, 'content-type': 'application/json' },
      body: JSON.stringify({
        name: 'theirs',
        platform: 'openai',
        type: 'apikey',
        credentials: { api_key: 'x' },
        group_ids: [group.id],
      }),
    });
    const undone = await place.run(['rollback', await newest(stateDir), '--yes'], { env });
    expect(undone.exitCode).toBe(6);
    expect(undone.stderr.split('\n').slice(-7)).toEqual([
      '3 objects of the run were not undone.',
      'The host holds what was kept, for these reasons:',
      `  kept: group "relay-kimi-cn-subscription" (${group.id}): used by 1 account that relay did not make`,
      expect.stringMatching(/^ {2}kept: channel .* the group "relay-kimi-cn-subscription" stays$/),
      expect.stringMatching(/^ {2}kept: tariff .* the group "relay-kimi-cn-subscription" stays$/),
      expect.stringMatching(/^To do: Look at what was kept/),
      expect.stringMatching(/^Next: relay rollback \S+$/),
    ]);
    expect(holdings(host)).toMatchObject({ groups: ['default', 'relay-kimi-cn-subscription'], accounts: ['theirs'] });
  });
});

describe('the journal', () => {
  it('is private, whole at each line, and holds no key (N1, N3)', async () => {
    const { host, env, stateDir } = await start();
    await place.run(onto(host), { env });
    const file = join(stateDir, 'runs', `${await newest(stateDir)}.jsonl`);
    const text = await readFile(file, 'utf8');
    for (const secret of [...keys, host.adminKey]) expect(text).not.toContain(secret);
    const types = text
      .trimEnd()
      .split('\n')
      .map((line) => (JSON.parse(line) as { type: string }).type);
    expect([types[0], types.at(-1)]).toEqual(['begin', 'end']);
    expect(types.indexOf('change')).toBeLessThan(types.indexOf('made'));
  });

  it('that cannot be kept stops the run before the first write (N3)', async () => {
    const { host, env, stateDir } = await start();
    await writeFile(stateDir, 'a file where the folder should be');
    const run = await place.run(onto(host), { env });
    expect(run).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('STATE_UNWRITABLE') });
    expect(holdings(host)).toMatchObject({ groups: ['default'] });
  });
});

describe('one writer per host and provider (N12)', () => {
  it('heals a lock whose owner is gone', async () => {
    const { host, env, stateDir } = await start();
    await place.run(onto(host), { env, signalAt: { moment: testOf(host), signal: 'SIGKILL' } });
    // Of the address and of the host.
    expect(await readdir(join(stateDir, 'locks'))).toHaveLength(2);
    expect((await place.run(['rollback', await newest(stateDir), '--yes'], { env })).exitCode).toBe(0);
    expect(await readdir(join(stateDir, 'locks'))).toEqual([]);
  });
});
