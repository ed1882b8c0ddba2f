import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startSandbox, type Sandbox } from '../support/start-sandbox.ts';
import { importWords, workplace, type Workplace } from '../support/binary.ts';

const keys = ['sk-good-revoke-000000000001', 'sk-good-revoke-000000000002'];

let place: Workplace;
let host: Sandbox;
beforeEach(async () => {
  place = await workplace();
  host = await startSandbox();
  await place.write('keys.txt', keys.join('\n'));
  const first = await run(...importWords(host));
  if (first.exitCode !== 0) throw new Error(first.stderr);
});
afterEach(async () => {
  await host.stop();
  await place.remove();
});

const run = (...args: string[]) => place.run(args, { env: { RELAY_ADMIN_KEY: host.adminKey } });
const revoke = (...more: string[]) => run('revoke', '--host', host.url, ...more);
const accounts = () => [...host.state.accounts.values()];
/** As accounts of earlier runs are. */
function forgetEnds(of: ReturnType<typeof accounts>): void {
  for (const account of of) delete (account.extra['relay'] as { last4?: string }).last4;
}
const inService = () =>
  accounts()
    .filter(({ schedulable }) => schedulable)
    .map(({ name }) => name);

describe('relay revoke', () => {
  it('takes the account of one key out of service, and names the file that still holds the key', async () => {
    const done = await revoke('--last4', '0002', '--yes');
    expect(done).toMatchObject({ exitCode: 0, stdout: expect.stringContaining('kimi-cn-02') as unknown });
    expect(done.stdout).toMatch(/keys\.txt may still hold\s+the key|keys\.txt may still hold the key/);
    expect(inService()).toEqual(['kimi-cn-01']);
    // The same import again leaves it where a person put it.
    const again = await run(...importWords(host));
    expect(again.exitCode).toBe(0);
    expect(inService()).toEqual(['kimi-cn-01']);
  });

  it('holds, whatever becomes of the account: a host that found the key dead, a test that it passes later', async () => {
    expect((await revoke('--last4', '0002', '--yes')).exitCode).toBe(0);
    const [, account] = accounts();
    if (account === undefined) throw new Error('no account');
    account.status = 'error';
    const again = await run(...importWords(host, '--mode', 'partial'));
    expect(again.stdout).toContain('KEY_REVOKED: ');
    expect((await run('probe', '--pack', 'kimi', '--host', host.url, '--revive')).exitCode).toBe(0);
    expect(inService()).toEqual(['kimi-cn-01']);
    expect((await run('status', '--pack', 'kimi', '--host', host.url)).stdout).toMatch(/kimi-cn-02 \(\d+\) {2}revoked/);
  });

  it('says when the provider serves nobody any more, and a probe says the same without waiting', async () => {
    const first = await revoke('--last4', '0001', '--yes');
    expect(first.stdout).not.toContain('serves nobody');
    const last = await revoke('--last4', '0002', '--yes');
    expect(last).toMatchObject({
      exitCode: 0,
      stdout: expect.stringContaining('kimi-cn serves nobody now') as unknown,
    });
    const asked = host.requests.length;
    const probe = await run('probe', '--pack', 'kimi', '--host', host.url);
    expect(probe).toMatchObject({ exitCode: 7, stdout: expect.stringContaining('2 out of service') as unknown });
    expect(probe.stderr).toContain('No account is in service.');
    const completions = host.requests.slice(asked).filter(({ path }) => path.endsWith('/chat/completions'));
    expect(completions).toHaveLength(1);
  });

  it('is why an import of such keys alone ends without an account that works, and what to do is said', async () => {
    expect((await revoke('--last4', '0001', '--yes')).exitCode).toBe(0);
    expect((await revoke('--last4', '0002', '--yes')).exitCode).toBe(0);
    const again = await run(...importWords(host));
    expect(again).toMatchObject({ exitCode: 7, stderr: expect.stringContaining('KEY_REVOKED: ') as unknown });
    expect(again.stderr).toMatch(/Take the key out of the key file, and put a new one in its place\./);
    // With something else to do the gateway is asked, once: nothing that could answer it is in service.
    const asked = host.requests.length;
    expect((await run(...importWords(host, '--user', host.userEmail))).exitCode).toBe(7);
    const completions = host.requests.slice(asked).filter(({ path }) => path.endsWith('/chat/completions'));
    expect(completions).toHaveLength(1);
  });

  it('looks at all providers of a pack', async () => {
    await place.write('intl-keys.txt', 'sk-good-revoke-000000000003');
    const intl = await run(...importWords(host, '--provider', 'kimi-intl', '--keys', 'intl-keys.txt'));
    expect(intl.exitCode).toBe(0);
    expect(await revoke('--last4', '0003', '--pack', 'kimi', '--yes')).toMatchObject({
      exitCode: 0,
      stdout: expect.stringContaining('of kimi-intl') as unknown,
    });
  });

  it('asks before it does so', async () => {
    const refused = await revoke('--name', 'kimi-cn-01');
    expect(refused).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('CONSENT_NEEDED') as unknown });
    expect(inService()).toHaveLength(2);
  });

  it('refuses where no account is meant, or several are, and names those', async () => {
    expect(await revoke('--last4', 'zzzz', '--yes')).toMatchObject({
      exitCode: 2,
      stderr: expect.stringContaining('KEY_NOT_FOUND') as unknown,
    });
    const both = await run(...importWords(host, '--access', 'self-service'));
    expect(both.exitCode).toBe(0);
    const several = await revoke('--last4', '0001', '--yes');
    expect(several.exitCode).toBe(2);
    expect(several.stderr).toMatch(/KEY_AMBIGUOUS[^]*kimi-cn-01 \(\d+\)[^]*kimi-cn-self-01 \(\d+\)/);
    expect(inService()).toHaveLength(4);
  });

  it('knows accounts of earlier runs, which do not say how their keys end, by a key file', async () => {
    forgetEnds(accounts());
    expect((await revoke('--last4', '0001', '--yes')).stderr).toContain('--keys FILE');
    expect((await revoke('--last4', '0001', '--keys', 'keys.txt', '--yes')).exitCode).toBe(0);
    expect(inService()).toEqual(['kimi-cn-02']);
  });

  it('says that another account serves with the same key, whether or not it says how the key ends', async () => {
    const both = await run(...importWords(host, '--access', 'self-service'));
    expect(both.exitCode).toBe(0);
    forgetEnds(accounts().slice(0, 2));
    // The key that one account tells is known with it in the other.
    const several = await revoke('--last4', '0001', '--yes');
    expect(several).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('kimi-cn-01') as unknown });
    const done = await revoke('--name', 'kimi-cn-self-01', '--yes');
    expect(done.exitCode).toBe(5);
    expect(done.stdout).toMatch(/✖ kimi-cn-01 \(\d+\) of kimi-cn .* relay revoke --host \S+ --name kimi-cn-01$/m);
    expect(done.stderr).toMatch(
      /\nThe key serves still: 1 other account holds it\.\n.*out of service\.\nNext: relay revoke .* --name kimi-cn-01$/,
    );
    expect((await revoke('--name', 'kimi-cn-01', '--yes')).exitCode).toBe(0);
    expect(inService()).toEqual(['kimi-cn-02', 'kimi-cn-self-02']);
  });

  it('says how many accounts it could not look at', async () => {
    forgetEnds(accounts().slice(1));
    const done = await revoke('--last4', '0001', '--yes');
    expect(done).toMatchObject({ exitCode: 0, stdout: expect.stringContaining('keys of 1 account end') as unknown });
  });

  it.each([
    [[], 'Which key is meant?'],
    [['--last4', 'much-more-than-four'], 'the last four characters'],
    [['--name', 'x', '--provider', 'kimi-cn'], '--provider needs --pack'],
  ])('refuses %j before the host is asked', async (more, message) => {
    host.requests.length = 0;
    const refused = await revoke(...more);
    expect(refused).toMatchObject({ exitCode: 2, stderr: expect.stringContaining(message) as unknown });
    expect(host.requests).toEqual([]);
  });
});
