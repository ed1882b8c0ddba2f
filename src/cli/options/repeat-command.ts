import { givenDuration } from '../../config/duration.ts';
import { commandNames } from '../../config/options/option-record.ts';
import { shellWord } from '../../core/shell-word.ts';
import type { Resolved } from '../../config/options/option-flags.ts';
import { longOption, optionRecords } from '../../config/options/option-table.ts';

/**
 * The command that does the same again, with all that was given by name, quoted for a shell. `flags` are the options as
 * commander hands them over, `changes` what shall be otherwise. Secrets are never options, so none is in it.
 */
export function repeatCommand(command: string, flags: object, changes: object = {}): string {
  const own = commandNames.find((name) => `${command} `.startsWith(`relay ${name} `));
  const fromFile = (flags as Resolved).fromFile?.filter((name) => !(name in changes));
  const words = Object.entries({ ...flags, ...changes }).flatMap(([name, value]: [string, unknown]) => {
    const option = optionRecords.get(name);
    // Of another command, such as one that looked, only what this one takes.
    if (own !== undefined && option !== undefined && option.on !== 'all' && !option.on.includes(own)) return [];
    // What is agreed to is no part of doing the same again, and what the configuration file gives, it gives again.
    if (option === undefined || option.once === true || fromFile?.includes(name) === true) return [];
    if (option.filled === true && value === option.default) return [];
    const long = longOption(name, value);
    if (Array.isArray(value)) return value.flatMap((each) => [long, shellWord(String(each))]);
    if (typeof value === 'string') return [long, shellWord(value)];
    if (typeof value === 'number') return [long, option.kind === 'duration' ? givenDuration(value) : String(value)];
    return value === true || (value === false && option.negative !== undefined) ? [long] : [];
  });
  return [command, ...words].join(' ');
}
