import type { ConfigFile } from './config-schema.ts';
import { parseDuration } from './duration.ts';
import type { Environment } from './host-settings.ts';
import type { CommandName } from './options/option-record.ts';
import { optionsOf } from './options/option-table.ts';

/**
 * What a configuration file says of the options of a command and of the whole program, in the form in which options are
 * handed over: durations in milliseconds. What the environment may give comes before it, and is left to who asks for it.
 */
export function optionSettings(config: ConfigFile, command: CommandName, env: Environment): Map<string, unknown> {
  const options = [...optionsOf(command), ...optionsOf('all')];
  const found = options.flatMap(([name, option]) => {
    const value = (config as Record<string, unknown>)[name];
    const { kind, yieldsTo } = option;
    const only = typeof option.config === 'object' ? option.config.only : undefined;
    if (value === undefined || option.env !== undefined || only?.includes(command) === false) return [];
    if (yieldsTo !== undefined && env[yieldsTo]) return [];
    return [[name, kind === 'duration' ? parseDuration(String(value)) : value] as const];
  });
  return new Map(found);
}
