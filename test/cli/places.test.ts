import { execFileSync } from 'node:child_process';
import { link, mkdir, readFile, stat, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startSandbox, type Sandbox } from '../support/start-sandbox.ts';
import { importWords, workplace, type Workplace } from '../support/binary.ts';

const keys = 'sk-good-aaaaaaaaaaaaaaaaaaaa1\nsk-good-bbbbbbbbbbbbbbbbbbbb2\n';

let host: Sandbox;
let place: Workplace;
beforeEach(async () => {
  place = await workplace();
  host = await startSandbox();
  await place.write('keys.txt', keys);
  await place.write('admin-key', host.adminKey);
});
afterEach(async () => {
  await host.stop();
  await place.remove();
});

const run = (...more: string[]) =>
  place.run(importWords(host, '--admin-key-file', 'admin-key', ...more), { env: { RELAY_STATE_DIR: 'state' } });
const fifo = (name: string) => execFileSync('mkfifo', [join(place.folder, name)]);

describe('a report that would take the place of what the command reads', () => {
  const links: Record<string, () => Promise<unknown>> = {
    soft: () => symlink('keys.txt', join(place.folder, 'soft')),
    hard: async () => {
      await mkdir(join(place.folder, 'hard'));
      await link(join(place.folder, 'keys.txt'), join(place.folder, 'hard/keys.txt'));
    },
    folder: async () => symlink(place.folder, join(place.folder, 'folder')),
    state: () => mkdir(join(place.folder, 'state/runs'), { recursive: true }),
  };

  it.each([
    ['the keys', '--report', 'keys.txt', '--keys'],
    ['the keys, by another spelling', '--html', './state/../keys.txt', '--keys'],
    ['the keys, through a link', '--markdown', 'soft', '--keys'],
    ['the keys, as another name of the file', '--junit', 'hard/keys.txt', '--keys'],
    ['the keys, through a folder', '--report', 'folder/keys.txt', '--keys'],
    ['the admin key', '--report', 'admin-key', '--admin-key-file'],
    ['the users', '--html', 'users.txt', '--users'],
    ['the configuration', '--report', 'relay.config.yaml', 'the configuration file'],
    ['a journal', '--report', 'state/runs/20260101-000000-000000.jsonl', 'the journals of relay'],
  ])('%s: refused before the run', async (_name, option, file, named) => {
    await place.write('users.txt', 'user@relay.test\n');
    await place.write('relay.config.yaml', 'mode: strict\n');
    for (const make of Object.values(links)) await make();
    const before = await readFile(join(place.folder, 'keys.txt'), 'utf8');
    const refused = await run('--users', 'users.txt', option, file);
    expect(refused.stderr).toContain(`${option} would overwrite what ${named} names`);
    expect(refused.exitCode).toBe(2);
    expect(await readFile(join(place.folder, 'keys.txt'), 'utf8')).toBe(before);
    expect(host.requests).toEqual([]);
  });

  it('is refused for resume as well, and for a list of imports', async () => {
    expect((await run()).exitCode).toBe(0);
    const [id = ''] = (
      await place.run(['runs', 'list', '--output', 'json'], { env: { RELAY_STATE_DIR: 'state' } })
    ).stdout.match(/\d{8}-\d{6}-[0-9a-f]{10}/) ?? [''];
    const resumed = await place.run(['resume', id, '--keys', 'keys.txt', '--report', 'keys.txt'], {
      env: { RELAY_STATE_DIR: 'state', RELAY_ADMIN_KEY: host.adminKey },
    });
    expect(resumed).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('what --keys names') as unknown });
    await place.write('imports.yaml', 'imports: [{ pack: kimi, keys: keys.txt }]\n');
    for (const file of ['imports.yaml', 'keys.txt']) {
      const several = await place.run(['import', '--file', 'imports.yaml', '--host', host.url, '--report', file], {
        env: { RELAY_ADMIN_KEY: host.adminKey },
      });
      expect(several).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('would overwrite') as unknown });
    }
    expect(await readFile(join(place.folder, 'keys.txt'), 'utf8')).toBe(keys);
  });

  it('is written over the report that the failed keys come from', async () => {
    expect((await run()).exitCode).toBe(0);
    const again = await run('--only-failed', '--from-report', 'relay-report.json', '--report', 'relay-report.json');
    expect(again.stderr).not.toContain('would overwrite');
  });
});

describe('a report to what is no regular file', () => {
  it('goes into a pipe that somebody reads, and leaves it one', async () => {
    fifo('pipe');
    const reader = readFile(join(place.folder, 'pipe'), 'utf8');
    const done = await run('--report', 'pipe');
    expect(done.exitCode).toBe(0);
    expect(JSON.parse(await reader)).toMatchObject({ exitCode: 0 });
    expect((await stat(join(place.folder, 'pipe'))).isFIFO()).toBe(true);
  });

  it('is refused before the run where nobody reads the pipe', async () => {
    fifo('pipe');
    const refused = await run('--report', 'pipe');
    expect(refused).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('FILE_UNWRITABLE') as unknown });
    expect(host.requests).toEqual([]);
  });

  it('goes to /dev/null, which stays a device', async () => {
    expect((await run('--report', '/dev/null', '--html', '/dev/null')).exitCode).toBe(2);
    expect((await run('--report', '/dev/null')).exitCode).toBe(0);
    expect((await stat('/dev/null')).isCharacterDevice()).toBe(true);
  });
});

describe('an input that never ends, or that nobody writes', () => {
  it.each([
    ['--keys', '/dev/zero'],
    ['--keys', 'pipe'],
    ['--users', '/dev/zero'],
    ['--users', 'pipe'],
    ['--admin-key-file', '/dev/zero'],
    ['--probe-key-file', 'pipe'],
    ['--config', '/dev/zero'],
    ['--config', 'pipe'],
    ['--from-report', '/dev/zero'],
    ['--file', '/dev/zero'],
  ])('%s %s: refused at once', async (option, file) => {
    if (file === 'pipe') fifo('pipe');
    const words =
      option === '--file'
        ? ['import', '--file', file, '--host', host.url]
        : importWords(host, '--admin-key-file', 'admin-key', option, file);
    const refused = await place.run([...words, ...(option === '--from-report' ? ['--only-failed'] : [])]);
    expect(refused.stderr).toContain('it is no regular file');
    expect(refused.exitCode).toBe(2);
    expect(host.requests).toEqual([]);
  });
});
