import { mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { loadConfig } from '../../src/config/config-file.ts';
import { RelayError } from '../../src/terms/relay-error.ts';

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

async function put(name: string, content: string): Promise<string> {
  const file = join(folder, name);
  await mkdir(join(file, '..'), { recursive: true });
  await writeFile(file, content);
  return file;
}

async function refusal(named?: string, from = folder): Promise<RelayError> {
  const error: unknown = await loadConfig(named, from).then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(RelayError);
  return error as RelayError;
}

describe('the configuration file', () => {
  it('is none where there is none', async () => {
    expect(await loadConfig(undefined, folder)).toEqual({ file: null, config: {} });
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
    expect(await loadConfig(undefined, folder)).toEqual({ file, config: { mode: 'partial', hosts: {} } });
  });

  it('is found above the current folder', async () => {
    const file = await put('relay.config.yaml', 'mode: partial\n');
    await mkdir(join(folder, 'a/b'), { recursive: true });
    expect(await loadConfig(undefined, join(folder, 'a/b'))).toMatchObject({ file });
  });

  it('is the nearest one', async () => {
    await put('relay.config.yaml', 'mode: partial\n');
    const file = await put('a/.relayrc', 'mode: strict\n');
    expect(await loadConfig(undefined, join(folder, 'a'))).toMatchObject({ file, config: { mode: 'strict' } });
  });

  it('may be named, relative to the current folder, by any name', async () => {
    await put('relay.config.yaml', 'mode: strict\n');
    const file = await put('conf/mine.txt', 'mode: partial\n');
    expect(await loadConfig('conf/mine.txt', folder)).toMatchObject({ file, config: { mode: 'partial' } });
    expect(await loadConfig(file, tmpdir())).toMatchObject({ file });
  });

  it.each(['', '# nothing\n', '{}'])('may be empty: %j', async (content) => {
    const file = await put('empty.yaml', content);
    expect(await loadConfig(file, folder)).toEqual({ file, config: { hosts: {} } });
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
    expect((await loadConfig(file, folder)).config).toMatchObject(settings);
  });

  it('names files relative to itself', async () => {
    const file = await put(
      'conf/relay.config.yaml',
      'hosts:\n  prod: { url: "https://h", adminKeyFile: keys/admin, adminEmail: a@b, adminPasswordFile: /run/secret }\n  bare: { url: "https://i" }\n',
    );
    const { config } = await loadConfig(file, tmpdir());
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
    expect((await loadConfig(file, tmpdir())).config.report).toBe(join(folder, 'conf/out/report.json'));
  });

  it('leaves a report on standard output where it is', async () => {
    const file = await put('relay.config.yaml', 'report: "-"\n');
    expect((await loadConfig(file, folder)).config.report).toBe('-');
  });
});

describe('a wrong configuration file is an error', () => {
  it.each([
    ['that does not exist', 'absent.yaml', 'ENOENT'],
    ['that is a folder', '.', 'EISDIR'],
  ])('when one is named %s', async (_, named, why) => {
    const error = await refusal(named);
    expect(error.code).toBe('CONFIG_INVALID');
    expect(error.message).toContain(why);
    expect(error.message).toContain(join(folder, named));
  });

  it.each([
    ['an open list', 'mode: [partial'],
    ['an open brace', '{"mode":'],
    ['a key twice', 'mode: strict\nmode: partial\n'],
  ])('when it has %s', async (_, content) => {
    const file = await put('wrong.yaml', content);
    const error = await refusal(file);
    expect(error).toMatchObject({ code: 'CONFIG_INVALID' });
    expect(error.message).toContain(`${file} is neither YAML nor JSON`);
  });

  it('when it is found, too', async () => {
    const file = await put('relay.config.yaml', 'mode: [partial');
    expect((await refusal()).message).toContain(file);
  });

  it.each<[string, string, string]>([
    ['mod: partial', 'unknown setting "mod".', 'mode'],
    ['Mode: partial', 'unknown setting "Mode".', 'mode'],
    ['batchsize: 5', 'unknown setting "batchsize".', 'batchSize'],
    ['gateway-wait: 5s', 'unknown setting "gateway-wait".', 'gatewayWait'],
    ['hots: { }', 'unknown setting "hots".', 'hosts'],
  ])('when it holds %j', async (content, message, near) => {
    const error = await refusal(await put('wrong.yaml', content));
    expect(error.details).toContainEqual(`${message} Did you mean "${near}"?`);
  });

  it('without a proposal where nothing is near', async () => {
    expect((await refusal(await put('wrong.yaml', 'colour: red'))).details).toEqual(['unknown setting "colour".']);
  });

  // Only the settings at the top are proposed.
  it.each([
    ['adminKeyfile', 'adminKeyFile'],
    ['adminMail', 'adminEmail'],
    ['uri', 'url'],
  ])('with the nearest setting of a host: %s', async (word, near) => {
    const error = await refusal(await put('wrong.yaml', `hosts: { prod: { url: "https://h", ${word}: x } }`));
    expect(error.details).toEqual([`unknown setting "hosts.prod.${word}". Did you mean "${near}"?`]);
  });

  it.each([
    ['mode: loose', 'mode: '],
    ['access: free', 'access: '],
    ['probe: maybe', 'probe: '],
    ['failed: ignore', 'failed: '],
    ['timeout: 30', 'timeout: '],
    ['timeout: 30 s', 'timeout: must be a duration'],
    ['deadline: soon', 'deadline: must be a duration'],
    ['gatewayWait: 0s', 'gatewayWait: must be a duration'],
    ['concurrency: 0', 'concurrency: '],
    ['batchSize: 1.5', 'batchSize: '],
    ['batchSize: 10001', 'batchSize: '],
    ['allowHttp: "yes"', 'allowHttp: '],
    ['hosts: { prod: { adminKeyFile: k } }', 'hosts.prod.url: '],
    ['hosts: { prod: { url: "https://h", kind: other } }', 'hosts.prod.kind: '],
    ['hosts: [a]', 'hosts: '],
  ])('when it holds %j', async (content, begin) => {
    const { details } = await refusal(await put('wrong.yaml', content));
    expect(details).toEqual([expect.stringMatching(new RegExp(`^${begin.replaceAll('.', String.raw`\.`)}`))]);
  });

  it.each(['- mode', 'partial', '42'])('when it is no map: %j', async (content) => {
    expect((await refusal(await put('wrong.yaml', content))).code).toBe('CONFIG_INVALID');
  });

  it('with all its faults at once', async () => {
    const { details } = await refusal(await put('wrong.yaml', 'mod: partial\nconcurrency: 0\ntimeout: x\n'));
    expect(details).toHaveLength(3);
  });

  it('and a secret in it is not shown (N1)', async () => {
    const error = await refusal(
      await put(
        'wrong.yaml',
        'hosts: { prod: { url: "https://h", adminKey: canary-0123 } }\nmode: canary-4567\ntimeout: canary-89ab\n',
      ),
    );
    expect(`${error.message} ${error.details.join(' ')} ${error.hint}`).not.toContain('canary');
  });
});
