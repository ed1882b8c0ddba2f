import { InvalidArgumentError, Option, type Command } from 'commander';
import { parseDuration } from '../../config/duration.ts';
import type { CommandName, OptionRecord } from '../../config/options/option-record.ts';
import { longOption, optionsOf } from '../../config/options/option-table.ts';
import { headingOrder, optionHeading } from '../help/headings.ts';
import { didYouMean } from '../../core/suggest.ts';

/** An option that takes one of a few words. */
export class WordOption extends Option {
  readonly words: readonly string[];

  constructor(flags: string, description: string, words: readonly string[]) {
    super(flags, `${description} (${words.join('|')})`);
    this.words = words;
  }
}

/** Gives a command the options that the table has for it; with `all`, the program those of every command. */
export function addOptions(command: Command, name: CommandName | 'all'): Command {
  const inOrder = optionsOf(name).toSorted(
    ([a, one], [b, other]) => placeOf(optionHeading(a, one)) - placeOf(optionHeading(b, other)),
  );
  for (const [option, record] of inOrder) {
    const heading = optionHeading(option, record);
    const { negative, kind } = record;
    // A switch that is on until it is turned off has no other form.
    if (negative === undefined || kind !== 'switch')
      command.addOption(buildOption(option, record, name).helpGroup(heading));
    if (negative !== undefined) command.addOption(new Option(longOption(option, false), negative).helpGroup(heading));
  }
  return command;
}

function placeOf(heading: string): number {
  return headingOrder.indexOf(heading);
}

/** An option as commander takes it. A wrong value is answered with what it must be, and a wrong word with the nearest. */
function buildOption(name: string, record: OptionRecord, command: CommandName | 'all'): Option {
  const { kind, short } = record;
  const words = wordsIn(record, command);
  const flags = `${short === undefined ? '' : `-${short}, `}${longOption(name)}${kind === 'switch' ? '' : ` <${placeholderOf(name, record)}>`}`;
  const about = aboutIn(record, command);
  const option = kind === 'choice' ? new WordOption(flags, about, words) : new Option(flags, about);
  if (kind !== 'switch') option.argParser(readerOf(record, words));
  if (record.filled === true) option.default(record.default);
  return option;
}

/** What stands for the value of an option: `file`, `n`, or what it is. */
export function placeholderOf(name: string, { kind, value }: OptionRecord): string {
  return value ?? (kind === 'number' ? 'n' : kind === 'choice' ? name : kind);
}

/** What an option is for in a command, with what holds where it is not given. */
export function aboutIn(record: OptionRecord, command: CommandName | 'all'): string {
  const { kind, filled, repeatable } = record;
  const { about } = differenceIn(record, command);
  if (about !== undefined) return about;
  if (repeatable === true) return `${record.about}; may be repeated`;
  const standard = kind === 'switch' || filled === true ? undefined : record.default;
  return standard === undefined ? record.about : `${record.about}; default ${standard}`;
}

/** The words of a choice, as a command takes them. */
export function wordsIn(record: OptionRecord, command: CommandName | 'all'): readonly string[] {
  return differenceIn(record, command).words ?? record.words ?? [];
}

function differenceIn({ differs }: OptionRecord, command: CommandName | 'all') {
  return (command === 'all' ? undefined : differs?.[command]) ?? {};
}

function readerOf(
  { kind, most = Number.MAX_SAFE_INTEGER, repeatable, unlimited = '' }: OptionRecord,
  words: readonly string[],
) {
  return (value: string, earlier: unknown): unknown => {
    if (kind === 'duration') return readDuration(value);
    if (kind === 'number') return readNumber(value, most, unlimited);
    if (kind === 'choice' && !words.includes(value))
      throw new InvalidArgumentError(`It must be ${words.join(' or ')}.${didYouMean(value, words)}`);
    return repeatable === true ? [...((earlier as string[] | undefined) ?? []), value] : value;
  };
}

function readDuration(value: string): number {
  const ms = parseDuration(value);
  if (ms === undefined) throw new InvalidArgumentError('It must be a duration such as 500ms, 30s or 2m.');
  return ms;
}

function readNumber(value: string, most: number, unlimited: string): number {
  const number = Number(value);
  if (/^\d+$/.test(value) && number >= 1 && number <= most) return number;
  const instead = unlimited !== '' && Number(value) === 0 ? ` ${unlimited}` : '';
  throw new InvalidArgumentError(`It must be a number from 1 to ${most}.${instead}`);
}
