import { existsSync, statSync } from 'node:fs';
import { homedir } from 'node:os';
import { extname, join, resolve } from 'node:path';
import { RelayError } from '../core/relay-error.ts';
import { untrustedConfig, whyNotTrusted, type ConfigPlace } from './config-trust.ts';
import { readInput } from '../text/read-input.ts';

/** Larger is no configuration, in bytes. */
export const maxConfigBytes = 128 * 1024;

/** A folder in which the library looks. */
interface Place {
  path: string;
  /** It is the user's folder for configurations. */
  isGlobalConfig: boolean;
}

/**
 * The search of the library, as far as it opens nothing: it reads whatever it finds to its end. Its front door first reads
 * settings of its own from the current folder, and runs code that they import; behind that door nothing is run.
 */
type Explorer = new (options: object) => {
  getGlobalDirs: (folder: string) => Iterable<Place>;
  getSearchPlacesForDir: (place: Place, inGlobalConfig: readonly string[]) => string[];
};

/** Where a configuration is looked for in each folder, in this order. */
const places = [
  'relay.config.yaml',
  'relay.config.yml',
  'relay.config.json',
  '.relayrc',
  '.relayrc.yaml',
  '.relayrc.yml',
  '.relayrc.json',
];

/** The same in the user's folder for configurations. What is code there is refused. */
const placesOfUser = ['', '.json', '.yaml', '.yml', '.js', '.ts', '.cjs', '.mjs'].map((end) => `config${end}`);

/** Files beside which other tools would be made to run code. Who planted them wants just that. */
const codeFiles = ['.config/config.js', '.config/config.mjs', '.config/config.cjs', '.config/config.ts'];

const isCodeFile = /^\.[cm]?[jt]s$/;

/** What says that a file is not there, or not for this user. */
const absent = new Set(['ENOENT', 'ENOTDIR', 'EISDIR', 'EACCES']);

/** A configuration file that was found, where, and what it holds. */
export interface FoundConfig {
  file: string;
  place: ConfigPlace;
  bytes: Buffer;
}

/** Who looks for a configuration, and in which folder. */
export interface Seeker {
  cwd: string;
  /** The number of the user, where the system has such. */
  uid: number | undefined;
}

/**
 * The configuration file of a folder: the first that is not empty, there, above it, or in the user's configuration
 * folder; nothing when there is none. Throws `CONFIG_INVALID` where code stands instead, or what cannot be read, and
 * `CONFIG_UNTRUSTED` where others may have written it; never runs anything.
 */
export async function findConfig({ cwd: folder, uid }: Seeker): Promise<FoundConfig | null> {
  const code = codeFiles.find((file) => existsSync(join(folder, file)));
  if (code !== undefined) throw isCode(join(folder, code));
  for (const { file, place } of await candidates(folder)) {
    if (isNothing(file)) continue;
    const read = await readInput(file, maxConfigBytes);
    if ('why' in read && absent.has(read.why)) continue;
    if (isCodeFile.test(extname(file))) throw isCode(file);
    if ('why' in read) throw unreadableConfig(file, read);
    if (read.bytes.toString('utf8').trim() === '') continue;
    const why = read.stats && whyNotTrusted(place, read.stats, uid);
    if (why !== undefined) throw untrustedConfig(file, why);
    return { file, place, bytes: read.bytes };
  }
  return null;
}

/** Whether nothing stands there, as in most of some thirty places at each start; what cannot be told is left to who reads it. */
function isNothing(file: string): boolean {
  try {
    return statSync(file, { throwIfNoEntry: false }) === undefined;
  } catch {
    return false;
  }
}

/** Every file that would be the configuration, the first one first. */
async function candidates(folder: string): Promise<Pick<FoundConfig, 'file' | 'place'>[]> {
  const { Explorer } = (await import('cosmiconfig/dist/Explorer.js')) as unknown as { Explorer: Explorer };
  const nothing = () => undefined;
  const loaders = { noExt: nothing, '.yaml': nothing, '.yml': nothing, '.json': nothing };
  const explorer = new Explorer({ moduleName: 'relay', searchPlaces: places, loaders });
  const here = resolve(folder);
  return [...explorer.getGlobalDirs(here)].flatMap((found) => {
    const isOfUser = found.isGlobalConfig || found.path === resolve(homedir());
    const place = found.path === here ? 'here' : isOfUser ? 'user' : 'above';
    return explorer.getSearchPlacesForDir(found, placesOfUser).map((file) => ({ file, place }));
  });
}

/** The error that tells why a configuration file is not read. */
export function unreadableConfig(file: string, { why, cause }: { why: string; cause?: unknown }): RelayError {
  return new RelayError('CONFIG_INVALID', `The configuration file ${file} cannot be read (${why}).`, { cause });
}

function isCode(file: string): RelayError {
  return new RelayError('CONFIG_INVALID', `${file} is code; relay takes data only, and does not run it.`, {
    hint: 'Run relay in another folder, or name its configuration with --config FILE.',
  });
}
