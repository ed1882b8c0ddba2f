import { CommanderError } from 'commander';
import { Redactor } from '../terms/redactor.ts';
import type { Io } from './io.ts';
import { buildProgram } from './program.ts';
import { shellWord } from './repeat-command.ts';

/** Runs one command line and returns the exit code. `words` are the arguments after the program's name. */
export async function main(words: readonly string[], io: Io): Promise<number> {
  const redactor = new Redactor();
  let exitCode = 0;
  const program = buildProgram(io, redactor, (code) => {
    exitCode = code;
  });
  try {
    await program.parseAsync([...words], { from: 'user' });
    return exitCode;
  } catch (error) {
    // commander has already said what is wrong, or shown what was asked for.
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    const { showError } = await import('./show-error.ts');
    const json = words.some(
      (word, index) => word === '--output=json' || (word === '--output' && words[index + 1] === 'json'),
    );
    return showError(error, io, {
      redactor,
      again: ['relay', ...words.filter((word) => word !== '--yes' && word !== '-y').map(shellWord)].join(' '),
      json,
      verbose: words.includes('--verbose'),
      colour: !words.includes('--no-color'),
    });
  }
}
