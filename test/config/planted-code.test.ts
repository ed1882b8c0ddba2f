import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { relayBinary } from '../support/binary.ts';

let folder: string;
beforeEach(async () => {
  folder = await realpath(await mkdtemp(join(tmpdir(), 'relay-planted-')));
});
afterEach(async () => {
  await rm(folder, { recursive: true });
});

const wasRun = () => existsSync(join(folder, 'was-run'));

/** Puts code there that leaves a file behind when it is run. */
async function plant(name: string): Promise<void> {
  const write = `writeFileSync(${JSON.stringify(join(folder, 'was-run'))}, '')`;
  const isModule = /\.(?:mjs|ts)$/.test(name);
  const text = isModule
    ? `import { writeFileSync } from 'node:fs';\n${write};\nexport default {};\n`
    : `const { writeFileSync } = require('node:fs');\n${write};\nmodule.exports = {};\n`;
  await put(name, text);
}

async function put(name: string, text: string): Promise<void> {
  await mkdir(join(folder, name, '..'), { recursive: true });
  await writeFile(join(folder, name), text);
}

/** In a process of its own, as built: code that is loaded late would escape a look from inside this one. */
async function load(named?: string): Promise<{ file?: string | null; code?: string; message?: string }> {
  const words = ['config', 'show', '--output', 'json', ...(named === undefined ? [] : ['--config', named])];
  const { file, errors = [] } = JSON.parse(await inside([relayBinary, ...words])) as {
    file?: string | null;
    errors?: { code: string; message: string }[];
  };
  return errors[0] ?? { file };
}

async function inside(words: string[]): Promise<string> {
  const env = { PATH: process.env['PATH'] ?? '', HOME: join(folder, 'home') };
  const { stdout } = await execa(process.execPath, words, { cwd: folder, env, extendEnv: false, reject: false });
  return stdout;
}

const code = ['.config/config.js', '.config/config.mjs', '.config/config.cjs', '.config/config.ts'];

describe('code that was planted where a configuration is looked for', () => {
  it.each([
    ['.config/config.js', ''],
    ['evil.js', '{"cosmiconfig":{"searchPlaces":["evil.js"]}}'],
    ['evil.js', '{"$import":["../evil.js"],"cosmiconfig":{}}'],
  ])('would be run as %s by the search library when it is left alone', async (name, settings) => {
    await plant(name);
    if (settings !== '') await put('.config/config.json', settings);
    const search = `import { cosmiconfig } from ${JSON.stringify(import.meta.resolve('cosmiconfig'))}; try { await cosmiconfig('relay').search(); } catch {}`;
    await inside(['--input-type=module', '-e', search]);
    expect(wasRun()).toBe(true);
  });

  it.each(code)('is refused as %s, and not run', async (name) => {
    await plant(name);
    expect(await load()).toMatchObject({
      code: 'CONFIG_INVALID',
      message: expect.stringContaining(join(folder, name)),
    });
    expect(wasRun()).toBe(false);
  });

  it.each(code)('is not run as %s when a configuration is named', async (name) => {
    await plant(name);
    await put('mine.yaml', 'mode: partial\n');
    expect(await load('mine.yaml')).toMatchObject({ file: join(folder, 'mine.yaml') });
    expect(wasRun()).toBe(false);
  });

  it.each(['relay.config.js', 'relay.config.mjs', 'relay.config.ts', '.relayrc.js', '.config/relayrc.js'])(
    'is passed over as %s',
    async (name) => {
      await plant(name);
      expect(await load()).toMatchObject({ file: null });
      expect(wasRun()).toBe(false);
    },
  );

  it.each([
    ['.config/config.json', '{"cosmiconfig":{"searchPlaces":["evil.js"]}}'],
    ['.config/config.yaml', 'cosmiconfig: { searchPlaces: [evil.js] }'],
    ['.config/config.json', '{"$import":"../evil.js"}'],
    ['.config/config.yaml', '$import: [../evil.js]'],
    ['.config/config.yml', '"\\u0024import": ../evil.js'],
    ['package.json', '{"$import":"./evil.js","cosmiconfig":{"searchPlaces":["evil.js"]}}'],
    ['package.yaml', '$import: ./evil.js'],
  ])('is passed over when %s names it, and not run', async (name, text) => {
    await plant('evil.js');
    await put(name, text);
    expect(await load()).toMatchObject({ file: null });
    expect(wasRun()).toBe(false);
  });

  it.each(['relay.config.yaml', '.relayrc'])('is an unknown setting when %s imports it, and not run', async (name) => {
    await plant('evil.js');
    await put(name, '$import: ./evil.js\n');
    expect(await load()).toMatchObject({ code: 'CONFIG_INVALID' });
    expect(wasRun()).toBe(false);
  });

  it.each(['config.js', 'config.mjs', 'config.cjs', 'config.ts'])(
    'is refused as %s in the folder of the user, and not run',
    async (name) => {
      await plant(`home/.config/relay/${name}`);
      expect(await load()).toMatchObject({ code: 'CONFIG_INVALID' });
      expect(wasRun()).toBe(false);
    },
  );
});
