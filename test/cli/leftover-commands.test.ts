import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startSandbox } from '../support/start-sandbox.ts';
import { importWords, workplace, type Workplace } from '../support/binary.ts';

let place: Workplace;
beforeAll(async () => {
  place = await workplace();
  await place.write('keys.txt', 'sk-dead-bbbbbbbbbbbbbbbbbbbb2');
});
afterAll(() => place.remove());

describe('the command that is given for what undo had to leave', () => {
  it.each([
    ['an admin key in the environment', [], ['RELAY_ADMIN_KEY'], 'key'],
    ['an admin key of another variable', [], ['SUB2API_ADMIN_API_KEY'], 'key'],
    ['an admin key in a file', ['--admin-key-file', 'admin key.txt'], [], 'key'],
    ['a password in the environment', ['--admin-email', 'admin@relay.test'], ['RELAY_ADMIN_PASSWORD'], 'password'],
    [
      'a password in a file',
      ['--admin-email', 'admin@relay.test', '--admin-password-file', "the admin's password"],
      [],
      'password',
    ],
  ] as const)('works with %s', async (_, words, variables, kind) => {
    const plans = '/api/v1/admin/payment/plans/*';
    const host = await startSandbox({ faults: [{ method: 'DELETE', path: plans, fault: 'status', times: 3 }] });
    try {
      // One that JSON and a shell would take for something else.
      const secret = kind === 'key' ? host.adminKey : String.raw`a"b\c$d'e f0123456789`;
      if (kind === 'password')
        for (const user of host.state.users.values()) if (user.email === host.adminEmail) user.password = secret;
      const file = words.at(-1);
      if (file !== undefined && variables.length === 0) await place.write(file, `${secret}\n`);
      const env = Object.fromEntries(variables.map((name) => [name, secret]));
      const run = await place.run(importWords(host, '--no-report', ...words), { env });
      expect(run.exitCode).toBe(6);
      const [, command = ''] = /left: tariff .* removed: (curl .*)$/m.exec(run.stderr) ?? [];
      expect(command).not.toContain(secret);
      expect(host.state.plans.size).toBe(1);
      await execa('sh', ['-c', command], { cwd: place.folder, env, stdin: 'ignore' });
      expect(host.state.plans.size).toBe(0);
    } finally {
      await host.stop();
    }
  });
});
