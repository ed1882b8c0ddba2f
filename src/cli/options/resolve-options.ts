import type { Command } from 'commander';
import { loadConfig } from '../../config/config-file.ts';
import { optionSettings } from '../../config/option-settings.ts';
import type { Resolved } from '../../config/options/option-flags.ts';
import type { CommandName } from '../../config/options/option-record.ts';
import { longOption, optionRecords, optionsOf } from '../../config/options/option-table.ts';
import { RelayError } from '../../core/relay-error.ts';
import { commands } from '../commands/command-list.ts';
import type { Io } from '../io.ts';
import { nameOf, rootOf } from './build-command.ts';
import { wordsIn } from './build-options.ts';

/** Whether an option was given with the command, and not by the configuration file. */
export function isGiven<Given extends Resolved>(flags: Given, name: keyof Given & string): boolean {
  return flags[name] !== undefined && flags.fromFile?.includes(name) !== true;
}

/**
 * Gives the options of a command, and those of the whole program, what the configuration file says where nothing was given.
 * Throws `CONFIG_INVALID`, and commander's own error for an option that is needed and missing.
 */
export async function resolveOptions(command: Command, io: Io): Promise<void> {
  const name = nameOf(command);
  if (commands[name].withoutConfig === true) return;
  const program = rootOf(command);
  const { config } = await loadConfig(program.opts<{ config?: string }>().config, io);
  const fromFile: string[] = [];
  // A dry run writes no more than a plan does.
  const does = name === 'import' && command.getOptionValue('dryRun') === true ? 'plan' : name;
  for (const [setting, value] of optionSettings(config, does, io.env)) {
    const option = optionRecords.get(setting);
    const holder = option?.on === 'all' ? program : command;
    const source = holder.getOptionValueSource(setting);
    if (source !== undefined && source !== 'default') continue;
    // A form of output that a command does not have is not meant for it.
    if (option?.kind === 'choice' && !wordsIn(option, name).includes(String(value))) continue;
    holder.setOptionValueWithSource(setting, value, 'config');
    fromFile.push(setting);
  }
  if (fromFile.length > 0) command.setOptionValueWithSource('fromFile', fromFile, 'config');
  refuseWithoutFile(command, name);
  // A file that lists imports says it for each, and a saved plan says it itself.
  if ([command.getOptionValue('file'), command.getOptionValue('plan')].some((each) => each !== undefined)) return;
  for (const [option, { needed }] of optionsOf(name))
    if (needed?.includes(name) === true && command.getOptionValue(option) === undefined)
      command.error(`error: required option '${flagsOf(command, option)}' not specified`, {
        code: 'commander.missingMandatoryOptionValue',
      });
}

/** What is about many hosts means nothing for one. */
function refuseWithoutFile(command: Command, name: CommandName): void {
  if (command.getOptionValue('file') !== undefined) return;
  for (const [option, { withFile }] of optionsOf(name))
    if (withFile === true && command.getOptionValueSource(option) === 'cli')
      throw new RelayError('USAGE', `${longOption(option)} means nothing without --file.`, {
        hint: 'Give the file that lists the hosts, or leave the option out.',
      });
}

function flagsOf(command: Command, name: string): string {
  return command.options.find((option) => option.attributeName() === name)?.flags ?? name;
}
