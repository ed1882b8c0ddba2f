import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { startSandbox, type Sandbox } from '../support/start-sandbox.ts';
import { spellings, type Spelling } from '../../src/sandbox/spellings.ts';
import { leaksIn } from '../support/canaries.ts';
import { importWords, workplace, type Workplace } from '../support/binary.ts';

const canaries = [
  'sk-echo-canary-AAAAAAAAAAAAAAAA',
  'sk-good-canary-BBBBBBBBBBBBBBBB',
  'sk-dead-canary-CCCCCCCCCCCCCCCC',
];

let place: Workplace;
let sandbox: Sandbox | undefined;
beforeAll(async () => {
  place = await workplace();
  await place.write('keys.txt', canaries.join('\n'));
});
afterAll(() => place.remove());
afterEach(async () => {
  await sandbox?.stop();
  sandbox = undefined;
});

async function everythingWritten(...texts: string[]): Promise<string> {
  const entries = await readdir(place.folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile() && entry.name !== 'keys.txt');
  // The journal and the locks are below the home folder, which is this one.
  expect(files.some((file) => file.name.endsWith('.jsonl'))).toBe(true);
  const read = await Promise.all(files.map((file) => readFile(join(file.parentPath, file.name), 'utf8')));
  return [...texts, ...read].join('\n');
}

describe('no secret leaves, whatever the host or the vendor echoes (N1)', () => {
  it.each([
    ['strict', []],
    ['partial', []],
    ['partial', ['--output', 'json']],
    ['partial', ['--report', '-']],
  ] as const)('%s %j with --verbose', async (mode, more) => {
    sandbox = await startSandbox();
    const host = sandbox;
    const args = [
      'import',
      '--pack',
      'kimi',
      '--keys',
      'keys.txt',
      '--mode',
      mode,
      '--host',
      host.url,
      '--base-url',
      `${host.vendorUrl}/v1`,
      '--verbose',
      ...more,
    ];
    const run = await place.run(args, { env: { RELAY_ADMIN_KEY: host.adminKey } });
    expect(run.exitCode).toBe(mode === 'strict' ? 4 : 5);
    const text = await everythingWritten(run.stdout, run.stderr);
    expect(text).toContain('Invalid Authentication');
    expect(leaksIn(text, [...canaries, host.adminKey])).toEqual([]);
    expect(run.stdout + run.stderr).not.toMatch(/\u001B\[31m/);
  });

  it.each([
    [
      'a refusal that quotes the request',
      {
        fault: 'status',
        status: 400,
        body: {
          code: 400,
          message: `failed: ${canaries[1]} \u001B]0;owned\u0007 ${Buffer.from(canaries[1] ?? '').toString('base64')}`,
        },
      },
    ],
    [
      'a key cut in half by a control character',
      { fault: 'status', status: 400, body: { code: 400, message: 'bad key sk-good-cana\u0000ry-BBBBBBBBBBBBBBBB' } },
    ],
    ['an error that quotes all secrets in every spelling', { fault: 'echo' }],
    ['a proxy page', { fault: 'status', status: 502, body: `<html>${canaries[1]}</html>` }],
  ] as const)('%s', async (_name, fault) => {
    sandbox = await startSandbox({
      faults: [{ method: 'POST', path: '/api/v1/admin/accounts/batch', times: 0, ...fault }],
    });
    const args = importWords(sandbox, '--verbose');
    const run = await place.run(args, { env: { RELAY_ADMIN_KEY: sandbox.adminKey } });
    expect([4, 6]).toContain(run.exitCode);
    const text = await everythingWritten(run.stdout, run.stderr);
    expect(leaksIn(text, [...canaries, sandbox.adminKey])).toEqual([]);
    expect(text).not.toContain('\u001B]0;');
  });
});

/** Shaped like no known credential, so that only knowing it can hide it. */
const shapeless = 'zk7Qm9Xv2LpR4tWc8NbHd5Jf3GsYa6Ue1KoTi0Pz';

describe('no spelling of a key leaves (N1, A12)', () => {
  it.each(Object.keys(spellings) as Spelling[])('%s', async (spelling) => {
    const spelled = spellings[spelling](shapeless);
    for (const text of [spelled, JSON.stringify(spelled)]) expect(leaksIn(text, [shapeless])).toEqual([shapeless]);
    // One text for each, since a text is hidden whole for what can be read in a part of it.
    const echo = { fault: 'echo', spelling, times: 0 } as const;
    sandbox = await startSandbox({
      faults: ['/api/v1/admin/accounts/batch', '/api/v1/admin/accounts/*/test'].map((path) => ({ ...echo, path })),
    });
    await place.write('shapeless-keys.txt', shapeless);
    const words = importWords(sandbox, '--verbose', '--html', 'r.html', '--junit', 'r.xml', '--markdown', 'r.md');
    const args = words.map((word) => (word === 'keys.txt' ? 'shapeless-keys.txt' : word));
    const run = await place.run(args, { env: { RELAY_ADMIN_KEY: sandbox.adminKey } });
    expect([4, 6]).toContain(run.exitCode);
    expect(run.stderr).toMatch(/\[redacted\]|\[hidden, may hold a key/);
  });
});
