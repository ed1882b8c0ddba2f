import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { execa } from 'execa';
import { startSandbox, type Sandbox } from '../support/start-sandbox.ts';
import { importWords, relayBinary, workplace } from '../support/binary.ts';
import { sweeping } from '../support/sweep.ts';
import { wholeState } from '../support/import-run.ts';
import { goodKeys as keys } from '../support/keys.ts';

const args = (host: Sandbox) => importWords(host, '--user', 'user@relay.test=7', '--no-report', '--quiet');
const comparable = (host: Sandbox) =>
  JSON.parse(JSON.stringify(wholeState(host)).replaceAll(host.vendorUrl, 'VENDOR')) as unknown;

let cases = 0;
afterAll(() => {
  if (cases > 0)
    process.stdout.write(`binary sweep: ${cases} processes were killed and their runs finished or undone\n`);
});

/** Every request of an import, killed by the system while it is in flight. Takes minutes: `npm run sweep`. */
describe.skipIf(!sweeping)('the real binary, killed at every request', () => {
  it.each([
    ['not carried out', 'drop-before', 'resume'],
    ['not carried out', 'drop-before', 'rollback'],
    ['carried out after the kill', 'delay', 'resume'],
    ['carried out after the kill', 'delay', 'rollback'],
  ] as const)('that is %s (%s): %s', async (_name, fault, finish) => {
    const place = await workplace();
    await place.write('keys.txt', keys.join('\n'));
    const undisturbed = await startSandbox();
    const before = comparable(undisturbed);
    await place.run(args(undisturbed), {
      env: { RELAY_ADMIN_KEY: undisturbed.adminKey, RELAY_STATE_DIR: join(place.folder, 'first') },
    });
    const desired = comparable(undisturbed);
    const total = undisturbed.requests.length;
    await undisturbed.stop();

    for (let k = 1; k <= total; k += 1) {
      const host = await startSandbox({ faults: [{ path: '*', nth: k, fault, ms: 150 }] });
      const stateDir = join(place.folder, `${fault}-${finish}-${k}`);
      const env = { RELAY_ADMIN_KEY: host.adminKey, RELAY_STATE_DIR: stateDir };
      const child = execa(process.execPath, [relayBinary, ...args(host)], {
        cwd: place.folder,
        env: { ...env, PATH: process.env['PATH'] ?? '' },
        extendEnv: false,
        reject: false,
        stdin: 'ignore',
      });
      while (host.requests.length < k && child.exitCode === null) await new Promise((resolve) => setImmediate(resolve));
      child.kill('SIGKILL');
      await child;
      const [file] = await readdir(join(stateDir, 'runs')).catch(() => []);
      const where = `request ${k}, ${host.requests[k - 1]?.method} ${host.requests[k - 1]?.path}`;
      if (file === undefined) expect({ where, state: comparable(host) }).toEqual({ where, state: before });
      else {
        const id = file.replace('.jsonl', '');
        const more = finish === 'resume' ? ['--keys', 'keys.txt', '--no-report'] : ['--yes'];
        const run = await place.run([finish, id, '--quiet', ...more], { env });
        expect({ where, exitCode: run.exitCode, stderr: run.stderr, state: comparable(host) }).toEqual({
          where,
          exitCode: 0,
          stderr: '',
          state: finish === 'resume' ? desired : before,
        });
      }
      cases += 1;
      await host.stop();
    }
    await place.remove();
  });
});
