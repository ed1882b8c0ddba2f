import { resolve } from 'node:path';
import type { Path } from '../text/source-text.ts';
import type { ConfigFile } from './config-schema.ts';
import type { ConfigPlace } from './config-trust.ts';
import { findConfig, maxConfigBytes, unreadableConfig, type Seeker } from './find-config.ts';
import { readInput } from '../text/read-input.ts';

/** A configuration and the file it came from, if there is one. Paths inside are relative to that file. */
export interface LoadedConfig {
  file: string | null;
  /** Where the file was found, or that it was named. */
  place: ConfigPlace | 'named' | 'none';
  config: ConfigFile;
  /** The line on which a setting stands. */
  lineOf: (path: Path) => number;
}

/**
 * The named configuration file, else the first one found in the current folder, above it, or in the user's configuration
 * folder. None is fine unless one was named. Throws `CONFIG_INVALID`, and `CONFIG_UNTRUSTED` for one that was not named and
 * that others may have written; never runs anything.
 */
export async function loadConfig(named: string | undefined, seeker: Seeker): Promise<LoadedConfig> {
  const found = named === undefined ? await findConfig(seeker) : await namedConfig(resolve(seeker.cwd, named));
  if (found === null) return { file: null, place: 'none', config: {}, lineOf: () => 1 };
  // What reads one is not loaded where there is none.
  const { readConfig } = await import('./read-config.ts');
  return { file: found.file, place: found.place, ...(await readConfig(found.file, found.bytes)) };
}

async function namedConfig(file: string) {
  const read = await readInput(file, maxConfigBytes);
  if ('why' in read) throw unreadableConfig(file, read);
  return { file, place: 'named' as const, bytes: read.bytes };
}
