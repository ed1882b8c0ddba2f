import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { doctorSchema, type DoctorReport } from '../../src/report/doctor-report.ts';
import { startSandbox, type Sandbox, type SandboxOptions } from '../support/start-sandbox.ts';
import { lastWins, workplace, type Finished, type Workplace } from '../support/binary.ts';
import { importInto } from '../support/import-run.ts';
import { closeServers, inFrontOf, serve } from '../support/small-server.ts';

let place: Workplace;
let host: Sandbox;
beforeAll(async () => {
  place = await workplace();
});
afterAll(() => place.remove());
afterEach(async () => {
  closeServers();
  await host?.stop();
});

async function start(options: SandboxOptions = {}): Promise<Sandbox> {
  host = await startSandbox(options);
  return host;
}

const withKey = () => ({ RELAY_ADMIN_KEY: host.adminKey });
const withPassword = () => ({ RELAY_ADMIN_EMAIL: host.adminEmail, RELAY_ADMIN_PASSWORD: host.adminPassword });

async function doctor(env: Record<string, string>, ...more: string[]): Promise<Finished & { report: DoctorReport }> {
  const run = await place.run(lastWins(['doctor', '--host', host.url, '--output', 'json', ...more]), { env });
  return { ...run, report: doctorSchema.parse(JSON.parse(run.stdout)) };
}

const states = ({ checks }: DoctorReport) => Object.fromEntries(checks.map(({ id, state }) => [id, state]));
const check = ({ checks }: DoctorReport, id: string) => checks.find((each) => each.id === id);
const writes = () =>
  host.requests.filter(({ method, path }) => method !== 'GET' && !/auth\/login$|sync-upstream$/.test(path));

const allPass = {
  address: 'pass',
  setup: 'pass',
  version: 'pass',
  login: 'pass',
  compliance: 'pass',
  backend_mode: 'pass',
  captcha: 'pass',
  second_factor: 'pass',
  probe_key: 'pass',
  clock: 'pass',
  upstream: 'skipped',
};

describe('a host that is fine', () => {
  it.each(['0.1.129', '0.1.179'] as const)(
    'passes as %s with either login, and nothing is written',
    async (version) => {
      await start({ hostVersion: version });
      const byKey = await doctor(withKey());
      expect(byKey.exitCode).toBe(0);
      expect(byKey.report).toMatchObject({
        schema: 'relay.doctor/1',
        host: { url: host.url, kind: 'sub2api', version },
        ok: true,
        exitCode: 0,
      });
      expect(states(byKey.report)).toEqual(allPass);
      expect(check(byKey.report, 'login')?.message).toBe(
        `admin API key (RELAY_ADMIN_KEY), acting as ${host.adminEmail}`,
      );
      const byPassword = await doctor(withPassword());
      expect(states(byPassword.report)).toEqual(allPass);
      expect(check(byPassword.report, 'login')?.message).toBe(
        `e-mail and password of ${host.adminEmail} (RELAY_ADMIN_EMAIL)`,
      );
      expect(writes()).toEqual([]);
    },
  );

  it('is told in lines to a person, without colours in a pipe', async () => {
    await start();
    const run = await place.run(['doctor'], { env: { RELAY_HOST: host.url, ...withKey() } });
    expect(run.exitCode).toBe(0);
    const lines = run.stdout.split('\n');
    expect(lines[0]).toBe(`${host.url} (sub2api 0.1.179)`);
    expect(lines.slice(2, 5)).toEqual([
      `pass     Address           ${host.url} answers`,
      'pass     Set-up            finished',
      'pass     Version           sub2api 0.1.179',
    ]);
    expect(lines.slice(-2)).toEqual(['relay can work on this host.', 'Next: relay import --pack PACK --keys FILE']);
    expect(run.stdout).not.toContain('\u001B');
  });

  it('is found by the configuration file', async () => {
    await start();
    await place.write('admin-key.txt', host.adminKey);
    await place.write('relay.config.yaml', `hosts: { near: { url: "${host.url}", adminKeyFile: ./admin-key.txt } }`);
    const run = await place.run(['doctor', '--host', 'near', '--output', 'json']);
    await place.write('relay.config.yaml', '{}');
    expect(run.exitCode).toBe(0);
    expect(check(JSON.parse(run.stdout) as DoctorReport, 'login')?.message).toContain('(configuration file)');
  });

  it('may be the embedded one', async () => {
    expect(await place.run(['doctor', '--host', 'sandbox'])).toMatchObject({ exitCode: 0 });
  });
});

describe('what is not fine', () => {
  it.each([
    ['set-up wizard', { needsSetup: true }, 'setup', 'browser'],
    ['too old', { settings: { version: '0.1.128' } }, 'version', '0.1.129 and newer'],
    ['of no known version', { settings: { version: 'dev' } }, 'version', '0.1.129 and newer'],
    [
      'failing behind its health',
      { faults: [{ method: 'GET', path: '/api/v1/settings/public', fault: 'status', status: 500, times: 0 }] },
      'setup',
      'log of the host',
    ],
    [
      'failing everywhere',
      { faults: [{ method: 'GET', path: '/*', fault: 'status', status: 500, times: 0 }] },
      'address',
      'log of the host',
    ],
  ] satisfies [string, SandboxOptions, string, string][])('%s', async (_name, options, id, hint) => {
    await start(options);
    const { exitCode, report, stderr } = await doctor(withKey());
    expect([exitCode, report.exitCode, report.ok]).toEqual([3, 3, false]);
    const failed = report.checks.filter(({ state }) => state === 'failure');
    expect(failed.map((each) => each.id)).toEqual([id]);
    expect(failed[0]?.hint).toContain(hint);
    const name = failed[0]?.name ?? '';
    const skipped = report.checks.filter(({ state }) => state === 'skipped');
    expect(skipped.length).toBeGreaterThan(0);
    expect(skipped.every(({ message }) => message === `not looked at, because of: ${name}`)).toBe(true);
    expect(stderr).toMatch(
      /Nothing was written to the host\.\nTo do: .*\nNext: relay doctor --output json --host http/,
    );
    expect(writes()).toEqual([]);
  });

  it('a newer version than was tried is a warning', async () => {
    await start({ settings: { version: '0.2.0' } });
    const { exitCode, report } = await doctor(withKey());
    expect(exitCode).toBe(0);
    expect(states(report)).toEqual({ ...allPass, version: 'warning' });
  });

  it('a wrong key, and a key that is no key of a user either, say where it came from', async () => {
    await start();
    const { exitCode, report } = await doctor({ SUB2API_ADMIN_API_KEY: 'admin-0000000000000000000000000000' });
    expect(exitCode).toBe(3);
    expect(check(report, 'login')).toMatchObject({
      state: 'failure',
      message: expect.stringMatching(/^admin API key \(SUB2API_ADMIN_API_KEY\): .*Invalid admin API key/) as unknown,
      hint: expect.stringContaining('fresh host has no key yet') as unknown,
    });
    expect(states(report)).toMatchObject({
      compliance: 'skipped',
      upstream: 'skipped',
      captcha: 'pass',
      clock: 'pass',
    });
  });

  it('a wrong password, and a user who is no admin', async () => {
    await start();
    const login = { RELAY_ADMIN_EMAIL: host.adminEmail, RELAY_ADMIN_PASSWORD: 'wrong-password-000000' };
    expect(check((await doctor(login)).report, 'login')).toMatchObject({
      state: 'failure',
      message: expect.stringContaining('invalid email or password') as unknown,
    });
    const user = [...host.state.users.values()].find(({ role }) => role === 'user');
    const asUser = { RELAY_ADMIN_EMAIL: user?.email ?? '', RELAY_ADMIN_PASSWORD: user?.password ?? '' };
    expect(check((await doctor(asUser)).report, 'login')?.message).toContain('Admin access required');
    if (user !== undefined) user.status = 'disabled';
    expect(check((await doctor(asUser)).report, 'login')?.message).toContain('The host refuses the login: user is not');
  });

  it('no login is a failed check that names the ways, not wrong usage', async () => {
    await start();
    const { exitCode, report } = await doctor({});
    expect(exitCode).toBe(3);
    expect(check(report, 'login')).toMatchObject({
      state: 'failure',
      hint: expect.stringMatching(/RELAY_ADMIN_KEY.*--admin-key-file.*--admin-email.*--admin-password-file/) as unknown,
    });
    expect(states(report)).toMatchObject({
      version: 'pass',
      captcha: 'pass',
      probe_key: 'skipped',
      compliance: 'skipped',
    });
    const half = await doctor({}, '--admin-email', host.adminEmail);
    expect(check(half.report, 'login')?.message).toContain('No password');
  });
});

describe('gates', () => {
  it('captcha and backend mode are warnings for a key: no user of relay can log in', async () => {
    await start({ settings: { turnstile_enabled: true, backend_mode_enabled: true } });
    const { exitCode, report } = await doctor(withKey());
    expect(exitCode).toBe(0);
    const warned = { captcha: 'warning', backend_mode: 'warning', probe_key: 'warning' };
    expect(states(report)).toEqual({ ...allPass, ...warned });
    expect(check(report, 'probe_key')).toMatchObject({
      message: expect.stringContaining('captcha') as unknown,
      hint: expect.stringContaining('--probe-key-file') as unknown,
    });
  });

  it.each([
    ['captcha', { turnstile_enabled: true }],
    ['second factor', { totp_for_admin: true }],
  ])('%s stands before a password', async (what, settings) => {
    await start({ settings });
    const { exitCode, report } = await doctor(withPassword());
    expect(exitCode).toBe(3);
    expect(check(report, 'login')).toMatchObject({
      state: 'failure',
      message: expect.stringContaining(what) as unknown,
      hint: expect.stringContaining('--admin-key-file') as unknown,
    });
  });

  it('a second factor before stored keys is a warning', async () => {
    await start({ settings: { step_up_enabled: true } });
    expect(states((await doctor(withKey())).report)).toEqual({ ...allPass, second_factor: 'warning' });
  });

  it.each([
    [true, 'warning'],
    [false, 'pass'],
  ])('is found out by asking where no setting tells it: %s', async (step_up_enabled, state) => {
    await start({ hostVersion: '0.1.129', settings: { step_up_enabled } });
    expect(check((await doctor(withKey())).report, 'second_factor')?.state).toBe(state);
  });
});

describe('with a pack', () => {
  it('tells what an import of it would stumble over', async () => {
    await start();
    const fine = await doctor(withKey(), '--pack', 'kimi');
    expect(fine.exitCode).toBe(0);
    expect(states(fine.report)).toEqual({ ...allPass, pack_version: 'pass', pack_objects: 'pass' });
    expect(check(fine.report, 'pack_version')?.message).toContain('api.moonshot.cn');
    expect(check(fine.report, 'upstream')?.message).toContain('api.moonshot.cn');
    await importInto(host, ['sk-good-aaaaaaaaaaaaaaaaaaaa1']);
    const vendor = new URL(host.vendorUrl).host;
    const held = await doctor(withKey(), '--pack', 'kimi', '--provider', 'kimi-cn');
    expect(check(held.report, 'upstream')).toMatchObject({
      state: 'pass',
      message: `the host reaches ${vendor}; that is where the accounts of kimi-cn send; api.moonshot.cn of the pack was not asked, since no account sends there`,
    });
    for (const group of host.state.groups.values()) if (group.name.startsWith('relay-')) group.description = 'mine';
    const foreign = await doctor(withKey(), '--pack', 'kimi');
    expect(foreign.exitCode).toBe(3);
    expect(check(foreign.report, 'pack_objects')).toMatchObject({
      state: 'failure',
      hint: expect.stringContaining('--adopt') as unknown,
    });
  });

  it('says that the vendor refuses a key, or cannot be reached', async () => {
    await start();
    await importInto(host, ['sk-dead-aaaaaaaaaaaaaaaaaaaa1'], { mode: 'partial' });
    const dead = await doctor(withKey());
    expect(dead.exitCode).toBe(0);
    expect(check(dead.report, 'upstream')).toMatchObject({
      state: 'warning',
      message: expect.stringContaining('refuses the key of kimi-cn-01') as unknown,
      hint: expect.stringContaining('relay probe') as unknown,
    });
    for (const account of host.state.accounts.values()) account.credentials['base_url'] = 'http://127.0.0.1:1/v1';
    expect(check((await doctor(withKey())).report, 'upstream')).toMatchObject({
      state: 'warning',
      hint: expect.stringContaining('127.0.0.1:1: DNS') as unknown,
    });
  });
});

it('tells a clock that differs, and who stands in between', async () => {
  await start();
  const date = new Date(Date.now() + 4 * 3_600_000).toUTCString();
  const url = await serve(inFrontOf(host.url, () => ({ date, server: 'nginx/1.26' })));
  const { report } = await doctor(withKey(), '--host', url);
  expect(check(report, 'address')?.message).toBe(`${url} answers, through nginx/1.26`);
  expect(check(report, 'clock')).toMatchObject({
    state: 'warning',
    message: 'the clock of the host is 4 hours ahead of the one here',
    hint: expect.stringContaining('NTP') as unknown,
  });
});

describe('wrong usage', () => {
  it.each([
    ['no host', ['doctor'], 'USAGE'],
    ['an unknown option', ['doctor', '--yes'], "unknown option '--yes'"],
    ['an unknown pack', ['doctor', '--host', 'sandbox', '--pack', 'kimmi'], 'PACK_NOT_FOUND'],
    ['an unknown provider', ['doctor', '--host', 'sandbox', '--pack', 'kimi', '--provider', 'x'], 'PROVIDER_NOT_FOUND'],
    ['a provider of no pack', ['doctor', '--host', 'sandbox', '--provider', 'kimi-cn'], '--provider needs --pack'],
    ['plain http to elsewhere', ['doctor', '--host', 'http://gateway.example.org'], 'HTTP_REFUSED'],
  ])('%s', async (_name, args, said) => {
    const run = await place.run(args);
    expect(run).toMatchObject({ exitCode: 2, stderr: expect.stringContaining(said) as unknown });
  });

  it('has a help text with an example', async () => {
    const help = await place.run(['doctor', '--help']);
    expect(help.stdout).toContain('relay doctor --host https://gateway.example.org');
    expect(help.stdout).toContain('--accept-compliance');
  });
});
