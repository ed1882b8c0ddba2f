import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { CosmiconfigResult } from 'cosmiconfig';
import { RelayError } from '../terms/relay-error.ts';

/**
 * The search of the library. Its front door first reads settings of its own from the current folder, and runs code that
 * they import; behind that door nothing is run that is not asked for.
 */
type Explorer = new (options: object) => { search: (folder: string) => Promise<CosmiconfigResult> };

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

/** Files beside which other tools would be made to run code. Who planted them wants just that. */
const codeFiles = ['.config/config.js', '.config/config.mjs', '.config/config.cjs', '.config/config.ts'];

/**
 * The configuration file of a folder: the first one there, above it, or in the user's configuration folder; nothing when
 * there is none. Throws `CONFIG_INVALID` where code stands instead; never runs anything.
 */
export async function findConfig(folder: string): Promise<string | null> {
  const code = codeFiles.find((file) => existsSync(join(folder, file)));
  if (code !== undefined) throw isCode(join(folder, code));
  const refuse = (file: string) => {
    throw isCode(file);
  };
  const { Explorer } = (await import('cosmiconfig/dist/Explorer.js')) as unknown as { Explorer: Explorer };
  const explorer = new Explorer({
    moduleName: 'relay',
    searchPlaces: places,
    searchStrategy: 'global',
    ignoreEmptySearchPlaces: true,
    cache: false,
    transform: (result: CosmiconfigResult) => result,
    applyPackagePropertyPathToConfiguration: false,
    metaConfigFilePath: null,
    mergeImportArrays: false,
    mergeSearchPlaces: false,
    loaders: {
      '.js': refuse,
      '.mjs': refuse,
      '.cjs': refuse,
      '.ts': refuse,
      '.yaml': keepText,
      '.yml': keepText,
      '.json': keepText,
      noExt: keepText,
    },
  });
  const found = await explorer.search(folder);
  return found === null || found.isEmpty === true ? null : found.filepath;
}

/** What is found is read elsewhere, as a file that was named is. */
function keepText(_file: string, text: string): string {
  return text;
}

function isCode(file: string): RelayError {
  return new RelayError('CONFIG_INVALID', `${file} is code; relay takes data only, and does not run it.`, {
    hint: 'Run relay in another folder, or name its configuration with --config FILE.',
  });
}
