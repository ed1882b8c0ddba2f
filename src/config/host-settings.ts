import type { Readable } from 'node:stream';
import { disguiseOfOwn } from '../core/disguise.ts';
import { isLoopback } from '../core/loopback.ts';
import { didYouMean } from '../core/suggest.ts';
import { RelayError } from '../core/relay-error.ts';
import type { HostKindName } from '../core/host-kinds.ts';
import { sandboxOf, sandboxWords } from '../core/sandbox-kinds.ts';
import { shellWord } from '../core/shell-word.ts';
import { Secret } from '../core/secrets/secret.ts';
import type { LoadedConfig } from './config-file.ts';
import type { ConfigFile } from './config-schema.ts';
import type { HostOptions } from './options/option-flags.ts';
import { readSecretFile, sealSecret } from './read-secret.ts';
import { shownAddress } from './shown-address.ts';

/** Where a login was given that stands in the configuration file. */
export const loginInFile = 'configuration file';

export type Environment = Record<string, string | undefined>;

/** An admin login; `from` names where it was given, and `inShell` is what a shell puts in its place. */
export type Login = ({ key: Secret; user?: string } | { email: string; password: Secret }) & {
  from: string;
  inShell: string;
};

/** The embedded host, which brings its own login; `of` is the kind that it imitates. */
export interface SandboxPlace {
  kind: 'sandbox';
  of: HostKindName;
}

export type HostSettings =
  | SandboxPlace
  | { kind: 'url'; url: string; hostKind: string | undefined; login: Login; onlyIn: string | null };

/**
 * Where a host is, and its entry in the configuration file, if it has one. `onlyIn`: the file in a folder above that alone
 * says where; who works in a folder may not know of such a file.
 */
export type HostAddress =
  | SandboxPlace
  | {
      kind: 'url';
      url: string;
      /** Its kind, where that was said. */
      hostKind: string | undefined;
      named: NonNullable<ConfigFile['hosts']>[string] | undefined;
      onlyIn: string | null;
    };

/** The configuration as far as it matters here. */
type Loaded = Pick<LoadedConfig, 'file' | 'place' | 'config'>;

/**
 * Whose word on the kind of a host and its login comes first: that of the command, options before environment, or, where one
 * command is for many hosts, what the configuration file says of that one.
 */
export type HostOrder = 'command first' | 'entry first';

/** Which host, and how to log in: option, then environment, then configuration file, there the entry of the host first. */
export async function hostSettings(
  options: HostOptions,
  env: Environment,
  loaded: Loaded,
  stdin: Readable,
  order: HostOrder = 'command first',
): Promise<HostSettings> {
  const address = hostAddress(options, env, loaded, order);
  if (address.kind === 'sandbox') return address;
  const { url, hostKind, onlyIn } = address;
  return {
    kind: 'url',
    url,
    hostKind,
    onlyIn,
    login: await loginTo(address, options, env, loaded.config, stdin, order),
  };
}

/** The host that a command is for, as it is named: option, then environment, then configuration file. Throws `USAGE`. */
export function hostWord(options: Pick<HostOptions, 'host'>, env: Environment, config: ConfigFile): string {
  const word = givenWord(options, env) ?? config.host;
  if (word !== undefined && word !== '') return word;
  throw new RelayError('USAGE', 'No host was given.', {
    hint: 'Give one with --host URL or RELAY_HOST; --host sandbox starts an embedded one.',
  });
}

function givenWord(options: Pick<HostOptions, 'host'>, env: Environment): string | undefined {
  return options.host ?? (env['RELAY_HOST'] || env['SUB2API_BASE_URL'] || undefined);
}

/** Which host: option, then environment, then configuration file. Throws `USAGE` and `HTTP_REFUSED`. */
export function hostAddress(
  options: HostOptions,
  env: Environment,
  { file, place, config }: Loaded,
  order: HostOrder = 'command first',
): HostAddress {
  const given = givenWord(options, env);
  const word = hostWord(options, env, config);
  const of = sandboxOf(word);
  if (of !== undefined) return { kind: 'sandbox', of };
  if (word.startsWith('sandbox:'))
    throw new RelayError('USAGE', `There is no host "${shownAddress(word)}".${didYouMean(word, sandboxWords)}`, {
      hint: `The embedded hosts: ${sandboxWords.join(', ')}.`,
    });
  // A run knows its host by address only, and the login may stand beside the name.
  const entry = config.hosts?.[word];
  const named = entry ?? Object.values(config.hosts ?? {}).find((each) => isSameUrl(each.url, word));
  const url = checkUrl(
    named?.url ?? word,
    Object.keys(config.hosts ?? {}),
    options.allowHttp ?? config.allowHttp ?? false,
  );
  const isInFile = given === undefined || entry !== undefined;
  const said = options.hostKind ?? (env['RELAY_HOST_KIND'] || undefined);
  const hostKind = (order === 'entry first' ? (named?.kind ?? said) : (said ?? named?.kind)) ?? config.hostKind;
  return { kind: 'url', url, hostKind, named, onlyIn: isInFile && place === 'above' ? file : null };
}

/** How to log in there, in the same order. Throws `LOGIN_MISSING`. */
export async function loginTo(
  { url, named }: Extract<HostAddress, { kind: 'url' }>,
  options: HostOptions,
  env: Environment,
  config: ConfigFile,
  stdin: Readable,
  order: HostOrder = 'command first',
): Promise<Login> {
  const own = order === 'entry first' ? await loginFromConfig(named, stdin) : undefined;
  // Half a login of its own does not open it to that of others.
  if (order === 'entry first' && own === undefined && (named?.adminEmail ?? named?.adminPasswordFile) !== undefined)
    throw new RelayError('LOGIN_MISSING', `The login of ${url} in the configuration is not whole.`, {
      hint: 'Name adminEmail and adminPasswordFile, or adminKeyFile, under hosts.',
    });
  const login =
    own ??
    (await loginFromOptions(options, env, stdin)) ??
    (await loginFromEnvironment(env, stdin)) ??
    (await loginFromConfig(named, stdin)) ??
    (await loginFromConfig(config, stdin));
  if (login === undefined) throw new RelayError('LOGIN_MISSING', `No admin login was given for ${url}.`);
  // Whose key it is belongs to the key.
  const said = own === undefined ? (options.adminUser ?? (env['RELAY_ADMIN_USER'] || undefined)) : undefined;
  const user = said ?? named?.adminUser ?? config.adminUser;
  return 'key' in login && user !== undefined ? { ...login, user: userId(user) } : login;
}

/** Users that a host wants to be told are numbers there. */
function userId(text: string): string {
  if (/^[1-9]\d{0,9}$/.test(text)) return text;
  throw new RelayError('USAGE', `The admin user "${shownAddress(text)}" is no number.`, {
    hint: 'Give the id that the host shows of that user, such as --admin-user 1; a name goes to --admin-email.',
  });
}

function isSameUrl(one: string, other: string): boolean {
  if (!URL.canParse(one) || !URL.canParse(other)) return false;
  const plain = (text: string) => new URL(text).href.replace(/\/+$/, '');
  return plain(one) === plain(other);
}

function checkUrl(text: string, names: readonly string[], allowHttp: boolean): string {
  let url: URL;
  try {
    url = new URL(text);
  } catch {
    throw new RelayError(
      'USAGE',
      `"${shownAddress(text)}" is no URL and no host of the configuration file.${didYouMean(text, [...names, ...sandboxWords])}`,
      { hint: 'A URL begins with https:// or http://.' },
    );
  }
  if (url.protocol !== 'https:' && url.protocol !== 'http:')
    throw new RelayError('USAGE', `The host "${shownAddress(text)}" must be an http or https URL.`);
  if (url.username !== '' || url.password !== '')
    throw new RelayError('USAGE', 'The host URL holds a user name or password.', {
      hint: 'Secrets come from files or the environment: see --admin-key-file.',
    });
  const disguise = disguiseOfOwn(text);
  if (disguise !== undefined)
    throw new RelayError('USAGE', `The host "${shownAddress(text)}" ${disguise}.`, { hint: 'Write it as it is read.' });
  if (/[?#]/.test(text)) throw new RelayError('USAGE', `The host "${shownAddress(text)}" must end with its path.`);
  if (url.protocol === 'http:' && !isLoopback(url.hostname) && !allowHttp)
    throw new RelayError('HTTP_REFUSED', `${url.origin} would get the admin login over plain http.`);
  return url.href.replace(/\/+$/, '');
}

async function loginFromOptions(options: HostOptions, env: Environment, stdin: Readable): Promise<Login | undefined> {
  if (options.adminKeyFile !== undefined)
    return { ...(await keyIn(options.adminKeyFile, stdin)), from: '--admin-key-file' };
  if (options.adminEmail === undefined && options.adminPasswordFile === undefined) return undefined;
  if (options.adminEmail === undefined) throw new RelayError('USAGE', '--admin-password-file needs --admin-email.');
  const email = options.adminEmail;
  if (options.adminPasswordFile !== undefined)
    return { email, ...(await passwordIn(options.adminPasswordFile, stdin)), from: '--admin-email' };
  // A named admin is not replaced by an admin key that happens to be in the environment.
  const password = await passwordFromEnvironment(env, stdin);
  if (password === undefined)
    throw new RelayError('LOGIN_MISSING', `No password was given for ${email}.`, {
      hint: 'Give it with --admin-password-file FILE or RELAY_ADMIN_PASSWORD.',
    });
  return { email, ...password, from: '--admin-email' };
}

async function loginFromEnvironment(env: Environment, stdin: Readable): Promise<Login | undefined> {
  if (env['RELAY_ADMIN_KEY_FILE'])
    return { ...(await keyIn(env['RELAY_ADMIN_KEY_FILE'], stdin)), from: 'RELAY_ADMIN_KEY_FILE' };
  for (const from of ['RELAY_ADMIN_KEY', 'SUB2API_ADMIN_API_KEY']) {
    const key = env[from];
    if (key) return { key: sealSecret(key, from), from, inShell: `$${from}` };
  }
  const email = env['RELAY_ADMIN_EMAIL'];
  const password = email ? await passwordFromEnvironment(env, stdin) : undefined;
  return email && password !== undefined ? { email, ...password, from: 'RELAY_ADMIN_EMAIL' } : undefined;
}

type Password = Pick<Extract<Login, { email: string }>, 'password' | 'inShell'>;

async function passwordFromEnvironment(env: Environment, stdin: Readable): Promise<Password | undefined> {
  if (env['RELAY_ADMIN_PASSWORD_FILE']) return passwordIn(env['RELAY_ADMIN_PASSWORD_FILE'], stdin);
  const password = env['RELAY_ADMIN_PASSWORD'];
  return password ? { password: new Secret(password), inShell: '$RELAY_ADMIN_PASSWORD' } : undefined;
}

async function passwordIn(file: string, stdin: Readable): Promise<Password> {
  return { password: await readSecretFile(file, stdin), inShell: `$(cat ${shellWord(file)})` };
}

async function keyIn(file: string, stdin: Readable): Promise<{ key: Secret; inShell: string }> {
  return { key: await readSecretFile(file, stdin), inShell: `$(cat ${shellWord(file)})` };
}

async function loginFromConfig(
  named: Pick<ConfigFile, 'adminKeyFile' | 'adminEmail' | 'adminPasswordFile'> | undefined,
  stdin: Readable,
): Promise<Login | undefined> {
  const from = loginInFile;
  if (named?.adminKeyFile !== undefined) return { ...(await keyIn(named.adminKeyFile, stdin)), from };
  if (named?.adminEmail === undefined || named.adminPasswordFile === undefined) return undefined;
  return { email: named.adminEmail, ...(await passwordIn(named.adminPasswordFile, stdin)), from };
}
