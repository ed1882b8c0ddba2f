import type { Argument, Command, Option } from 'commander';
import { candidatesFor, type Known } from './completion-words.ts';
import { rootOf } from '../options/build-command.ts';
import { WordOption } from '../options/build-options.ts';

/** What may stand where the cursor is: words, each with what it is for, or files. */
export interface Completion {
  words: { word: string; about: string }[];
  places: 'none' | 'files' | 'folders';
}

/** How far a command line has come. */
interface Position {
  command: Command;
  /** The option whose value is being written. */
  option: Option | undefined;
  /** How many arguments of the command stand already. */
  argumentsSo: number;
  /** Values of options so far, by the name of the option. */
  given: Map<string, string>;
}

const nothing: Completion = { words: [], places: 'none' };

/**
 * Completes the last of the words that stand behind the program's name; it may be empty. Follows the program as it is
 * declared. Never throws: what cannot be found out is left out.
 */
export async function complete(program: Command, words: readonly string[], known: Known): Promise<Completion> {
  // A shell may take `--mode=partial` for three words.
  const whole = words.map((word, index) => (word === '=' && index === words.length - 1 ? '' : word));
  const typed = whole.filter((word) => word !== '=');
  const current = typed.at(-1) ?? '';
  const position = positionOf(program, typed.slice(0, -1));
  const [, name, value] = /^(--[^=]+)=(.*)$/s.exec(current) ?? [];
  if (name !== undefined && position.option === undefined) {
    const option = findOption(position.command, name);
    if (option === undefined) return nothing;
    const found = await valuesOf(option, value ?? '', position, known);
    return { ...found, words: found.words.map((each) => ({ ...each, word: `${name}=${each.word}` })) };
  }
  if (position.option !== undefined) return valuesOf(position.option, current, position, known);
  return current.startsWith('-') ? optionsOf(position.command, current) : entriesOf(position, current, known);
}

function positionOf(program: Command, words: readonly string[]): Position {
  const at: Position = { command: program, option: undefined, argumentsSo: 0, given: new Map() };
  for (const word of words) {
    if (at.option !== undefined) {
      at.given.set(at.option.attributeName(), word);
      at.option = undefined;
    } else if (word.startsWith('-')) {
      const [, name = word, value] = /^(--[^=]+)=(.*)$/s.exec(word) ?? [];
      const option = findOption(at.command, name);
      if (value !== undefined && option !== undefined) at.given.set(option.attributeName(), value);
      else if (option?.required === true) at.option = option;
    } else {
      const next = at.command.commands.find((each) => each.name() === word);
      if (next === undefined) at.argumentsSo += 1;
      else at.command = next;
    }
  }
  return at;
}

function findOption(command: Command, name: string): Option | undefined {
  return [...command.options, ...rootOf(command).options].find(({ long, short }) => long === name || short === name);
}

function valuesOf(option: Option, current: string, { given }: Position, known: Known): Promise<Completion> {
  if (option instanceof WordOption) return Promise.resolve(starting(current, option.words));
  return placeholder(option.attributeName(), /<([^>]*)>/.exec(option.flags)?.[1] ?? '', current, given, known);
}

/** Subcommands, else arguments, else the options of a command that takes nothing else. */
async function entriesOf(
  { command, argumentsSo, given }: Position,
  current: string,
  known: Known,
): Promise<Completion> {
  const commands = command.createHelp().visibleCommands(command);
  if (commands.length > 0 && argumentsSo === 0) {
    const words = commands.map((each) => ({ word: each.name(), about: each.description() }));
    return { words: words.filter(({ word }) => word.startsWith(current)), places: 'none' };
  }
  const argument = argumentAt(command, argumentsSo);
  if (argument !== undefined) return placeholder('', argument.name(), current, given, known);
  return current === '' ? optionsOf(command, '') : nothing;
}

function argumentAt({ registeredArguments: all }: Command, index: number): Argument | undefined {
  const last = all.at(-1);
  return all[index] ?? (last?.variadic === true ? last : undefined);
}

function optionsOf(command: Command, current: string): Completion {
  const root = rootOf(command);
  const options = [...command.options, ...(command === root ? [] : root.options)];
  const words = options.flatMap(({ long, description, hidden }) =>
    hidden || typeof long !== 'string' || long === '--version' ? [] : [{ word: long, about: description }],
  );
  words.push({ word: '--help', about: 'print help' });
  return { words: words.filter(({ word }) => word.startsWith(current)), places: 'none' };
}

/** What stands for a placeholder of an option or argument: `<file>`, `<run>`, `<packs>`. */
async function placeholder(
  option: string,
  name: string,
  current: string,
  given: ReadonlyMap<string, string>,
  known: Known,
): Promise<Completion> {
  if (name === 'file') return { words: [], places: 'files' };
  if (name === 'folder' || name === 'url|folder') return { words: [], places: 'folders' };
  // A path to a pack begins so.
  if (/^packs?$/.test(name) && /^[./~]/.test(current)) return { words: [], places: 'files' };
  const words = await candidatesFor(option === '' ? name : option, given, known).catch(() => []);
  // A report is a file, or what is kept of a run.
  return { ...starting(current, words), ...(name === 'report' ? { places: 'files' as const } : {}) };
}

function starting(current: string, words: readonly string[]): Completion {
  const fitting = [...new Set(words)].filter(
    (word) => word.startsWith(current) || word.startsWith(current.toUpperCase()),
  );
  return { words: fitting.map((word) => ({ word, about: '' })), places: 'none' };
}
