import { spawnSync } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { shellWord } from '../../src/core/shell-word.ts';
import { startSandbox, type Sandbox } from '../support/start-sandbox.ts';
import { importWords, relayBinary, stallAt, workplace, type Workplace } from '../support/binary.ts';

/** `script` gives a command a terminal, and prints what the terminal got. */
const hasScript = spawnSync('script', ['--version']).status === 0 && process.platform === 'linux';

let place: Workplace;
let host: Sandbox;
beforeAll(async () => {
  place = await workplace();
  await place.write('keys.txt', 'sk-good-aaaaaaaaaaaaaaaaaaaa1');
});
afterAll(() => place.remove());
afterEach(() => host.stop());

describe.skipIf(!hasScript)('the cursor of a terminal', () => {
  it.each([
    ['an end as planned', undefined],
    ['an end in order', 'SIGTERM'],
    ['kill -9, which nothing can catch', 'SIGKILL'],
  ] as const)('is never hidden, so that it is there after %s', async (_, signal) => {
    host = await startSandbox();
    const tested = signal === undefined ? undefined : stallAt(host, 'POST', '*/test');
    const words = [process.execPath, relayBinary, ...importWords(host, '--no-report')].map(shellWord).join(' ');
    const child = execa('script', ['-qec', `stty columns 100 rows 30; echo $$ > pid; exec ${words}`, '/dev/null'], {
      cwd: place.folder,
      env: { PATH: process.env['PATH'] ?? '', HOME: place.folder, TERM: 'xterm', RELAY_ADMIN_KEY: host.adminKey },
      extendEnv: false,
      reject: false,
      stdin: 'ignore',
    });
    if (signal !== undefined) {
      await tested;
      process.kill(Number(await readFile(join(place.folder, 'pid'), 'utf8')), signal);
    }
    const { stdout } = await child;
    // It draws its lines again and again.
    expect(stdout).toContain('\u001B[2K');
    expect(stdout).toMatch(/Test 1 account|Apply/);
    expect(stdout).not.toContain('\u001B[?25l');
  });
});

describe.skipIf(!hasScript)('a result that is piped, with a terminal for the rest', () => {
  it.each([
    ['status', '--pack', 'kimi', '--output', 'json'],
    ['plan', '--pack', 'kimi', '--keys', 'keys.txt', '--output', 'json'],
  ])('is all that standard output gets: %s', async (...words) => {
    host = await startSandbox();
    const asked = [process.execPath, relayBinary, ...words, '--host', host.url].map(shellWord).join(' ');
    const { stdout } = await execa('script', ['-qec', `stty columns 100 rows 30; ${asked} > out.json`, '/dev/null'], {
      cwd: place.folder,
      env: { PATH: process.env['PATH'] ?? '', HOME: place.folder, TERM: 'xterm', RELAY_ADMIN_KEY: host.adminKey },
      extendEnv: false,
      reject: false,
      stdin: 'ignore',
    });
    expect(JSON.parse(await readFile(join(place.folder, 'out.json'), 'utf8'))).toHaveProperty('schema');
    expect(stdout).toContain('sub2api 0.1.179');
  });
});
