import { loadConfig, type LoadedConfig } from '../../config/config-file.ts';
import { hostSettings, type HostOrder, type HostSettings } from '../../config/host-settings.ts';
import type { HostOptions } from '../../config/options/option-flags.ts';
import type { ImportMode } from '../../core/modes.ts';
import type { Redactor } from '../../core/secrets/redactor.ts';
import type { KeyFile } from '../../keys/key-file.ts';
import type { Io } from '../io.ts';
import { choosePack, type ChosenPack } from './choose-pack.ts';
import { readKeys } from './read-keys.ts';

/** What imports are asked with beside their options. Each thing is read once, however many name it. */
export interface Sources {
  config: () => Promise<LoadedConfig>;
  /** Throws as `choosePack` does. */
  pack: (options: Parameters<typeof choosePack>[0]) => Promise<ChosenPack>;
  /** Throws as `readKeys` does. */
  keys: (file: string, mode: ImportMode) => Promise<KeyFile>;
  /** Throws as `hostSettings` does. */
  host: (options: HostOptions, order?: HostOrder) => Promise<HostSettings>;
}

/** The sources of a command. */
export function sourcesOf({ config: named }: { config?: string }, io: Io, redactor: Redactor): Sources {
  const read = new Map<string, Promise<unknown>>();
  const once = <T>(name: readonly unknown[], work: () => Promise<T>): Promise<T> => {
    const key = JSON.stringify(name);
    const found = (read.get(key) as Promise<T> | undefined) ?? work();
    read.set(key, found);
    return found;
  };
  const config = () => once(['config'], () => loadConfig(named, io));
  return {
    config,
    pack: ({ pack, packSha256 }) =>
      once(['pack', pack, packSha256], async () => choosePack({ pack, packSha256 }, (await config()).config)),
    keys: (file, mode) => once(['keys', file, mode], () => readKeys(file, mode, io, redactor)),
    host: (options, order) =>
      once(['host', options.host, order], async () => hostSettings(options, io.env, await config(), io.stdin, order)),
  };
}
