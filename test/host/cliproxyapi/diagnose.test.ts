import { describe, expect, it } from 'vitest';
import { Secret } from '../../../src/core/secrets/secret.ts';
import { cliproxyapiKind } from '../../../src/host/cliproxyapi/kind.ts';
import { problem } from '../../../src/core/relay-error.ts';
import type { CheckId } from '../../../src/host/diagnosis.ts';
import { ask, provider } from '../../sandbox/cliproxyapi/client.ts';
import { cliProxyPorts, writesOf } from '../../support/cliproxyapi-ports.ts';

const start = cliProxyPorts();
const seen: CheckId[] = ['address', 'setup', 'version', 'login', 'plugins', 'lists'];
const plugins = '/v0/management/plugins';

async function looked() {
  const port = await start();
  const { options, sandbox } = port;
  const look = async () => {
    const { checks, ...found } = await cliproxyapiKind.diagnose(options, { key: new Secret(sandbox.adminKey) });
    return { ...found, checks: checks.all(seen), of: (id: CheckId) => checks.all(seen).find((each) => each.id === id) };
  };
  return { ...port, look };
}

describe('what the doctor tells of a CLIProxyAPI', () => {
  it('is that all is well, and nothing is written', async () => {
    const { look, sandbox } = await looked();
    const { checks, info, host } = await look();
    expect(checks.map(({ state }) => state)).toEqual(['pass', 'pass', 'pass', 'pass', 'pass', 'pass']);
    expect([info?.kind, info?.version, host === null]).toEqual(['cliproxyapi', 'dev', false]);
    expect(writesOf(sandbox)).toEqual([]);
  });

  it('is which login is missing, without one that is tried', async () => {
    const { options, sandbox } = await looked();
    const missing = problem('LOGIN_REFUSED', 'There is no key.');
    const { checks, host } = await cliproxyapiKind.diagnose(options, { missing });
    expect([checks.all(['login'])[0]?.state, host]).toEqual(['failure', null]);
    expect(sandbox.requests.map(({ path }) => path)).toEqual(['/']);
  });

  it('is safe mode, in which it serves nobody', async () => {
    const { look, sandbox } = await looked();
    sandbox.addFault({ path: '/', fault: 'html', headers: { 'x-cpa-safe-mode': '1' }, times: 0 });
    const { of } = await look();
    expect(of('setup')).toMatchObject({
      state: 'warning',
      message: expect.stringContaining('safe mode') as unknown,
      hint: expect.stringContaining('api-keys') as unknown,
    });
    expect(of('login')?.state).toBe('pass');
  });

  it('is that the gateway is open to everybody where it has no client keys', async () => {
    const { clock, look, sandbox } = await looked();
    await ask(sandbox, 'PUT /api-keys', []);
    await clock.sleep(1000);
    expect((await look()).of('setup')).toMatchObject({
      state: 'warning',
      message: expect.stringContaining('serves everybody') as unknown,
    });
  });

  it('is that plugins are on, which may let in whom they like', async () => {
    const { look, sandbox } = await looked();
    sandbox.addFault({ path: plugins, fault: 'status', status: 200, body: { plugins_enabled: true, plugins: [{}] } });
    expect((await look()).of('plugins')).toMatchObject({
      state: 'warning',
      message: expect.stringContaining('instead of the client keys') as unknown,
      hint: expect.stringContaining('401') as unknown,
    });
  });

  it.each([404, 500])('is nothing of plugins where it answers %d', async (status) => {
    const { look, sandbox } = await looked();
    sandbox.addFault({ path: plugins, fault: 'status', status, body: {}, times: 0 });
    const { of } = await look();
    expect([of('plugins')?.state, of('lists')?.state]).toEqual(['skipped', 'pass']);
  });

  it('is that the gateway is open', async () => {
    const { look, sandbox, clock } = await looked();
    await ask(sandbox, 'PUT /api-keys', []);
    await clock.sleep(1000);
    expect((await look()).info?.warnings.map(({ code }) => code)).toEqual(['GATEWAY_OPEN']);
  });

  it.each(['openai-compatibility', 'claude-api-key', 'gemini-api-key'])(
    'is that %s says something else than the file',
    async (list) => {
      const { look, sandbox, clock } = await looked();
      const entry =
        list === 'openai-compatibility' ? provider(sandbox) : { 'api-key': 'sk-a', 'base-url': 'https://a' };
      await ask(sandbox, `PUT /${list}`, [entry]);
      await clock.sleep(1000);
      expect((await look()).of('lists')?.state).toBe('pass');
      sandbox.state.file = sandbox.state.file.replace(/base-url: \S+/, 'base-url: https://other.example');
      sandbox.state.knownFile = sandbox.state.file;
      expect((await look()).of('lists')).toMatchObject({
        state: 'warning',
        message: expect.stringContaining('something else than its configuration file says') as unknown,
        hint: expect.stringContaining('restart the host') as unknown,
      });
    },
  );

  it.each([1, 3])('is not read from a file that is being written, %d times', async (times) => {
    const { look, sandbox } = await looked();
    sandbox.settings.emptyNextReads = times;
    expect((await look()).of('lists')).toMatchObject({ state: 'pass' });
  });

  it('is not read while a change of the file is being taken over', async () => {
    const { look, sandbox } = await looked();
    sandbox.settings.reloadMs = 300;
    sandbox.state.file += '\ngemini-api-key:\n  - api-key: of-somebody-else\n    base-url: https://a.example\n';
    expect((await look()).of('lists')).toMatchObject({ state: 'pass' });
  });

  it('is that the file is empty, with which the host would come up open to all', async () => {
    const { look, sandbox } = await looked();
    sandbox.settings.emptyNextReads = 1000;
    expect((await look()).of('lists')).toMatchObject({
      state: 'warning',
      message: expect.stringContaining('is empty') as unknown,
      hint: expect.stringContaining('before the host is restarted') as unknown,
    });
  });
});
