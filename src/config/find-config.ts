import { existsSync } from 'node:fs';
import { extname, join } from 'node:path';
import { RelayError } from '../terms/relay-error.ts';
import { readInput } from '../text/read-input.ts';
import { largestConfig, unreadableConfig } from './read-config.ts';

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

/** A configuration file that was found, with what it holds. */
export interface FoundConfig {
  file: string;
  bytes: Buffer;
}

/**
 * The configuration file of a folder: the first one there, above it, or in the user's configuration folder, that is not
 * empty; nothing when there is none. Throws `CONFIG_INVALID` where code stands instead, or what cannot be read; never runs
 * anything.
 */
export async function findConfig(folder: string): Promise<FoundConfig | null> {
  const code = codeFiles.find((file) => existsSync(join(folder, file)));
  if (code !== undefined) throw isCode(join(folder, code));
  for (const file of await candidates(folder)) {
    const read = await readInput(file, largestConfig);
    if ('why' in read && absent.has(read.why)) continue;
    if (isCodeFile.test(extname(file))) throw isCode(file);
    if ('why' in read) throw unreadableConfig(file, read);
    if (read.bytes.toString('utf8').trim() !== '') return { file, bytes: read.bytes };
  }
  return null;
}

/** Every file that would be the configuration, the first one first. */
async function candidates(folder: string): Promise<string[]> {
  const { Explorer } = (await import('cosmiconfig/dist/Explorer.js')) as unknown as { Explorer: Explorer };
  const nothing = () => undefined;
  const loaders = { noExt: nothing, '.yaml': nothing, '.yml': nothing, '.json': nothing };
  const explorer = new Explorer({ moduleName: 'relay', searchPlaces: places, loaders });
  return [...explorer.getGlobalDirs(folder)].flatMap((place) => explorer.getSearchPlacesForDir(place, placesOfUser));
}

function isCode(file: string): RelayError {
  return new RelayError('CONFIG_INVALID', `${file} is code; relay takes data only, and does not run it.`, {
    hint: 'Run relay in another folder, or name its configuration with --config FILE.',
  });
}
