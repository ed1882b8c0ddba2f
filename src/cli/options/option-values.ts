import { InvalidArgumentError, Option } from 'commander';
import { parseDuration } from '../../config/duration.ts';
import { didYouMean } from '../../core/suggest.ts';

/** An option that takes one of a few words. */
export class WordOption extends Option {
  readonly words: readonly string[];

  constructor(flags: string, description: string, words: readonly string[]) {
    super(flags, `${description} (${words.join('|')})`);
    this.words = words;
  }
}

/** An option that takes one of a few words. A wrong one is answered with the nearest. */
export function choice(flags: string, description: string, words: readonly string[]): WordOption {
  const option = new WordOption(flags, description, words);
  option.argParser((value: string) => {
    if (words.includes(value)) return value;
    throw new InvalidArgumentError(`It must be ${words.join(' or ')}.${didYouMean(value, words)}`);
  });
  return option;
}

/** An option that takes a duration; its value is in milliseconds. */
export function duration(flags: string, description: string): Option {
  return new Option(flags, description).argParser((value: string) => {
    const ms = parseDuration(value);
    if (ms === undefined) throw new InvalidArgumentError('It must be a duration such as 500ms, 30s or 2m.');
    return ms;
  });
}

/** An option that takes a whole number. */
export function count(flags: string, description: string, most: number): Option {
  return new Option(flags, description).argParser((value: string) => {
    const number = Number(value);
    if (/^\d+$/.test(value) && number >= 1 && number <= most) return number;
    throw new InvalidArgumentError(`It must be a number from 1 to ${most}.`);
  });
}

/** Options that may be given several times. */
const repeatableOptions = new WeakSet<Option>();

/** An option that may be given several times. */
export function repeatable(flags: string, description: string): Option {
  const option = new Option(flags, description).argParser((value: string, earlier: string[] | undefined) => [
    ...(earlier ?? []),
    value,
  ]);
  repeatableOptions.add(option);
  return option;
}

/** Whether an option may be given several times. */
export function isRepeatable(option: Option): boolean {
  return repeatableOptions.has(option);
}

/** Options without which a command does nothing. */
const neededOptions = new WeakSet<Option>();

/** An option that is needed, from the command line or the configuration file. */
export function needed(flags: string, description: string): Option {
  const option = new Option(flags, description);
  neededOptions.add(option);
  return option;
}

/** Whether a command does nothing without this option. */
export function isNeeded(option: Option): boolean {
  return neededOptions.has(option);
}
