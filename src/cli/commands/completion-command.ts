import type { Command } from 'commander';
import { didYouMean } from '../../core/suggest.ts';
import { RelayError } from '../../core/relay-error.ts';
import { complete } from '../completion/complete.ts';
import { completionScripts } from '../completion/completion-scripts.ts';
import { shells } from '../completion/completion-words.ts';
import type { Io } from '../io.ts';
import { rootOf } from '../options/build-command.ts';

/** `relay completion SHELL`: the script that makes the shell complete relay. Throws `USAGE` for another shell. */
export function completionCommand(shell: string, io: Io): number {
  const known = shells.find((each) => each === shell);
  if (known === undefined)
    throw new RelayError('USAGE', `There is no completion for that shell.${didYouMean(shell, shells)}`, {
      hint: `Give one of ${shells.join(', ')}: source <(relay completion bash)`,
    });
  io.stdout.write(completionScripts[known]);
  return 0;
}

/** `relay __complete`, for those scripts: a word and what it is for on each line, then perhaps that files may stand there. */
export async function completeCommand(command: Command, words: readonly string[], io: Io): Promise<number> {
  const found = await complete(rootOf(command), words, io);
  const lines = found.words.map(({ word, about }) => `${word}\t${about.replace(/\s+/g, ' ')}`);
  if (found.places !== 'none') lines.push(`:${found.places}`);
  if (lines.length > 0) io.stdout.write(`${lines.join('\n')}\n`);
  return 0;
}
