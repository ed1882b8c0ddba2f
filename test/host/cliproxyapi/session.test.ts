import { describe, expect, it } from 'vitest';
import { Secret } from '../../../src/core/secrets/secret.ts';
import { hostKinds, kindOf } from '../../../src/host/catalog.ts';
import { cliproxyapiKind } from '../../../src/host/cliproxyapi/kind.ts';
import { direct } from '../../../src/host/http/direct.ts';
import { aKeySpec, cliProxyPorts, create, done } from '../../support/cliproxyapi-ports.ts';
import { refusal } from '../../support/refusal.ts';

const start = cliProxyPorts();
const wrong = { key: new Secret('no-key-of-this-host-0001') };
const logins = ({ requests }: Awaited<ReturnType<typeof start>>['sandbox']) =>
  requests.filter(({ path }) => path.startsWith('/v0/management'));

/** Notes all that goes out until it is told to end. */
function wiretap() {
  const { carry } = direct;
  const sent: { path: string; headers: Headers }[] = [];
  direct.carry = (url, request) => {
    sent.push({ path: url.pathname, headers: new Headers(request.headers) });
    return carry(url, request);
  };
  return { sent, end: () => void (direct.carry = carry) };
}

describe('a CLIProxyAPI', () => {
  it('is recognised by its front page, which is asked without a login', async () => {
    const { options, sandbox } = await start();
    expect((await kindOf(hostKinds, undefined, options)).kind).toBe('cliproxyapi');
    expect(sandbox.requests.filter(({ path }) => path === '/')).not.toEqual([]);
    expect(sandbox.requests.every(({ credential }) => credential === '')).toBe(true);
  });

  it('is recognised in safe mode, and while its management is off', async () => {
    const { options, sandbox } = await start();
    sandbox.settings.management = false;
    expect(await cliproxyapiKind.recognise(options)).toBe(true);
    const headers = { 'x-cpa-safe-mode': 'unsafe_example_api_key' };
    sandbox.addFault({ path: '/', fault: 'html', headers, times: 0 });
    expect(await cliproxyapiKind.recognise(options)).toBe(true);
  });

  it('is not recognised by a page of something else, and asked no further', async () => {
    const { options, sandbox } = await start();
    sandbox.addFault({ path: '/', fault: 'html', times: 0 });
    expect(await cliproxyapiKind.recognise(options)).toBe(false);
    expect(await refusal(cliproxyapiKind.connect(options, wrong))).toMatchObject({
      message: expect.stringContaining('does not answer as a CLIProxyAPI does') as unknown,
    });
    expect(logins(sandbox)).toEqual([]);
  });

  it('takes no password, which is not sent', async () => {
    const { options, sandbox } = await start();
    const login = { email: 'ann@example.org', password: new Secret('password-of-ann-01') };
    expect(await refusal(cliproxyapiKind.connect(options, login))).toMatchObject({ code: 'LOGIN_REFUSED' });
    expect(logins(sandbox)).toEqual([]);
  });

  it('is sent no path that ends with a slash, and no header that a proxy would set', async () => {
    const { open, sandbox } = await start();
    const { sent, end } = wiretap();
    try {
      const host = await open();
      const key = 'first-upstream-key-01';
      done(await create(host, key, aKeySpec(sandbox, key)));
      const [account] = await host.reads.accounts();
      done(await host.writes.deleteAccount(account?.id ?? ''));
      const client = host.clientKeys?.of('20261120-120000-abcdef');
      done((await client?.create()) ?? { status: 'applied', value: undefined });
      done((await client?.remove(client.name)) ?? { status: 'applied', value: undefined });
    } finally {
      end();
    }
    expect(sent.length).toBeGreaterThan(20);
    expect(sent.filter(({ path }) => path !== '/' && path.endsWith('/'))).toEqual([]);
    for (const name of ['x-forwarded-for', 'x-real-ip', 'forwarded', 'anthropic-version', 'x-management-key'])
      expect(sent.filter(({ headers }) => headers.has(name))).toEqual([]);
    expect(sent.filter(({ path, headers }) => path === '/' && headers.has('authorization'))).toEqual([]);
  });
});

describe('a login to a CLIProxyAPI', () => {
  it('is tried once, and not again after a refusal', async () => {
    const { options, sandbox } = await start();
    expect(await refusal(cliproxyapiKind.connect(options, wrong))).toMatchObject({
      code: 'LOGIN_REFUSED',
      message: 'The host refuses the login: invalid management key.',
      hint: expect.stringContaining('after five failures') as unknown,
    });
    expect(logins(sandbox).map(({ status }) => status)).toEqual([401]);
    sandbox.requests.length = 0;
    const { checks } = await cliproxyapiKind.diagnose(options, wrong);
    expect(checks.all(['login'])).toMatchObject([{ state: 'failure', code: 'LOGIN_REFUSED' }]);
    expect(logins(sandbox).map(({ status }) => status)).toEqual([401]);
  });

  it('ends with the fifth failure, whose ban is told as one', async () => {
    const { options, open, sandbox } = await start({ bans: true });
    for (let attempt = 1; attempt <= 4; attempt += 1) await refusal(cliproxyapiKind.connect(options, wrong));
    await open();
    for (let attempt = 1; attempt <= 5; attempt += 1)
      expect((await refusal(cliproxyapiKind.connect(options, wrong))).message).toContain('refuses the login');
    sandbox.requests.length = 0;
    const banned = {
      code: 'LOGIN_REFUSED',
      message: expect.stringMatching(/locked this address out: IP banned .* Try again in 30m0s/) as unknown,
      hint: expect.stringContaining('Wait half an hour') as unknown,
    };
    expect(await refusal(open())).toMatchObject(banned);
    const { checks } = await cliproxyapiKind.diagnose(options, { key: new Secret(sandbox.adminKey) });
    expect(checks.all(['login'])).toMatchObject([{ ...banned, state: 'failure' }]);
    expect(logins(sandbox)).toHaveLength(2);
  });

  it.each([
    ['remote management disabled', 'allow-remote'],
    ['remote management key not set', 'allow-remote'],
  ])('is refused to whoever is far away: %s', async (error, hint) => {
    const { open, sandbox } = await start();
    const headers = { 'x-cpa-version': 'v7.2.140' };
    sandbox.addFault({ path: '/v0/management/*', fault: 'status', status: 403, body: { error }, headers, times: 0 });
    expect(await refusal(open())).toMatchObject({
      code: 'LOGIN_REFUSED',
      message: `The host refuses the login: ${error}.`,
      hint: expect.stringContaining(hint) as unknown,
    });
  });

  it('is of no use while management is off, which is told as that', async () => {
    const { options, open, sandbox } = await start();
    sandbox.settings.management = false;
    const off = {
      code: 'LOGIN_REFUSED',
      message: `The management of ${sandbox.url} is switched off.`,
      hint: expect.stringContaining('remote-management.secret-key') as unknown,
    };
    expect(await refusal(open())).toMatchObject(off);
    const { checks } = await cliproxyapiKind.diagnose(options, { key: new Secret(sandbox.adminKey) });
    expect(checks.all(['address', 'login'])).toMatchObject([{ state: 'pass' }, { ...off, state: 'failure' }]);
  });
});
