import { resolve } from 'node:path';
import type { LoadedConfig } from '../../config/config-file.ts';
import { longOption, optionsThat } from '../../config/options/option-table.ts';
import { statePlaceOf, type StateFlags } from '../session/open-state.ts';
import type { Io } from '../io.ts';

/** A file of the operator that a command reads, or a folder of it, and by what it was named. */
export interface InputFile {
  file: string;
  named: string;
}

/** All that a command reads with these options, that configuration and those packs, and the folder of the journals. */
export function inputFiles(
  options: StateFlags,
  { file, config }: Pick<LoadedConfig, 'file' | 'config'>,
  packs: readonly string[],
  io: Io,
): InputFile[] {
  const inConfig = [config, ...Object.values(config.hosts ?? {})].flatMap((each) => [
    each.adminKeyFile,
    each.adminPasswordFile,
  ]);
  const state = statePlaceOf(options, io);
  const given = new Map<string, string>(Object.entries(options));
  const named: [string, string | null | undefined][] = [
    ...optionsThat(({ holds }) => holds !== undefined).map((name): [string, string | undefined] => [
      longOption(name),
      given.get(name),
    ]),
    ['RELAY_ADMIN_KEY_FILE', io.env['RELAY_ADMIN_KEY_FILE']],
    ['RELAY_ADMIN_PASSWORD_FILE', io.env['RELAY_ADMIN_PASSWORD_FILE']],
    ...inConfig.map((each): [string, string | undefined] => ['a login of the configuration file', each]),
    ['the configuration file', file],
    ...packs.map((each): [string, string] => ['the pack', each]),
    ['the journals of relay', state.kind === 'folder' ? state.folder : undefined],
  ];
  return named.flatMap(([name, each]) =>
    each === undefined || each === null || each === '' || each === '-'
      ? []
      : [{ file: resolve(io.cwd, each), named: name }],
  );
}
