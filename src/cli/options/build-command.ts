import type { Command } from 'commander';
import type { Flags } from '../../config/options/option-flags.ts';
import type { CommandName } from '../../config/options/option-record.ts';
import type { Redactor } from '../../core/secrets/redactor.ts';
import type { Io } from '../io.ts';
import { commandHeading } from '../help/headings.ts';
import { addOptions } from './build-options.ts';
import { refuseTwoValues } from './given-once.ts';

/** What an action has at hand beside its options. */
export interface Context {
  io: Io;
  redactor: Redactor;
  /** The command as commander has it. */
  command: Command;
}

/** A command: its words, and what it does. Its options are in the table. */
export interface CommandRecord<Name extends CommandName> {
  about: string;
  /** What it takes besides options: `<run>`, `[code]`, `[packs...]`. */
  takes?: string;
  /** What the help says before the examples. */
  notes?: string;
  examples?: readonly string[];
  hidden?: true;
  /** It works, and may be what is needed, where the configuration is wrong. */
  withoutConfig?: true;
  /** Loads the action when it is run, so that starting stays fast. Returns the exit code. */
  run: (flags: Flags<Name>, context: Context, words: readonly string[]) => Promise<number>;
}

/** What all commands of a program share. */
export interface Surroundings {
  io: Io;
  /** What hides secrets, loaded when it is first wanted. */
  redactor: () => Promise<Redactor>;
  /** Gets the exit code. */
  done: (exitCode: number) => void;
}

/** Commands that only hold others. */
export interface GroupRecord {
  about: string;
  examples: readonly string[];
}

/** Puts a command into the program, or into the group that its name begins with. */
export function addCommand<Name extends CommandName>(
  program: Command,
  name: Name,
  { about, takes, notes, examples = [], hidden, run }: CommandRecord<Name>,
  { io, redactor, done }: Surroundings,
): void {
  const path = name.split(' ');
  const own = path.pop() ?? '';
  const parent = path.reduce((at, word) => at.commands.find((each) => each.name() === word) ?? at, program);
  const command = parent.command(`${own}${takes === undefined ? '' : ` ${takes}`}`, { hidden: hidden === true });
  command.helpGroup(parent === program ? commandHeading(name) : 'Commands:');
  if (about !== '') command.description(about);
  makeWhenSeen(command, () => refuseTwoValues(addOptions(command, name)));
  if (notes !== undefined) command.addHelpText('after', `\n${notes}`);
  addExamples(command, examples);
  command.action(async (...given: unknown[]) => {
    const words = given
      .slice(0, -2)
      .flat()
      .filter((each) => each !== undefined) as string[];
    const flags: Flags<Name> = { ...program.opts(), ...command.opts() };
    done(await run(flags, { io, redactor: await redactor(), command }, words));
  });
}

/** Has the options of a command made when somebody looks at them: most starts are of one command among two dozen. */
function makeWhenSeen(command: Command, make: () => void): void {
  const { options } = command;
  Object.defineProperty(command, 'options', {
    configurable: true,
    get: () => {
      Object.defineProperty(command, 'options', { value: options });
      make();
      return options;
    },
  });
}

/** The last part of a help text. */
export function addExamples(command: Command, lines: readonly string[]): Command {
  if (lines.length === 0) return command;
  return command.addHelpText('after', `\nExamples:\n${lines.map((line) => `  ${line}`).join('\n')}\n`);
}

/** The name of a command in the table, with the group that it is in. */
export function nameOf(command: Command): CommandName {
  const { parent } = command;
  const group = parent === null || parent.parent === null ? '' : `${parent.name()} `;
  return `${group}${command.name()}` as CommandName;
}

/** The program that a command is part of. */
export function rootOf(command: Command): Command {
  return command.parent === null ? command : rootOf(command.parent);
}
