import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, realpath, rm, symlink, truncate } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { loadConfig } from '../../src/config/config-file.ts';
import { refusal } from '../support/refusal.ts';
import { writeInto } from '../support/write-into.ts';

const before = process.cwd();
let folder: string;
beforeEach(async () => {
  folder = await realpath(await mkdtemp(join(tmpdir(), 'relay-config-')));
  // A configuration of whoever runs the tests must not be found.
  vi.stubEnv('XDG_CONFIG_HOME', join(folder, 'user'));
  // The search for files also looks at where the process stands.
  process.chdir(folder);
});
afterEach(async () => {
  process.chdir(before);
  vi.unstubAllEnvs();
  await rm(folder, { recursive: true });
});

const put = (name: string, content: string | Uint8Array) => writeInto(folder, name, content);

const load = (named: string | undefined, cwd: string) => loadConfig(named, { cwd, uid: process.geteuid?.() });

const refused = (named?: string, from = folder) => refusal(load(named, from));

describe('the configuration file', () => {
  it('is none where there is none', async () => {
    expect(await load(undefined, folder)).toMatchObject({ file: null, config: {} });
  });

  it.each([
    ['relay.config.yaml', 'mode: partial\n'],
    ['relay.config.yml', 'mode: partial\n'],
    ['relay.config.json', '{"mode":"partial"}'],
    ['.relayrc', 'mode: partial\n'],
    ['.relayrc', '{"mode":"partial"}'],
    ['.relayrc.yaml', 'mode: partial\n'],
    ['.relayrc.yml', 'mode: partial\n'],
    ['.relayrc.json', '{"mode":"partial"}'],
  ])('is found as %s', async (name, content) => {
    const file = await put(name, content);
    const found = await load(undefined, folder);
    expect([found.file, found.config]).toEqual([file, { mode: 'partial' }]);
  });

  it('is found above the current folder', async () => {
    const file = await put('relay.config.yaml', 'mode: partial\n');
    await mkdir(join(folder, 'a/b'), { recursive: true });
    expect(await load(undefined, join(folder, 'a/b'))).toMatchObject({ file });
  });

  it('is looked for further where there is an empty file, or a folder of that name', async () => {
    const file = await put('relay.config.yaml', 'mode: partial\n');
    await put('a/b/relay.config.yaml', ' \n');
    await mkdir(join(folder, 'a/b/.relayrc'));
    expect(await load(undefined, join(folder, 'a/b'))).toMatchObject({ file });
  });

  it('is the nearest one', async () => {
    await put('relay.config.yaml', 'mode: partial\n');
    const file = await put('a/.relayrc', 'mode: strict\n');
    expect(await load(undefined, join(folder, 'a'))).toMatchObject({ file, config: { mode: 'strict' } });
  });

  it('may be named, relative to the current folder, by any name', async () => {
    await put('relay.config.yaml', 'mode: strict\n');
    const file = await put('conf/mine.txt', 'mode: partial\n');
    expect(await load('conf/mine.txt', folder)).toMatchObject({ file, config: { mode: 'partial' } });
    expect(await load(file, tmpdir())).toMatchObject({ file });
  });

  it.each(['', '# nothing\n', '{}'])('may be empty: %j', async (content) => {
    const file = await put('empty.yaml', content);
    expect((await load(file, folder)).config).toEqual({});
  });

  it('holds every setting that it may', async () => {
    const settings = {
      host: 'prod',
      timeout: '10s',
      deadline: '1h',
      allowHttp: true,
      mode: 'partial',
      access: 'self-service',
      probe: 'find',
      failed: 'remove',
      concurrency: 4,
      batchSize: 20,
      gatewayWait: '90s',
    };
    const file = await put('full.json', JSON.stringify(settings));
    expect((await load(file, folder)).config).toMatchObject(settings);
  });

  it('names files relative to itself', async () => {
    const file = await put(
      'conf/relay.config.yaml',
      'hosts:\n  prod: { url: "https://h", adminKeyFile: keys/admin, adminEmail: a@b, adminPasswordFile: /run/secret }\n  bare: { url: "https://i" }\n',
    );
    const { config } = await load(file, tmpdir());
    expect(config.hosts?.['prod']).toEqual({
      url: 'https://h',
      adminKeyFile: join(folder, 'conf/keys/admin'),
      adminEmail: 'a@b',
      adminPasswordFile: '/run/secret',
    });
    expect(config.hosts?.['bare']?.adminKeyFile).toBeUndefined();
  });

  it('names the place of the report relative to itself too', async () => {
    const file = await put('conf/relay.config.yaml', 'report: out/report.json\n');
    expect((await load(file, tmpdir())).config.report).toBe(join(folder, 'conf/out/report.json'));
  });

  it('leaves a report on standard output where it is', async () => {
    const file = await put('relay.config.yaml', 'report: "-"\n');
    expect((await load(file, folder)).config.report).toBe('-');
  });
});

describe('a wrong configuration file is an error', () => {
  it.each([
    ['that does not exist', 'absent.yaml', 'ENOENT'],
    ['that is a folder', '.', 'EISDIR'],
  ])('when one is named %s', async (_, named, why) => {
    const error = await refused(named);
    expect(error.code).toBe('CONFIG_INVALID');
    expect(error.message).toContain(why);
    expect(error.message).toContain(join(folder, named));
  });

  it.each<[string, string | Uint8Array, string]>([
    ['an open list', 'mode: [partial', '1:15: '],
    ['an open brace', '{"mode":', '1:9: '],
    ['a name twice', 'mode: strict\nmode: partial\n', '2:1: the name "mode" stands here twice'],
    ['a control character', 'mode: partial\n# \u202Emode\n', '2:3: the character U+202E'],
    ['what is no UTF-8', Buffer.from('mode: partial\n# \xE4', 'latin1'), '2:3: here stands what is no UTF-8'],
    ['an alias that holds itself', 'acceptTerms: &a [*a]', 'holds itself'],
    [
      'aliases that multiply',
      `acceptTerms: &a [x, x]\nuser: &b [*a, *a, *a, *a, *a, *a, *a]\npackDirs: [*b, *b, *b, *b, *b, *b, *b, *b, *b, *b, *b, *b, *b, *b]`,
      'aliases',
    ],
    ['a deep nesting', '['.repeat(40) + ']'.repeat(40), 'nests deeper than 32'],
    ['a name that objects give a meaning', '__proto__: { mode: partial }', '"__proto__" cannot be a name'],
  ])('when it has %s', async (_, content, message) => {
    const file = await put('wrong.yaml', content);
    const error = await refused(file);
    expect(error).toMatchObject({ code: 'CONFIG_INVALID' });
    expect(error.message).toContain(`${file} has `);
    expect(error.details.join('\n')).toContain(message);
  });

  it('when it is called JSON and is YAML', async () => {
    const { details } = await refused(await put('wrong.json', 'mode: partial'));
    expect(details[0]).toContain('this is no JSON');
  });

  it('when it is larger than any configuration', async () => {
    expect((await refused(await put('wrong.yaml', '#'.repeat(200_000)))).message).toContain('128 KiB');
  });

  it.each([
    ['a pipe that nobody writes to', (file: string) => Promise.resolve(execFileSync('mkfifo', [file])), 'no regular'],
    ['a device without an end', (file: string) => symlink('/dev/zero', file), 'no regular file'],
    ['a file of a terabyte', (file: string) => put('.relayrc', '#').then(() => truncate(file, 2 ** 40)), '128 KiB'],
    ['a link to itself', (file: string) => symlink('.relayrc', file), 'ELOOP'],
  ])('when it is found, and is %s', async (_, make, why) => {
    const file = join(folder, '.relayrc');
    await make(file);
    const error = await refused();
    expect(error).toMatchObject({ code: 'CONFIG_INVALID' });
    expect(error.message).toContain(`${file} cannot be read (`);
    expect(error.message).toContain(why);
  });

  it('when it is found, too', async () => {
    const file = await put('relay.config.yaml', 'mode: [partial');
    expect((await refused()).message).toContain(file);
  });

  it.each<[string, string, string]>([
    ['mod: partial', 'unknown setting "mod".', 'mode'],
    ['Mode: partial', 'unknown setting "Mode".', 'mode'],
    ['batchsize: 5', 'unknown setting "batchsize".', 'batchSize'],
    ['gateway-wait: 5s', 'unknown setting "gateway-wait".', 'gatewayWait'],
    ['hots: { }', 'unknown setting "hots".', 'hosts'],
  ])('when it holds %j', async (content, message, near) => {
    const error = await refused(await put('wrong.yaml', content));
    const at = join(folder, 'wrong.yaml');
    expect(error.details[0]).toBe(`${at}:1:1: ${message} Did you mean "${near}"?`);
    expect(error.details.slice(1)).toEqual([expect.stringMatching(/^ {2}1 \| \S/), '    | ^']);
  });

  it('without a proposal where nothing is near', async () => {
    const file = await put('wrong.yaml', 'wallpaper: red');
    expect((await refused(file)).details[0]).toBe(`${file}:1:1: unknown setting "wallpaper".`);
  });

  // Only the settings at the top are proposed.
  it.each([
    ['adminKeyfile', 'adminKeyFile'],
    ['adminMail', 'adminEmail'],
    ['uri', 'url'],
  ])('with the nearest setting of a host: %s', async (word, near) => {
    const error = await refused(await put('wrong.yaml', `hosts: { prod: { url: "https://h", ${word}: x } }`));
    expect(error.details[0]).toMatch(`unknown setting "${word}" in hosts.prod. Did you mean "${near}"?`);
  });

  it.each([
    ['mode: loose', 'mode must be "strict" or "partial"'],
    ['mode: parital', 'mode must be "strict" or "partial". Did you mean "partial"?'],
    ['access: free', 'access must be '],
    ['probe: maybe', 'probe must be '],
    ['failed: ignore', 'failed must be '],
    ['timeout: 30', 'timeout must be a duration'],
    ['timeout: 30 s', 'timeout must be a duration'],
    ['deadline: soon', 'deadline must be a duration'],
    ['gatewayWait: 0s', 'gatewayWait must be a duration'],
    ['concurrency: 0', 'concurrency must be '],
    ['batchSize: 1.5', 'batchSize must be '],
    ['batchSize: 501', 'batchSize must be '],
    ['allowHttp: "yes"', 'allowHttp must be boolean'],
    ['hosts: { prod: { adminKeyFile: k } }', 'the setting "hosts.prod.url" is missing'],
    ['hosts: { prod: { url: "https://h", kind: other } }', 'hosts.prod.kind must be'],
    ['concurrency: 257', 'concurrency must be '],
    ['hosts: { prod: { url: "https://user:pass@h" } }', 'hosts.prod.url must be an http or https URL'],
    ['hosts: { sandbox: { url: "https://h" } }', 'hosts.sandbox "sandbox" always means'],
    ['keys: "-"', 'keys must be the path of a file'],
    ['acceptTerms: one', 'acceptTerms must be a list'],
    ['packSha256: abc', 'packSha256 must be 64 hexadecimal digits'],
    ['report: 5', 'report must be a path'],
    ['hosts: [a]', 'hosts must be'],
    ['baseUrl: https://a.example\\@evil.example', 'baseUrl is read otherwise than it looks'],
    ['hosts: { h: { url: https://a.example\\@evil.example } }', 'hosts.h.url must be'],
  ])('when it holds %j', async (content, begin) => {
    const { details } = await refused(await put('wrong.yaml', content));
    expect(details).toHaveLength(3);
    expect(details[0]).toContain(`wrong.yaml:1:`);
    expect(details[0]).toContain(begin);
  });

  it.each(['- mode', 'partial', '42'])('when it is no map: %j', async (content) => {
    expect((await refused(await put('wrong.yaml', content))).code).toBe('CONFIG_INVALID');
  });

  it.each(['mode: parital', 'batchSize: 501', 'timeout: 30 s', 'allowHttp: "yes"', 'output: jsno'])(
    'and shows what can be no secret: %s',
    async (content) => {
      expect((await refused(await put('wrong.yaml', content))).details[1]).toBe(`  1 | ${content}`);
    },
  );

  it('with all its faults at once', async () => {
    const { details } = await refused(await put('wrong.yaml', 'mod: partial\nconcurrency: 0\ntimeout: x\n'));
    expect(details.filter((line) => line.includes('wrong.yaml:'))).toHaveLength(3);
  });

  it.each(['yes', 'allowMassRemoval', 'adopt'])('when it agrees to something: %s', async (name) => {
    const { details } = await refused(await put('wrong.yaml', `${name}: true`));
    expect(details[0]).toContain(
      `"${name}" cannot stand in a configuration file: nothing but the command itself agrees`,
    );
  });

  it('and a secret in it is not shown (N1)', async () => {
    const error = await refused(
      await put(
        'wrong.yaml',
        'hosts: { prod: { url: "https://u:canary@h", adminKey: canary-0123 } }\nmode: canary-4567\ntimeout: "canary-89ab"\nadminPassword: |\n  two canary\nx: [canary, my canary]\nuser:\n  - name: canary\n',
      ),
    );
    expect(error.details.length).toBeGreaterThan(15);
    expect(`${error.message} ${error.details.join(' ')} ${error.hint}`).not.toContain('canary');
  });

  it.each(['adminKey canary-0123\n x', 'mode: strict\n\tcanary: x', '- canary-01\nx', 'a: b: canary', '"canary-0123'])(
    'and a secret in what is no YAML is not shown: %j (N1)',
    async (content) => {
      const { details } = await refused(await put('wrong.yaml', content));
      expect(details.slice(1).join('\n').replace('canary:', '')).not.toContain('canary');
    },
  );
});
