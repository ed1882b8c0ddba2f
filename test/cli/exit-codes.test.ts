import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Sandbox, SandboxOptions } from '../support/start-sandbox.ts';
import { lastWins, stallAt, workplace, type Workplace } from '../support/binary.ts';
import { sandboxes } from '../support/sandboxes.ts';
import { goodKeys as good } from '../support/keys.ts';

const dead = 'sk-dead-bbbbbbbbbbbbbbbbbbbb2';

let place: Workplace;
beforeAll(async () => {
  place = await workplace();
  await place.write('good.txt', good.join('\n'));
  await place.write('dead.txt', [good[0], dead, good[2]].join('\n'));
  await place.write('all-dead.txt', dead);
});
afterAll(() => place.remove());

const start = sandboxes();

const onto = (host: Sandbox, ...more: string[]) =>
  lastWins([
    'import',
    '--pack',
    'kimi',
    '--keys',
    'good.txt',
    '--host',
    host.url,
    '--base-url',
    `${host.vendorUrl}/v1`,
    ...more,
  ]);
const login = (host: Sandbox) => ({ env: { RELAY_ADMIN_KEY: host.adminKey } });
const writesOf = (host: Sandbox) =>
  host.requests.filter((request) => request.method !== 'GET' && request.path !== '/api/v1/auth/login');

describe('0: done, or nothing to do', () => {
  it.each(['0.1.129', '0.1.179'] as const)(
    'imports on %s, prints nothing else on standard output with --output json, and reports (B25)',
    async (hostVersion) => {
      const host = await start({ hostVersion });
      const run = await place.run(onto(host, '--output', 'json', '--user', 'user@relay.test=7'), login(host));
      expect(run.exitCode).toBe(0);
      const report = await place.report();
      expect(JSON.parse(run.stdout)).toEqual(report);
      expect(report).toMatchObject({
        exitCode: 0,
        batchStatus: 'succeeded',
        accessStatus: 'subscription_ready',
        grants: [{ user: 'user@relay.test', days: 7, outcome: 'created' }],
      });
      const again = await place.run(onto(host), login(host));
      expect(again).toMatchObject({ exitCode: 0, stdout: expect.stringContaining('Nothing to do') });
    },
  );

  it('says that there is nothing to do only when the host is as it should be', async () => {
    const host = await start();
    const user = ['--user', 'user@relay.test=7'];
    await place.run(onto(host, ...user), login(host));
    const again = () => place.run(onto(host, ...user), login(host));
    expect((await again()).stdout).toMatch(
      /^✔ Nothing to do: .* is as the pack and the key\s+file say \(3 of 3 accounts serve\)/,
    );
    const [account] = [...host.state.accounts.values()];
    if (account === undefined) throw new Error('no account');
    // It is tested, and put back when it works.
    account.status = 'error';
    const tested = await again();
    expect(tested).toMatchObject({ exitCode: 0, stdout: expect.not.stringContaining('Nothing to do') as unknown });
    expect(tested.stdout).toContain('tests: 1 passed');
    const [group] = [...host.state.groups.values()].filter((each) => each.name.startsWith('relay-'));
    if (group === undefined) throw new Error('no group');
    group.rate_multiplier = 3;
    const differs = await again();
    expect(differs.stdout).toMatch(/^✔ Nothing to do for [^]*what differs is\s+left as it is/);
    expect(differs.stdout).toMatch(/! DRIFT: /);
    group.rate_multiplier = 1;
    const longer = await place.run(onto(host, '--user', 'user@relay.test=90'), login(host));
    expect(longer.stdout).toMatch(/^✔ Nothing to do for [^]*what differs is\s+left as it is/);
    expect(longer.stdout).toMatch(/! SUBSCRIPTION_DIFFERS: /);
  });

  it('does the whole job on the embedded host', async () => {
    const run = await place.run(['import', '--pack', 'kimi', '--keys', '-', '--host', 'sandbox', '--report', '-'], {
      input: good.join('\n'),
    });
    expect(run.exitCode).toBe(0);
    expect(JSON.parse(run.stdout)).toMatchObject({
      batchStatus: 'succeeded',
      providerStatus: 'active',
      accessStatus: 'subscription_ready',
      summary: { added: 3 },
    });
  });

  it('logs in by e-mail and password, as a fresh host needs it', async () => {
    const host = await start();
    const run = await place.run(onto(host, '--admin-email', host.adminEmail, '--quiet'), {
      env: { RELAY_ADMIN_PASSWORD: host.adminPassword },
    });
    expect(run).toEqual({ exitCode: 0, stdout: '', stderr: '' });
  });
});

describe('2: wrong input, nothing written', () => {
  it.each([
    ['unknown mode', ['--mode', 'strictt'], 'strict'],
    ['unknown access', ['--access', 'subscribtion'], 'subscription'],
    ['unknown option', ['--kees', 'x'], '--keys'],
    ['unknown provider', ['--provider', 'kimi-cm'], 'kimi-cn'],
    ['unknown user', ['--user', 'nobody@relay.test'], 'USER_NOT_FOUND'],
    ['malformed user', ['--user', 'no body'], 'USAGE'],
    ['self-service with users', ['--access', 'self-service', '--user', 'user@relay.test'], '--user'],
    ['no number', ['--concurrency', 'many'], '1 to 256'],
    ['no duration', ['--timeout', '30'], '30s'],
    ['plain http to elsewhere', ['--base-url', 'http://upstream.example.org/v1'], 'HTTP_REFUSED'],
    [
      'base URL with a backslash',
      ['--base-url', 'https://a.example\\@evil.example/v1'],
      '--base-url holds a backslash',
    ],
    ['host with a backslash', ['--host', 'https://a.example\\@evil.example'], 'holds a backslash'],
    ['secret in the host URL', ['--host', 'https://user:pass@gateway.example.org'], 'user name or password'],
    ['plain http to a host elsewhere', ['--host', 'http://gateway.example.org'], 'HTTP_REFUSED'],
    ['missing configuration file', ['--config', 'nowhere.yaml'], 'CONFIG_INVALID'],
    ['report in a folder that is not there', ['--report', 'nowhere/report.json'], 'FILE_UNWRITABLE'],
    ['missing key file', ['--keys', 'nowhere.txt'], 'FILE_UNREADABLE'],
  ])('%s', async (_name, args, said) => {
    const host = await start();
    const global = args[0] === '--config' ? args : [];
    const run = await place.run([...global, ...onto(host, ...(global.length > 0 ? [] : args))], login(host));
    expect(run.exitCode).toBe(2);
    expect(run.stderr).toContain(said);
    expect(writesOf(host)).toEqual([]);
  });

  it.each([
    ['no key left', '# nothing\n\n', 'KEYS_EMPTY'],
    [
      'malformed line, by number and without its text (N1)',
      'sk-good-1234567890123456\nsk-secret inside-9876\n',
      'keys.txt:2',
    ],
  ])('%s', async (_name, text, said) => {
    const host = await start();
    await place.write('keys.txt', text);
    const run = await place.run(onto(host, '--keys', 'keys.txt'), login(host));
    expect(run.exitCode).toBe(2);
    expect(run.stderr).toContain(said);
    expect(run.stderr).not.toContain('inside-9876');
    expect(writesOf(host)).toEqual([]);
  });

  it('unknown pack, with the nearest', async () => {
    const run = await place.run(['import', '--pack', 'kimmi', '--keys', 'good.txt', '--host', 'sandbox']);
    expect(run).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('"kimi"') });
  });

  it('bad manifest: every fault at once, with line and column', async () => {
    await place.write('pack.yaml', 'schema: relay.pack/1\nid: mine\ndisplayNam: Mine\nproviders:\n  - id: Mine!\n');
    const run = await place.run(['import', '--pack', './pack.yaml', '--keys', 'good.txt', '--host', 'sandbox']);
    expect(run.exitCode).toBe(2);
    expect(run.stderr).toMatch(/pack\.yaml:3:1: unknown field "displayNam"\. Did you mean "displayName"\?/);
    expect(run.stderr).toMatch(/pack\.yaml:5:9:/);
  });

  it('a foreign group with a managed name, named with the flag that takes it over (N4)', async () => {
    const host = await start();
    const [any] = [...host.state.groups.values()];
    if (any === undefined) throw new Error('no group');
    const id = host.state.nextId('groups');
    host.state.groups.set(id, {
      ...any,
      id,
      name: 'relay-kimi-cn-subscription',
      platform: 'openai',
      subscription_type: 'subscription',
      description: 'made by hand',
    });
    const run = await place.run(onto(host), login(host));
    expect(run.exitCode).toBe(2);
    expect(run.stderr).toContain('FOREIGN_OBJECT');
    expect(run.stderr).toContain('--adopt');
    expect(writesOf(host)).toEqual([]);
    const adopted = await place.run(onto(host, '--adopt'), login(host));
    expect(adopted.exitCode).toBe(0);
    expect(await place.report()).toMatchObject({
      resources: [{ kind: 'group', id: String(id), action: 'adopted' }, {}, {}],
    });
    expect(host.state.groups.get(id)?.description).toMatch(/^made by hand \[relay kimi-cn subscription \S+\]$/);
  });

  it('removing accounts without a yes; with --yes they go', async () => {
    const host = await start();
    await place.run(onto(host), login(host));
    await place.write('one.txt', good[0] ?? '');
    const before = writesOf(host).length;
    const many = await place.run(onto(host, '--keys', 'one.txt', '--yes'), login(host));
    expect(many).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('--allow-mass-removal') });
    const refused = await place.run(onto(host, '--keys', 'one.txt', '--allow-mass-removal'), login(host));
    expect(refused).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('--yes') });
    expect(writesOf(host)).toHaveLength(before);
    const agreed = await place.run(onto(host, '--keys', 'one.txt', '--allow-mass-removal', '--yes'), login(host));
    expect(agreed.exitCode).toBe(0);
    expect((await place.report()).removed).toHaveLength(2);
  });

  it.each([
    ['as an unknown option', ['--admin-key=SECRET']],
    ['as an unknown short option', ['-kSECRET']],
    ['with a quote in it', ["--admin-key=don't-SECRET"]],
    ['as a choice', ['--mode', 'SECRET']],
    ['as a choice, after "="', ['--access=SECRET']],
    ['as a choice with a quote in it', ['--mode', "SECRET's"]],
    ['as a number', ['--concurrency', 'SECRET']],
    ['as a duration', ['--timeout', 'SECRET']],
    ['as one word too many', ['SECRET']],
  ])('a secret that was given %s is not shown again (N1)', async (_name, args) => {
    // The first has the shape of a key, the second that of nothing.
    for (const secret of ['sk-canary-0123456789abcdef', 'Zq7wV9kLm2xT4canary0123456789']) {
      const words = args.map((word) => word.replace('SECRET', secret));
      const run = await place.run(['import', '--pack', 'kimi', '--keys', 'good.txt', '--output', 'json', ...words]);
      expect(run.exitCode).toBe(2);
      expect(run.stderr + run.stdout).not.toMatch(/canary|0123456789/);
    }
    const command = await place.run(['Zq7wV9kLm2xT4canary0123456789']);
    expect(command.stderr).not.toContain('canary');
  });

  it.each([
    [
      ['import', '--kees', 'x', '--pack', 'kimi', '--keys', 'good.txt'],
      'error USAGE: unknown option',
      'relay import --help',
    ],
    [['import'], "error USAGE: required option '--pack <pack>' not specified", 'relay import --help'],
    [['packs', 'shwo', 'kimi'], 'error USAGE: unknown command', 'relay packs --help'],
    [['imprt'], 'error USAGE: unknown command', 'relay --help'],
    [['runs'], 'error USAGE: No command was given.', 'relay runs --help'],
    [
      ['import', '--pack', 'kimi', '--keys', 'good.txt', '--timeout', '30'],
      'error USAGE: option',
      'relay import --help',
    ],
  ])(
    '%j: what happened, what the host holds where one is in play, and what to do next',
    async (args, happened, next) => {
      const run = await place.run(args);
      expect(run).toMatchObject({ exitCode: 2, stdout: '' });
      expect(run.stderr).toContain(happened);
      expect(run.stderr.includes('\nNothing was written to the host.\n')).toBe(args[0] === 'import');
      const last = run.stderr.trimEnd().split('\n').at(-1);
      expect(last).toContain(next);
      expect(last).toMatch(/^Next: /);
    },
  );

  it.each([
    [true, ['status', '--pack', 'kimmi', '--host', 'sandbox']],
    [true, ['import', '--pack', 'kimi', '--keys', 'nowhere.txt', '--host', 'sandbox']],
    [true, ['rollback', '20261121-101530-4f2a91']],
    [false, ['runs', 'show', '20261121-101530-4f2a91']],
    [false, ['packs', 'show', 'kimmi']],
    [false, ['report', 'show', 'nowhere.json']],
    [false, ['validate', './nowhere.yaml']],
    [false, ['--config', 'nowhere.yaml', 'packs', 'list']],
    [false, ['explain', 'NO_SUCH_CODE']],
  ])('says what the host holds: %s, for %j', async (says, args) => {
    const { exitCode, stderr } = await place.run(args);
    expect(exitCode).toBe(2);
    expect(stderr.includes('Nothing was written to the host.')).toBe(says);
  });

  it('validate ends in the same way', async () => {
    await place.write('bad.yaml', 'schema: relay.pack/1\n');
    const run = await place.run(['validate', './bad.yaml']);
    expect(run).toMatchObject({ exitCode: 2, stdout: expect.stringContaining('bad.yaml:1:1') as unknown });
    expect(run.stderr.split('\n')).toEqual([
      '3 faults in 1 pack.',
      'To do: Correct it.',
      'Next: relay validate ./bad.yaml',
    ]);
  });

  it('a wrong command line tells a program the same as a person', async () => {
    const run = await place.run(['import', '--output', 'json']);
    expect(JSON.parse(run.stdout)).toMatchObject({ schema: 'relay.error/1', exitCode: 2, errors: [{ code: 'USAGE' }] });
  });

  it('keys to an upstream named by an outside pack without a yes', async () => {
    const host = await start();
    const shown = await place.run(['packs', 'show', 'kimi', '--output', 'json']);
    const { origin: _origin, file: _file, digest: _digest, shadows: _shadows, ...pack } = JSON.parse(shown.stdout);
    await place.write('mine.json', JSON.stringify(pack));
    const args = ['import', '--pack', './mine.json', '--keys', 'good.txt', '--host', host.url];
    const run = await place.run(args, login(host));
    expect(run).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('https://api.moonshot.cn/v1') });
    expect(writesOf(host)).toEqual([]);
  });
});

describe('3: could not start, nothing written', () => {
  it.each([
    ['set-up wizard', { needsSetup: true }, 'HOST_IN_SETUP'],
    ['version too old', { settings: { version: '0.1.128' } }, 'HOST_VERSION_UNSUPPORTED'],
    ['version unknown', { settings: { version: 'dev' } }, 'HOST_VERSION_UNSUPPORTED'],
    ['compliance gate', { complianceGate: true }, 'COMPLIANCE_GATE'],
    ['no way to a probe key: captcha', { settings: { turnstile_enabled: true } }, 'PROBE_KEY_IMPOSSIBLE'],
    ['no way to a probe key: backend mode', { settings: { backend_mode_enabled: true } }, 'PROBE_KEY_IMPOSSIBLE'],
  ] satisfies [string, SandboxOptions, string][])('%s', async (_name, options, code) => {
    const host = await start(options);
    const run = await place.run(onto(host), login(host));
    expect(run.exitCode).toBe(3);
    expect(run.stderr).toContain(code);
    expect(run.stderr).toContain('Next: ');
    expect(writesOf(host)).toEqual([]);
  });

  it('wrong admin key', async () => {
    const host = await start();
    const run = await place.run(onto(host), { env: { RELAY_ADMIN_KEY: 'admin-0000000000000000000000000000' } });
    expect(run).toMatchObject({ exitCode: 3, stderr: expect.stringContaining('LOGIN_REFUSED') });
  });

  it.each([
    ['second factor', { settings: { totp_for_admin: true } }],
    ['captcha', { settings: { turnstile_enabled: true } }],
  ] satisfies [string, SandboxOptions][])('%s at the admin login: use an admin key', async (_name, options) => {
    const host = await start(options);
    const run = await place.run(onto(host, '--admin-email', host.adminEmail), {
      env: { RELAY_ADMIN_PASSWORD: host.adminPassword },
    });
    expect(run.exitCode).toBe(3);
    expect(run.stderr).toContain('--admin-key-file');
  });

  it('wrong base URL: a web page with 200', async () => {
    const host = await start({ settings: { embed_frontend: true } });
    const run = await place.run(onto(host, '--host', `${host.url}/panel`), login(host));
    expect(run).toMatchObject({ exitCode: 3, stderr: expect.stringContaining('HOST_WRONG_ADDRESS') });
  });

  it('a redirect is not followed with credentials', async () => {
    const host = await start();
    const seen: string[] = [];
    const server = createServer((request, reply) => {
      seen.push(request.headers['x-api-key'] === undefined ? 'without key' : 'with key');
      reply.writeHead(301, { location: host.url }).end();
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const run = await place.run(onto(host, '--host', url), login(host));
    server.close();
    expect(run).toMatchObject({ exitCode: 3, stderr: expect.stringContaining('HOST_REDIRECTS') });
    expect(seen.every((each) => each === 'without key')).toBe(true);
    expect(host.requests).toEqual([]);
  });

  it('host down', async () => {
    const host = await start();
    const args = onto(host);
    await host.stop();
    expect(await place.run(args, login(host))).toMatchObject({
      exitCode: 3,
      stderr: expect.stringContaining('HOST_UNREACHABLE'),
    });
  });

  it('tells a program the same as a person', async () => {
    const host = await start({ complianceGate: true });
    const run = await place.run(onto(host, '--output', 'json'), login(host));
    expect(JSON.parse(run.stdout)).toMatchObject({
      schema: 'relay.error/1',
      exitCode: 3,
      errors: [{ code: 'COMPLIANCE_GATE' }],
    });
  });
});

describe('4 to 8, 130 and 143: what the host holds', () => {
  it('4: failed and rolled back', async () => {
    const host = await start();
    const run = await place.run(onto(host, '--keys', 'dead.txt'), login(host));
    expect(run.exitCode).toBe(4);
    expect(run.stderr).toContain('The host is as it was before.');
    expect(host.state.accounts.size).toBe(0);
  });

  it('5: partly done', async () => {
    const host = await start();
    const run = await place.run(onto(host, '--keys', 'dead.txt', '--mode', 'partial'), login(host));
    expect(run.exitCode).toBe(5);
    expect(run.stderr).toContain('2 of 3 accounts serve');
  });

  it('6: an undo that was not complete, with the command that finishes it', async () => {
    const host = await start({
      faults: [{ method: 'DELETE', path: '/api/v1/admin/payment/plans/*', fault: 'status', times: 0 }],
    });
    const run = await place.run(onto(host, '--keys', 'dead.txt'), login(host));
    expect(run.exitCode).toBe(6);
    expect(run.stderr).toMatch(
      /left: tariff "relay-kimi-cn-subscription" \(\d+\): it could not be removed: curl -X DELETE/,
    );
    expect(run.stderr).not.toContain(host.adminKey);
  });

  it('7: in place, and the gateway does not answer; or no account works', async () => {
    const host = await start({ faults: [{ path: '/v1/chat/completions', fault: 'status', status: 503, times: 0 }] });
    expect((await place.run(onto(host, '--gateway-wait', '1ms'), login(host))).exitCode).toBe(7);
    const none = await place.run(
      onto(host, '--keys', 'all-dead.txt', '--provider', 'kimi-intl', '--mode', 'partial', '--probe', 'none'),
      login(host),
    );
    expect(none.exitCode).toBe(7);
    expect(none.stderr).toContain('no account works');
  });

  it('8: changes pending, only when asked for, and a plan writes nothing (N8)', async () => {
    const host = await start();
    const plan = (...more: string[]) => place.run(['plan', ...onto(host, ...more).slice(1)], login(host));
    expect((await plan()).exitCode).toBe(0);
    const pending = await plan('--detailed-exitcode', '--output', 'json');
    expect(pending.exitCode).toBe(8);
    expect(JSON.parse(pending.stdout)).toMatchObject({
      schema: 'relay.plan/1',
      counts: { added: 3 },
      changesAnything: true,
    });
    expect(pending.stderr.split('\n').slice(-3)).toEqual([
      'Changes are pending.',
      'Nothing was written to the host.',
      expect.stringMatching(/^Next: relay import --output json --pack kimi .*--host http/),
    ]);
    expect(writesOf(host)).toEqual([]);
    await place.run(onto(host), login(host));
    expect((await plan('--detailed-exitcode')).exitCode).toBe(0);
    expect((await place.run(onto(host, '--dry-run', '--detailed-exitcode'), login(host))).exitCode).toBe(0);
  });

  it.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)('%s ends in order: undone, reported, exit %i (N11)', async (signal, exitCode) => {
    const host = await start();
    const run = await place.run(onto(host, '--report', `${signal}.json`), {
      ...login(host),
      signalAt: { moment: stallAt(host, 'POST', '*/test'), signal },
    });
    expect(run.exitCode).toBe(exitCode);
    expect(await place.report(`${signal}.json`)).toMatchObject({
      exitCode,
      batchStatus: 'rolled_back',
      run: { interrupted: true },
    });
    expect(host.state.accounts.size).toBe(0);
  });

  it.each([
    ['import', 'SIGINT', 130],
    ['import', 'SIGTERM', 143],
    ['plan', 'SIGINT', 130],
    ['plan', 'SIGTERM', 143],
    ['status', 'SIGTERM', 143],
  ] as const)('%s that gets %s while it looks at the host ends with it, and has written nothing', async (...each) => {
    const [command, signal, exitCode] = each;
    const host = await start();
    const args = onto(host).slice(1);
    const run = await place.run(
      command === 'status'
        ? ['status', '--pack', 'kimi', '--host', host.url]
        : [command, ...args, '--report', `${command}-${signal}.json`],
      { ...login(host), signalAt: { moment: stallAt(host, 'GET', '*/admin/groups'), signal } },
    );
    expect(run).toMatchObject({ exitCode, stdout: '' });
    expect(run.stderr).toContain('Nothing was written to the host.');
    expect(run.stderr).toContain(`relay ${command}`);
    expect(writesOf(host)).toEqual([]);
    if (command !== 'status')
      expect(await place.report(`${command}-${signal}.json`)).toMatchObject({ exitCode, run: { interrupted: true } });
  });
});
