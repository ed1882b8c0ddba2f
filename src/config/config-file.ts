import { resolve } from 'node:path';
import type { Path } from '../text/source-text.ts';
import type { ConfigFile } from './config-schema.ts';
import { findConfig } from './find-config.ts';
import { readConfig } from './read-config.ts';

/** A configuration and the file it came from, if there is one. Paths inside are relative to that file. */
export interface LoadedConfig {
  file: string | null;
  config: ConfigFile;
  /** The line on which a setting stands. */
  lineOf: (path: Path) => number;
}

/**
 * The named configuration file, else the first one found in `folder`, above it, or in the user's configuration folder.
 * None is fine unless one was named. Throws `CONFIG_INVALID`; never runs anything.
 */
export async function loadConfig(named: string | undefined, folder: string): Promise<LoadedConfig> {
  const file = named === undefined ? await findConfig(folder) : resolve(folder, named);
  if (file === null) return { file, config: {}, lineOf: () => 1 };
  return { file, ...(await readConfig(file)) };
}
