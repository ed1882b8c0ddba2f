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

interface Bom {
  bomFormat: string;
  metadata: { component: { name: string; version: string } };
  components: { name: string; version: string; hashes?: { content: string }[] }[];
}

/** The packages of which something is in the build, as its source maps tell. */
async function packagesInside(): Promise<string[]> {
  const files = await readdir(join(unpacked, 'dist', 'cli'));
  const maps = await Promise.all(
    files.filter((file) => file.endsWith('.map')).map((file) => textOf(join('dist', 'cli', file))),
  );
  return maps
    .flatMap((map) => (JSON.parse(map) as { sources: string[] }).sources)
    .flatMap((source) => /.*\/node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(source)?.[1] ?? []);
}

const textOf = (file: string) => readFile(join(unpacked, file), 'utf8');

describe('the tarball, unpacked into an empty folder', () => {
  it('needs no other package', async () => {
    expect(JSON.parse(await textOf('package.json'))).not.toHaveProperty('dependencies');
    const { stdout } = await relay('--version');
    expect(stdout).toMatch(/^\d+\.\d+\.\d+$/);
  });

  it('holds what is meant for users, and nothing else', async () => {
    const tops = await readdir(unpacked);
    expect(tops.toSorted()).toEqual(['LICENSE', 'README.md', 'bin', 'dist', 'docs', 'package.json', 'packs']);
    const all = await readdir(unpacked, { recursive: true });
    expect(
      all.filter((file) => /\.(?:ts|png|tgz|log|env)$|(?:^|\/)(?:src|test|node_modules|\.git)/.test(file)),
    ).toEqual([]);
    expect(await readdir(join(unpacked, 'bin'))).toEqual(['relay.js']);
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
    const inside = await packagesInside();
    const licences = `\n${await textOf(join('dist', 'THIRD-PARTY-LICENSES.txt'))}`;
    expect(inside).toContain('zod');
    expect([...new Set(inside)].filter((name) => !licences.includes(`\n${name} `))).toEqual([]);
  });

  it('says what is inside, with the digests of the lock file', async () => {
    const { bomFormat, metadata, components } = JSON.parse(await textOf(join('dist', 'sbom.cdx.json'))) as Bom;
    const { name, version } = JSON.parse(await textOf('package.json')) as Bom['components'][number];
    expect([bomFormat, metadata.component.name, metadata.component.version]).toEqual(['CycloneDX', name, version]);
    expect(new Set(components.map((each) => each.name))).toEqual(new Set(await packagesInside()));
    const { packages } = JSON.parse(await readFile(join(project, 'package-lock.json'), 'utf8')) as {
      packages: Record<string, { integrity?: string; version: string }>;
    };
    const locked = Object.entries(packages).map(([path, each]) => {
      const digest = Buffer.from(each.integrity?.replace('sha512-', '') ?? '', 'base64').toString('hex');
      return `${path.replace(/^.*node_modules\//, '')} ${each.version} ${digest}`;
    });
    const told = components.map((each) => `${each.name} ${each.version} ${each.hashes?.[0]?.content}`);
    expect(told.filter((each) => !locked.includes(each))).toEqual([]);
  });

  it('is ready for a registry, with nothing that a program could import', async () => {
    const manifest = JSON.parse(await textOf('package.json')) as Record<string, unknown>;
    expect(manifest).toMatchObject({
      publishConfig: { access: 'public', provenance: true },
      exports: { './package.json': './package.json' },
      bin: { relay: 'bin/relay.js' },
    });
    expect(manifest).not.toHaveProperty('private');
  });
});
