import { resolve } from 'node:path';
import type { LoadedConfig } from '../../config/config-file.ts';
import type { HostOptions } from '../../config/host-settings.ts';
import { stateDirOf } from '../session/hold-lock.ts';
import type { Io } from '../io.ts';

/** A file of the operator that a command reads, or a folder of it, and by what it was named. */
export interface InputFile {
  file: string;
  named: string;
}

/** The options that name files which are read. What `--from-report` names may be written anew: it is a report. */
interface InputOptions extends HostOptions {
  keys?: string | undefined;
  users?: string;
  probeKeyFile?: string;
  file?: string;
}

/** All that a command reads with these options, that configuration and those packs, and the folder of the journals. */
export function inputFiles(
  options: InputOptions,
  { file, config }: Pick<LoadedConfig, 'file' | 'config'>,
  packs: readonly string[],
  io: Io,
): InputFile[] {
  const inConfig = [config, ...Object.values(config.hosts ?? {})].flatMap((each) => [
    each.adminKeyFile,
    each.adminPasswordFile,
  ]);
  const named: [string, string | null | undefined][] = [
    ['--keys', options.keys],
    ['--users', options.users],
    ['--file', options.file],
    ['--probe-key-file', options.probeKeyFile],
    ['--admin-key-file', options.adminKeyFile],
    ['--admin-password-file', options.adminPasswordFile],
    ['RELAY_ADMIN_KEY_FILE', io.env['RELAY_ADMIN_KEY_FILE']],
    ['RELAY_ADMIN_PASSWORD_FILE', io.env['RELAY_ADMIN_PASSWORD_FILE']],
    ...inConfig.map((each): [string, string | undefined] => ['a login of the configuration file', each]),
    ['the configuration file', file],
    ...packs.map((each): [string, string] => ['the pack', each]),
    ['the journals of relay', stateDirOf(io)],
  ];
  return named.flatMap(([name, each]) =>
    each === undefined || each === null || each === '' || each === '-'
      ? []
      : [{ file: resolve(io.cwd, each), named: name }],
  );
}
