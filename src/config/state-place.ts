import { join, resolve } from 'node:path';
import { RelayError } from '../core/relay-error.ts';
import { Secret } from '../core/secrets/secret.ts';
import type { Environment } from './host-settings.ts';

/** A database that holds the state. */
export interface StateDatabase {
  kind: 'postgres';
  /** The address without a password, as libpq reads it, and without what only relay reads of it. */
  url: string;
  /** Of the address; where it has none, `PGPASSWORD` or a password file has it, or none is needed. */
  password: Secret | null;
  schema: string;
  /** For people. */
  shown: string;
}

/** Where runs, locks, verdicts and reports are. */
export type StatePlace = { kind: 'folder'; folder: string } | StateDatabase;

/** Whether a state is named by an address, and not by a folder. */
export function isStateUrl(text: string): boolean {
  return /^[a-z][a-z0-9+.-]*:\/\//i.test(text);
}

/** Meant as a database, and no folder: an address without its two slashes, or the other form that libpq reads. */
const looksLikeDatabase = /^postgres(?:ql)?:(?!\/\/)|(?:^|\s)(?:host|hostaddr|dbname|user|password|service)\s*=/i;

/** What PostgreSQL takes for a schema as it is written, with room for names beside it. */
const schemaPattern = /^[a-z_][a-z0-9_]{0,62}$/;

/**
 * Where the state is: what the command or its configuration says (`given`, from which a password is refused), else
 * `RELAY_STATE`, else `RELAY_STATE_DIR`, else the XDG folder for state, else its default below home. Throws `USAGE`.
 */
export function statePlace(given: string | undefined, env: Environment, { cwd, home }: Where): StatePlace {
  if (given !== undefined) return placeOf(given, 'the command line or the configuration', cwd);
  if (env['RELAY_STATE']) return placeOf(env['RELAY_STATE'], null, cwd);
  return { kind: 'folder', folder: resolve(cwd, stateDir(env, home)) };
}

interface Where {
  cwd: string;
  home: string;
}

/** The folder that holds the state where nothing else is said. */
export function stateDir(env: Environment, home: string): string {
  if (env['RELAY_STATE_DIR']) return env['RELAY_STATE_DIR'];
  return join(env['XDG_STATE_HOME'] || join(home, '.local', 'state'), 'relay');
}

/** A state as it may be shown: a folder as it is, an address without what may be a secret. */
export function shownState(text: string): string {
  refuseOtherForms(text);
  if (!isStateUrl(text)) return text;
  try {
    return databaseOf(text).shown;
  } catch {
    return '(an address that cannot be read)';
  }
}

/** `open`: where others can read what is written there. */
function placeOf(text: string, open: string | null, cwd: string): StatePlace {
  if (text === '')
    throw new RelayError('USAGE', 'The state is empty.', { hint: 'Name a folder, or postgres://HOST/DATABASE.' });
  refuseOtherForms(text);
  if (!isStateUrl(text)) return { kind: 'folder', folder: resolve(cwd, text) };
  const database = databaseOf(text);
  if (open === null || database.password === null) return database;
  throw new RelayError('USAGE', `The address of the state holds a password, and others can read ${open}.`, {
    hint: 'Give the whole address by RELAY_STATE, or the password by PGPASSWORD or a password file (PGPASSFILE).',
  });
}

function refuseOtherForms(text: string): void {
  if (looksLikeDatabase.test(text)) throw refused('is not one that relay reads');
}

function databaseOf(text: string): StateDatabase {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  // Whatever cannot be read may hold a password, so it is not shown.
  if (url === undefined || url.hash !== '') throw refused('cannot be read');
  if (url.protocol !== 'postgres:' && url.protocol !== 'postgresql:')
    throw refused(`begins with ${url.protocol}//, which is no database that relay knows`);
  const inQuery = url.searchParams.get('password');
  const password = url.password === '' ? inQuery : decoded(url.password);
  const schema = url.searchParams.get('schema') ?? 'relay';
  if (!schemaPattern.test(schema))
    throw refused('names a schema that is not 1 to 63 small letters, digits or "_", beginning with no digit');
  url.password = '';
  for (const name of ['password', 'schema']) url.searchParams.delete(name);
  const address = url.href;
  const query = schema === 'relay' ? '' : `?schema=${schema}`;
  const user = url.username === '' ? '' : `${url.username}@`;
  return {
    kind: 'postgres',
    url: address,
    password: password === null || password === '' ? null : new Secret(password),
    schema,
    shown: `postgres://${user}${url.host}${url.pathname}${query}`,
  };
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw refused('has a password that is not encoded as in an address');
  }
}

function refused(why: string): RelayError {
  return new RelayError('USAGE', `The address of the state ${why}.`, {
    hint: 'Write postgres://USER@HOST:5432/DATABASE, with ?schema=NAME where several teams share it.',
  });
}
