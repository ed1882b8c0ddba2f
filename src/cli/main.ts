import { CommanderError, type Command } from 'commander';
import { onHost } from '../config/options/option-groups.ts';
import type { Redactor } from '../core/secrets/redactor.ts';
import { columnsOf } from './columns.ts';
import type { Io } from './io.ts';
import { nameOf } from './options/build-command.ts';
import { buildProgram } from './program.ts';

/** Runs one command line and returns the exit code. `words` are the arguments after the program's name. */
export async function main(words: readonly string[], io: Io): Promise<number> {
  if (words.length === 0) {
    const { firstSteps } = await import('./help/first-steps.ts');
    io.stdout.write(`${firstSteps(columnsOf(io))}\n`);
    return 0;
  }
  let loaded: Promise<Redactor> | undefined;
  const redactor = () => (loaded ??= import('../core/secrets/redactor.ts').then((module) => new module.Redactor()));
  let exitCode = 0;
  const program = buildProgram({
    io,
    redactor,
    done: (code) => {
      exitCode = code;
    },
  });
  let understood: Command | undefined;
  program.hook('preAction', async (_, command) => {
    const { resolveOptions } = await import('./options/resolve-options.ts');
    await resolveOptions(command, io);
    understood = command;
  });
  try {
    await program.parseAsync([...words], { from: 'user' });
    return exitCode;
  } catch (error) {
    // What was asked for is shown.
    if (error instanceof CommanderError && error.exitCode === 0) return 0;
    const [{ showError }, { shellWord }, { usageError }] = await Promise.all([
      import('./output/show-error.ts'),
      import('../core/shell-word.ts'),
      import('./options/usage-error.ts'),
    ]);
    const known = error instanceof CommanderError ? usageError(error, program, words) : error;
    const flags = understood?.optsWithGlobals<{ output?: string; verbose?: boolean; color?: boolean }>() ?? {};
    const output = words.findLast((word, index) => word.startsWith('--output=') || words[index - 1] === '--output');
    return showError(known, io, {
      redactor: await redactor(),
      again: ['relay', ...words.filter((word) => word !== '--yes' && word !== '-y').map(shellWord)].join(' '),
      output: output?.replace('--output=', '') ?? flags.output ?? 'text',
      verbose: flags.verbose ?? words.includes('--verbose'),
      colour: flags.color ?? !words.includes('--no-color'),
      onHost: worksOnHost(understood ?? commandOf(program, words)),
    });
  }
}

/** The command that a line names, as far as one can tell before it is understood. */
function commandOf(program: Command, words: readonly string[]): Command {
  let at = program;
  for (const word of words.filter((each) => !each.startsWith('-'))) {
    const next = at.commands.find((each) => each.name() === word);
    if (next === undefined) break;
    at = next;
  }
  return at;
}

/** Whether a host is in play as a command is given: it does nothing without one, or one is named where it may be left out. */
function worksOnHost(command: Command): boolean {
  const always: readonly string[] = onHost;
  return always.includes(nameOf(command)) || command.opts<{ host?: string }>().host !== undefined;
}
