import type { Command, CommanderError } from 'commander';
import { RelayError } from '../../core/relay-error.ts';
import { twoValuesCode } from './given-once.ts';

/** Longer than any word that an option takes, and shorter than any secret. */
const maxWordLength = 20;

/**
 * What commander found wrong with a command line. What was mistyped may be a secret: of an option only its name is
 * quoted, and no long word.
 */
export function usageError(error: CommanderError, program: Command, words: readonly string[]): RelayError {
  const next = `${commandOf(program, words)} --help`;
  // The help was shown instead of a command.
  if (error.code === 'commander.help')
    return new RelayError('USAGE', 'No command was given.', { hint: 'Choose one of the commands above.', next });
  if (error.code === twoValuesCode)
    return new RelayError('USAGE', error.message, { hint: 'Leave one of them out.', next });
  const [message = '', ...details] = error.message
    .replace(/^error: /, '')
    .replace(/(unknown option) '(.*)'/s, (_, what: string, flag: string) => `${what} '${optionName(flag)}'`)
    .replace(/(unknown command|argument) '(.*)'/s, (_, what: string, word: string) => `${what} '${shown(word)}'`)
    .split('\n');
  return new RelayError('USAGE', message, {
    details,
    hint: 'Correct the command; its help lists what it takes.',
    next,
  });
}

function optionName(flag: string): string {
  const name = flag.startsWith('--')
    ? (/^--[a-z-]*/i.exec(flag)?.[0] ?? '').slice(0, maxWordLength + 2)
    : flag.slice(0, 2);
  return name === flag ? name : `${name}…`;
}

function shown(word: string): string {
  return word.length > maxWordLength ? '…' : word;
}

/** The command that was meant, as far as it is one. */
function commandOf(program: Command, words: readonly string[]): string {
  let command = program;
  const names = [program.name()];
  for (const word of words) {
    const next = command.commands.find((each) => each.name() === word);
    if (next === undefined) continue;
    command = next;
    names.push(word);
  }
  return names.join(' ');
}
