import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ConfigFile } from '../../src/config/config-schema.ts';
import { hostSettings, type Environment } from '../../src/config/host-settings.ts';
import type { HostOptions } from '../../src/config/options/option-flags.ts';
import { readSecretFile, sealSecret } from '../../src/config/read-secret.ts';
import { RelayError } from '../../src/core/relay-error.ts';
import { refusal } from '../support/refusal.ts';

let folder: string;
const at = (name: string) => join(folder, name);
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'relay-host-'));
  await Promise.all([
    writeFile(at('option-key'), 'key-of-option\n'),
    writeFile(at('env-key'), 'key-of-env-file\n'),
    writeFile(at('config-key'), 'key-of-config\n'),
    writeFile(at('option-password'), 'password-of-option\n'),
    writeFile(at('env-password'), 'password-of-env-file\n'),
    writeFile(at('config-password'), 'password-of-config\n'),
  ]);
});
afterAll(async () => {
  await rm(folder, { recursive: true });
});

const nothing = Readable.from([]);

/** The settings with their secrets opened, to be compared. */
async function settle(options: HostOptions, env: Environment = {}, config: ConfigFile = {}, stdin: Readable = nothing) {
  const settings = await hostSettings(options, env, { file: null, place: 'named', config }, stdin);
  if (settings.kind === 'sandbox') return 'sandbox';
  const { url, login } = settings;
  return 'key' in login ? { url, key: login.key.open() } : { url, email: login.email, password: login.password.open() };
}

describe('which host it is', () => {
  const key = { RELAY_ADMIN_KEY: 'key-of-env' };
  const hosts = { prod: { url: 'https://prod.example' }, test: { url: 'https://test.example/' } };

  it.each<[string, HostOptions, Environment, ConfigFile, string]>([
    [
      'the option',
      { host: 'https://option.example' },
      { RELAY_HOST: 'https://env.example', SUB2API_BASE_URL: 'https://old.example' },
      { host: 'https://config.example' },
      'https://option.example',
    ],
    [
      'RELAY_HOST',
      {},
      { RELAY_HOST: 'https://env.example', SUB2API_BASE_URL: 'https://old.example' },
      { host: 'https://config.example' },
      'https://env.example',
    ],
    [
      'SUB2API_BASE_URL',
      {},
      { SUB2API_BASE_URL: 'https://old.example' },
      { host: 'https://config.example' },
      'https://old.example',
    ],
    ['the configuration file', {}, {}, { host: 'https://config.example' }, 'https://config.example'],
    ['a name of the configuration file, as an option', { host: 'prod' }, {}, { hosts }, 'https://prod.example'],
    [
      'a name of the configuration file, in the environment',
      {},
      { RELAY_HOST: 'test' },
      { hosts },
      'https://test.example',
    ],
    ['a name of the configuration file, in itself', {}, {}, { hosts, host: 'test' }, 'https://test.example'],
    ['an address with a path', { host: 'https://h.example/relay/' }, {}, {}, 'https://h.example/relay'],
    ['an address with slashes', { host: 'https://h.example///' }, {}, {}, 'https://h.example'],
    [
      'an address in another script',
      { host: 'https://h.m\u043E\u043En.example' },
      {},
      {},
      'https://h.xn--mn-fmca.example',
    ],
    ['an address with a port', { host: 'http://localhost:8080' }, {}, {}, 'http://localhost:8080'],
  ])('is that of %s', async (_, options, env, config, url) => {
    expect(await settle(options, { ...env, ...key }, config)).toEqual({ url, key: 'key-of-env' });
  });

  it.each<[string, HostOptions, Environment, ConfigFile]>([
    ['as an option', { host: 'sandbox' }, { RELAY_HOST: 'https://env.example' }, {}],
    ['in the environment', {}, { RELAY_HOST: 'sandbox' }, {}],
    ['in the configuration file', {}, {}, { host: 'sandbox' }],
    ['of a named kind', { host: 'sandbox:new-api' }, {}, {}],
  ])('is the sandbox %s, which needs no login', async (_, options, env, config) => {
    expect(await settle(options, env, config)).toBe('sandbox');
  });

  // The words of a login count as absent when they are empty, those of a host do not.
  it.each<[string, Environment, ConfigFile, string]>([
    ['RELAY_HOST', { RELAY_HOST: '', SUB2API_BASE_URL: 'https://old.example' }, {}, 'https://old.example'],
    ['SUB2API_BASE_URL', { SUB2API_BASE_URL: '' }, { host: 'https://config.example' }, 'https://config.example'],
  ])('is looked for further where %s is empty', async (_, env, config, url) => {
    expect(await settle({}, { ...env, ...key }, config)).toMatchObject({ url });
  });

  it.each<[string, HostOptions, ConfigFile, string, string]>([
    ['none', {}, {}, 'USAGE', 'No host was given.'],
    ['an empty one', { host: '' }, {}, 'USAGE', 'No host was given.'],
    ['a word', { host: 'nowhere' }, {}, 'USAGE', '"nowhere" is no URL and no host of the configuration file.'],
    ['a word near a name', { host: 'prd' }, { hosts }, 'USAGE', 'Did you mean "prod"?'],
    ['no kind of sandbox', { host: 'sandbox:newapi' }, {}, 'USAGE', 'Did you mean "sandbox:new-api"?'],
    ['a word near the sandbox', { host: 'sandbx' }, {}, 'USAGE', 'Did you mean "sandbox"?'],
    ['another scheme', { host: 'ftp://h.example' }, {}, 'USAGE', 'must be an http or https URL'],
    ['a host without a scheme', { host: 'localhost:8080' }, {}, 'USAGE', 'must be an http or https URL'],
    ['a query', { host: 'https://h.example/?a=b' }, {}, 'USAGE', 'must end with its path'],
    ['a fragment', { host: 'https://h.example/#a' }, {}, 'USAGE', 'must end with its path'],
    ['a backslash', { host: 'https://h.example\\@evil.example' }, {}, 'USAGE', 'holds a backslash'],
    [
      'a host with percent signs',
      { host: 'https://h%2eevil.example' },
      {},
      'USAGE',
      'is read as https://h.evil.example',
    ],
    ['a password', { host: 'https://user:canary@h.example' }, {}, 'USAGE', 'holds a user name or password'],
    ['a user name alone', { host: 'https://user@h.example' }, {}, 'USAGE', 'holds a user name or password'],
    ['a password alone', { host: 'https://:canary@h.example' }, {}, 'USAGE', 'holds a user name or password'],
    [
      'plain http',
      { host: 'http://h.example' },
      {},
      'HTTP_REFUSED',
      'http://h.example would get the admin login over plain http',
    ],
    ['plain http to all addresses', { host: 'http://0.0.0.0' }, {}, 'HTTP_REFUSED', 'plain http'],
    [
      'plain http of a name',
      { host: 'old' },
      { hosts: { old: { url: 'http://h.example' } } },
      'HTTP_REFUSED',
      'plain http',
    ],
  ])('is refused when it is %s', async (_, options, config, code, message) => {
    const error = await refusal(settle(options, key, config));
    expect(error.code).toBe(code);
    expect(error.message).toContain(message);
  });

  it('is not shown with a password that was put into it (N1)', async () => {
    const error = await refusal(settle({ host: 'https://user:canary@h.example' }, key));
    expect(`${error.message} ${error.hint} ${error.details.join(' ')}`).not.toContain('canary');
  });

  // What is refused is repeated whole.
  it.each([
    'user:canary@h.example',
    'https://user:canary@h.example:port',
    'https://h.example/?token=canary',
    'https://h.example/#canary',
  ])('is not shown with a secret that was put into it: %s (N1)', async (host) => {
    const error = await refusal(settle({ host }, key));
    expect(`${error.message} ${error.hint} ${error.details.join(' ')}`).not.toContain('canary');
  });

  it.each<[string, HostOptions, ConfigFile]>([
    ['an option', { allowHttp: true }, {}],
    ['the configuration file', {}, { allowHttp: true }],
  ])('may be plain http when %s says so', async (_, options, config) => {
    expect(await settle({ host: 'http://h.example', ...options }, key, config)).toMatchObject({
      url: 'http://h.example',
    });
  });

  it('may not be plain http when the option says no and the file says yes', async () => {
    expect((await refusal(settle({ host: 'http://h.example', allowHttp: false }, key, { allowHttp: true }))).code).toBe(
      'HTTP_REFUSED',
    );
  });

  it.each(['http://127.0.0.1:9', 'http://localhost', 'http://[::1]:9'])(
    'may be plain http on the own machine: %s',
    async (host) => {
      expect(await settle({ host }, key)).toMatchObject({ url: host });
    },
  );
});

describe('how to log in', () => {
  const everything = (): Environment => ({
    RELAY_ADMIN_KEY_FILE: at('env-key'),
    RELAY_ADMIN_KEY: 'key-of-env',
    SUB2API_ADMIN_API_KEY: 'key-of-old',
    RELAY_ADMIN_EMAIL: 'env@x',
    RELAY_ADMIN_PASSWORD_FILE: at('env-password'),
    RELAY_ADMIN_PASSWORD: 'password-of-env',
  });
  const without = (...names: string[]) =>
    Object.fromEntries(Object.entries(everything()).filter(([name]) => !names.includes(name)));
  const config = (): ConfigFile => ({
    hosts: { prod: { url: 'https://prod.example', adminKeyFile: at('config-key') } },
  });
  const login = async (options: HostOptions, env: Environment, file: ConfigFile = config()) => {
    const { url: _, ...rest } = (await settle({ host: 'prod', ...options }, env, file)) as { url: string };
    return rest;
  };

  it.each<[string, () => HostOptions, () => Environment, object]>([
    [
      '--admin-key-file',
      () => ({ adminKeyFile: at('option-key'), adminEmail: 'a@x', adminPasswordFile: at('option-password') }),
      everything,
      { key: 'key-of-option' },
    ],
    [
      '--admin-email and its password file',
      () => ({ adminEmail: 'a@x', adminPasswordFile: at('option-password') }),
      everything,
      { email: 'a@x', password: 'password-of-option' },
    ],
    [
      '--admin-email and a password file of the environment',
      () => ({ adminEmail: 'a@x' }),
      everything,
      { email: 'a@x', password: 'password-of-env-file' },
    ],
    [
      '--admin-email and a password of the environment',
      () => ({ adminEmail: 'a@x' }),
      () => without('RELAY_ADMIN_PASSWORD_FILE'),
      { email: 'a@x', password: 'password-of-env' },
    ],
    ['RELAY_ADMIN_KEY_FILE', () => ({}), everything, { key: 'key-of-env-file' }],
    ['RELAY_ADMIN_KEY', () => ({}), () => without('RELAY_ADMIN_KEY_FILE'), { key: 'key-of-env' }],
    [
      'SUB2API_ADMIN_API_KEY',
      () => ({}),
      () => without('RELAY_ADMIN_KEY_FILE', 'RELAY_ADMIN_KEY'),
      { key: 'key-of-old' },
    ],
    [
      'RELAY_ADMIN_EMAIL',
      () => ({}),
      () => without('RELAY_ADMIN_KEY_FILE', 'RELAY_ADMIN_KEY', 'SUB2API_ADMIN_API_KEY'),
      { email: 'env@x', password: 'password-of-env-file' },
    ],
    ['the configuration file', () => ({}), () => ({}), { key: 'key-of-config' }],
    [
      'the configuration file, past empty words of the environment',
      () => ({}),
      () => ({ RELAY_ADMIN_KEY: '', RELAY_ADMIN_KEY_FILE: '', RELAY_ADMIN_EMAIL: '', RELAY_ADMIN_PASSWORD: 'x' }),
      { key: 'key-of-config' },
    ],
    [
      'the configuration file, past an e-mail without a password',
      () => ({}),
      () => ({ RELAY_ADMIN_EMAIL: 'env@x' }),
      { key: 'key-of-config' },
    ],
  ])('is that of %s', async (_, options, env, desired) => {
    expect(await login(options(), env())).toEqual(desired);
  });

  it('may be an e-mail and password of the configuration file', async () => {
    const file = {
      hosts: { prod: { url: 'https://prod.example', adminEmail: 'c@x', adminPasswordFile: at('config-password') } },
    };
    expect(await login({}, {}, file)).toEqual({ email: 'c@x', password: 'password-of-config' });
  });

  it('is not that of another host of the configuration file', async () => {
    const file = { hosts: { ...config().hosts, other: { url: 'https://other.example' } } };
    expect((await refusal(settle({ host: 'other' }, {}, file))).code).toBe('LOGIN_MISSING');
    expect((await refusal(settle({ host: 'https://prod.example.org' }, {}, file))).code).toBe('LOGIN_MISSING');
  });

  it('is that of the host of the configuration file with this address, as a run names it', async () => {
    for (const host of ['prod', 'https://prod.example', 'https://prod.example/'])
      expect(await settle({ host }, {}, config())).toMatchObject({ url: 'https://prod.example', key: 'key-of-config' });
  });

  it('may come by standard input', async () => {
    const stdin = () => Readable.from([Buffer.from('\uFEFFkey-of-'), Buffer.from('input\r\n')]);
    expect(await settle({ host: 'https://h.example', adminKeyFile: '-' }, {}, {}, stdin())).toMatchObject({
      key: 'key-of-input',
    });
  });

  it.each<[string, HostOptions, Environment, string, string]>([
    ['there is none', {}, {}, 'LOGIN_MISSING', 'https://h.example'],
    [
      'a password file stands without an e-mail',
      { adminPasswordFile: 'x' },
      {},
      'USAGE',
      '--admin-password-file needs --admin-email',
    ],
    [
      'an e-mail stands without a password',
      { adminEmail: 'a@x' },
      { RELAY_ADMIN_KEY: 'canary' },
      'LOGIN_MISSING',
      'a@x',
    ],
    [
      'a key file is missing',
      { adminKeyFile: '/nowhere/key' },
      { RELAY_ADMIN_KEY: 'canary' },
      'FILE_UNREADABLE',
      '/nowhere/key',
    ],
    [
      'a key file of the environment is missing',
      {},
      { RELAY_ADMIN_KEY_FILE: '/nowhere/key', RELAY_ADMIN_KEY: 'canary' },
      'FILE_UNREADABLE',
      '/nowhere/key',
    ],
    [
      'a key of the environment is no key',
      {},
      { RELAY_ADMIN_KEY: 'canary\nX-Evil: 1' },
      'FILE_UNREADABLE',
      'RELAY_ADMIN_KEY',
    ],
  ])('is refused when %s, and shows no secret (N1)', async (_, options, env, code, message) => {
    const error = await refusal(settle({ host: 'https://h.example', ...options }, env));
    expect(error.code).toBe(code);
    expect(error.message).toContain(message);
    expect(`${error.message} ${error.hint} ${error.stack}`).not.toContain('canary');
  });
});

describe('a secret of its own file', () => {
  it.each([
    ['one line', 'secret', 'secret'],
    ['a newline', 'secret\n', 'secret'],
    ['CRLF', 'secret\r\n', 'secret'],
    ['white space around', ' \t secret \n\n', 'secret'],
    ['a byte-order mark', '\uFEFFsecret\n', 'secret'],
    ['a blank inside', 'two words\n', 'two words'],
  ])('is read with %s', (_, text, value) => {
    expect(sealSecret(text, 'here').open()).toBe(value);
  });

  it.each([
    ['nothing', ''],
    ['white space only', ' \n\t'],
    ['two lines', 'canary\ncanary2'],
    ['a control character', 'canary\u0000'],
    ['other than ASCII', 'canarü-canary'],
  ])('is refused when it holds %s, and is not shown (N1)', (_, text) => {
    try {
      sealSecret(text, 'The file x');
      expect.unreachable();
    } catch (error) {
      expect(error).toBeInstanceOf(RelayError);
      expect(error).toMatchObject({ code: 'FILE_UNREADABLE', message: expect.stringMatching(/^The file x holds/) });
      expect(String((error as RelayError).stack)).not.toContain('canary');
    }
  });

  it('is named by its file when that cannot be read', async () => {
    expect((await refusal(readSecretFile(folder, nothing))).message).toBe(
      `The file ${folder} cannot be read (EISDIR).`,
    );
  });
});
