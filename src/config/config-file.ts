import { resolve } from 'node:path';
import type { Path } from '../text/source-text.ts';
import type { ConfigFile } from './config-schema.ts';
import { findConfig, type FoundConfig } from './find-config.ts';
import { readInput } from '../text/read-input.ts';
import { largestConfig, readConfig, unreadableConfig } from './read-config.ts';

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
  const found = named === undefined ? await findConfig(folder) : await namedConfig(resolve(folder, named));
  if (found === null) return { file: null, config: {}, lineOf: () => 1 };
  return { file: found.file, ...(await readConfig(found.file, found.bytes)) };
}

async function namedConfig(file: string): Promise<FoundConfig> {
  const read = await readInput(file, largestConfig);
  if ('why' in read) throw unreadableConfig(file, read);
  return { file, bytes: read.bytes };
}
