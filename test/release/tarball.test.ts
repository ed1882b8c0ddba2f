import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa, type ExecaError } from 'execa';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const project = fileURLToPath(new URL('../../', import.meta.url));

let folder: string;
let unpacked: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'relay-tarball-'));
  // As it was built for this run.
  const { stdout } = await execa('npm', ['pack', '--ignore-scripts', '--pack-destination', folder], { cwd: project });
  await execa('tar', ['-xzf', stdout.trim().split('\n').at(-1) ?? ''], { cwd: folder });
  unpacked = join(folder, 'package');
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** Runs the command where nothing is but what was in the tarball. */
const relay = (...words: string[]) =>
  execa(process.execPath, [join(unpacked, 'bin', 'relay.js'), ...words], {
    cwd: folder,
    env: { PATH: process.env['PATH'] ?? '', HOME: folder },
    extendEnv: false,
  });

const textOf = (file: string) => readFile(join(unpacked, file), 'utf8');

describe('the tarball, unpacked into an empty folder', () => {
  it('needs no other package', async () => {
    expect(JSON.parse(await textOf('package.json'))).not.toHaveProperty('dependencies');
    const { stdout } = await relay('--version');
    expect(stdout).toMatch(/^\d+\.\d+\.\d+$/);
  });

  it('checks the packs that it brings', async () => {
    expect((await relay('validate')).stdout).toMatch(/^ok \d\d packs checked, no faults\.$/);
  });

  it('reads a pack again that differs from the one it was built with', async () => {
    const file = join(unpacked, 'packs', 'groq', 'pack.yaml');
    const text = await readFile(file, 'utf8');
    await writeFile(file, text.replace(/^id: .*$/m, 'id: other'));
    const { exitCode, stdout } = await relay('validate').catch((error: ExecaError) => error);
    await writeFile(file, text);
    expect({ exitCode, stdout }).toMatchObject({ exitCode: 2, stdout: expect.stringContaining('ID_DIFFERS') });
  });

  it('imports', async () => {
    const keys = join(unpacked, 'packs', 'kimi', 'keys.example.txt');
    const words = ['import', '--pack', 'kimi', '--keys', keys, '--host', 'sandbox'];
    await relay(...words);
    expect(await readFile(join(folder, 'relay-report.json'), 'utf8')).toContain('"batchStatus": "succeeded"');
  });

  it('hands on the licence of each package inside', async () => {
    const files = await readdir(join(unpacked, 'dist', 'cli'));
    const maps = await Promise.all(
      files.filter((file) => file.endsWith('.map')).map((file) => textOf(join('dist', 'cli', file))),
    );
    const inside = maps
      .flatMap((map) => (JSON.parse(map) as { sources: string[] }).sources)
      .flatMap((source) => /.*\/node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(source)?.[1] ?? []);
    const licences = `\n${await textOf(join('dist', 'THIRD-PARTY-LICENSES.txt'))}`;
    expect(inside).toContain('zod');
    expect([...new Set(inside)].filter((name) => !licences.includes(`\n${name} `))).toEqual([]);
  });
});
