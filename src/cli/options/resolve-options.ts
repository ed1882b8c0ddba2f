import type { Command, Option } from 'commander';
import { loadConfig } from '../../config/config-file.ts';
import { optionSettings } from '../../config/option-settings.ts';
import type { Io } from '../io.ts';
import { isNeeded, WordOption } from './option-values.ts';

/** Commands that work, and may be what is needed, where the configuration is wrong. */
const withoutConfig = new Set(['explain', 'completion', '__complete', 'schema', 'config show']);

/** What the options of a command hold beside what was given by name. */
export interface Resolved {
  /** Names of the options that the configuration file gave. */
  fromFile?: readonly string[];
}

/** Whether an option was given with the command, and not by the configuration file. */
export function isGiven<Flags extends Resolved>(flags: Flags, name: keyof Flags & string): boolean {
  return flags[name] !== undefined && flags.fromFile?.includes(name) !== true;
}

/**
 * Gives the options of a command, and those of the whole program, what the configuration file says where nothing was given.
 * Throws `CONFIG_INVALID`, and commander's own error for an option that is needed and missing.
 */
export async function resolveOptions(command: Command, io: Io): Promise<void> {
  const name = command.name();
  if (withoutConfig.has(name) || withoutConfig.has(`${command.parent?.name() ?? ''} ${name}`)) return;
  const program = rootOf(command);
  const { config } = await loadConfig(program.opts<{ config?: string }>().config, io);
  const fromFile: string[] = [];
  const does = command.getOptionValue('dryRun') === true ? 'plan' : name;
  for (const [setting, value] of optionSettings(config, does, io.env))
    for (const holder of [command, program]) {
      const source = holder.getOptionValueSource(setting);
      const isOpen = source === undefined || source === 'default';
      if (!isOpen || !holder.options.some((option) => option.attributeName() === setting && takes(option, value)))
        continue;
      holder.setOptionValueWithSource(setting, value, 'config');
      fromFile.push(setting);
    }
  if (fromFile.length > 0) command.setOptionValueWithSource('fromFile', fromFile, 'config');
  // A file that lists imports says it for each.
  if (command.getOptionValue('file') !== undefined) return;
  for (const option of command.options)
    if (isNeeded(option) && command.getOptionValue(option.attributeName()) === undefined)
      command.error(`error: required option '${option.flags}' not specified`, {
        code: 'commander.missingMandatoryOptionValue',
      });
}

/** A form of output that a command does not have is not meant for it. */
function takes(option: Option, value: unknown): boolean {
  return !(option instanceof WordOption) || option.words.includes(String(value));
}

/** The program that a command is part of. */
export function rootOf(command: Command): Command {
  return command.parent === null ? command : rootOf(command.parent);
}
