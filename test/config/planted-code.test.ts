import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

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
async function load(
  named: string | null,
  from = folder,
): Promise<{ file?: string | null; code?: string; message?: string }> {
  const room = new URL('../../dist/config/config-file.js', import.meta.url).href;
  const script = `
    import { loadConfig } from ${JSON.stringify(room)};
    const answer = await loadConfig(${JSON.stringify(named)} ?? undefined, { cwd: ${JSON.stringify(from)}, uid: 0 }).catch(({ code, message }) => ({ code, message }));
    console.log(JSON.stringify(answer));`;
  return JSON.parse(await inside(script)) as { file?: string; code?: string };
}

async function inside(script: string): Promise<string> {
  const env = { PATH: process.env['PATH'] ?? '', HOME: join(folder, 'home') };
  const { stdout } = await execa(process.execPath, ['--input-type=module', '-e', script], {
    cwd: folder,
    env,
    extendEnv: false,
  });
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
    await inside(
      `import { cosmiconfig } from ${JSON.stringify(import.meta.resolve('cosmiconfig'))}; try { await cosmiconfig('relay').search(); } catch {}`,
    );
    expect(wasRun()).toBe(true);
  });

  it.each(code)('is refused as %s, and not run', async (name) => {
    await plant(name);
    expect(await load(null)).toMatchObject({
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
      expect(await load(null)).toMatchObject({ file: null });
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
    expect(await load(null)).toMatchObject({ file: null });
    expect(wasRun()).toBe(false);
  });

  it.each(['relay.config.yaml', '.relayrc'])('is an unknown setting when %s imports it, and not run', async (name) => {
    await plant('evil.js');
    await put(name, '$import: ./evil.js\n');
    expect(await load(null)).toMatchObject({ code: 'CONFIG_INVALID' });
    expect(wasRun()).toBe(false);
  });

  it.each(['config.js', 'config.mjs', 'config.cjs', 'config.ts'])(
    'is refused as %s in the folder of the user, and not run',
    async (name) => {
      await plant(`home/.config/relay/${name}`);
      expect(await load(null)).toMatchObject({ code: 'CONFIG_INVALID' });
      expect(wasRun()).toBe(false);
    },
  );
});
