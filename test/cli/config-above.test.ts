import { chmod, chown, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startSandbox, type Sandbox } from '../support/start-sandbox.ts';
import { workplace, type Workplace } from '../support/binary.ts';

let place: Workplace;
let host: Sandbox;
let file: string;
let env: Record<string, string>;
beforeEach(async () => {
  host = await startSandbox();
  place = await workplace();
  await mkdir(join(place.folder, 'mine/deeper'), { recursive: true });
  await mkdir(join(place.folder, 'home'));
  await place.write('mine/keys.txt', 'sk-good-aaaaaaaaaaaaaaaaaaaa1\n');
  await place.write('.relayrc', `host: ${host.url}\n`);
  file = join(place.folder, '.relayrc');
  env = { RELAY_ADMIN_KEY: host.adminKey, HOME: join(place.folder, 'home') };
});
afterEach(async () => {
  await place.remove();
  await host.stop();
});

const run = (words: string[], inside = 'mine') => place.run(words, { env, inside });
const status = ['status', '--pack', 'kimi'];

describe('a host that only a file in a folder above names', () => {
  it.each([
    ['status', status],
    ['doctor', ['doctor', '--output', 'json']],
    ['import', ['import', '--pack', 'kimi', '--keys', 'keys.txt', '--yes']],
    ['validate', ['validate', 'kimi', '--host', 'prod']],
    ['a name that the file gives', [...status, '--host', 'prod']],
  ])('does not get the login of the environment: %s (A17)', async (_, words) => {
    await place.write('.relayrc', `host: prod\nhosts: { prod: { url: "${host.url}" } }\n`);
    const { exitCode, stderr } = await run(words);
    expect(exitCode).toBe(2);
    expect(stderr).toContain(
      `RELAY_ADMIN_KEY would be sent to ${host.url}, which only ${file}, in a folder above, names`,
    );
    expect(stderr).toContain(`To do: If it is meant, add --host ${host.url}, or --config ${file}.`);
    expect(host.requests).toEqual([]);
  });

  it('does not get a password of the environment, nor a login that an option names (A17)', async () => {
    env = { HOME: env['HOME'] ?? '', RELAY_ADMIN_EMAIL: host.adminEmail, RELAY_ADMIN_PASSWORD: host.adminPassword };
    expect(await run(status)).toMatchObject({ exitCode: 2 });
    await place.write('mine/admin-key', host.adminKey);
    expect(await run([...status, '--admin-key-file', 'admin-key'])).toMatchObject({ exitCode: 2 });
    expect(host.requests).toEqual([]);
  });

  it('gets it when the hint is followed, when the file lies here, and when it has a login itself (A17)', async () => {
    expect(await run([...status, '--host', host.url])).toMatchObject({ exitCode: 0 });
    expect(await run([...status, '--config', file])).toMatchObject({ exitCode: 0 });
    expect(await run(status, '.')).toMatchObject({ exitCode: 0 });
    env['RELAY_HOST'] = host.url;
    expect(await run(status)).toMatchObject({ exitCode: 0 });
    await place.write('admin-key', host.adminKey);
    await place.write('.relayrc', `host: ${host.url}\nadminKeyFile: admin-key\n`);
    env = { HOME: env['HOME'] ?? '' };
    expect(await run(status)).toMatchObject({ exitCode: 0 });
  });

  it('gets it where the folder above is the home of the user (A17)', async () => {
    env['HOME'] = place.folder;
    expect(await run(status)).toMatchObject({ exitCode: 0 });
  });
});

describe('a configuration file that others may have written', () => {
  it.each(['mine', '.'])('is refused in %s, with what helps (A17)', async (inside) => {
    await chmod(file, 0o666);
    const { exitCode, stderr } = await run([...status, '--host', host.url], inside);
    expect([exitCode, stderr]).toEqual([2, expect.stringContaining('CONFIG_UNTRUSTED: Anybody may write')]);
    expect(stderr).toContain(`\`chmod o-w ${file}\``);
    expect(await run([...status, '--config', file], inside)).toMatchObject({ exitCode: 0 });
    await chmod(file, 0o664);
    expect(await run([...status, '--host', host.url], inside)).toMatchObject({ exitCode: 0 });
  });

  it.runIf(process.geteuid?.() === 0)('is refused above when it is another user’s (A17)', async () => {
    await chown(file, 65_534, 65_534);
    const { exitCode, stderr } = await run([...status, '--host', host.url]);
    expect([exitCode, stderr]).toEqual([2, expect.stringContaining('in a folder above, is another user')]);
    expect(await run([...status, '--config', file])).toMatchObject({ exitCode: 0 });
    expect(host.requests.length).toBeGreaterThan(0);
  });
});
