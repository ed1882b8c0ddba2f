import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startSandbox, type Sandbox } from '../../src/sandbox/start-sandbox.ts';
import { importWords, workplace, type Workplace } from '../support/binary.ts';

const keys = ['sk-good-revoke-000000000001', 'sk-good-revoke-000000000002'];

let place: Workplace;
let host: Sandbox;
beforeEach(async () => {
  place = await workplace();
  host = await startSandbox();
  await place.write('keys.txt', keys.join('\n'));
  const first = await run(...importWords(host).slice(0));
  if (first.exitCode !== 0) throw new Error(first.stderr);
});
afterEach(async () => {
  await host.stop();
  await place.remove();
});

const run = (...args: string[]) => place.run(args, { env: { RELAY_ADMIN_KEY: host.adminKey } });
const revoke = (...more: string[]) => run('revoke', '--host', host.url, ...more);
const accounts = () => [...host.state.accounts.values()];
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
    for (const account of accounts()) delete (account.extra['relay'] as { last4?: string }).last4;
    expect((await revoke('--last4', '0001', '--yes')).stderr).toContain('--keys FILE');
    expect((await revoke('--last4', '0001', '--keys', 'keys.txt', '--yes')).exitCode).toBe(0);
    expect(inService()).toEqual(['kimi-cn-02']);
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
