import type { Command } from 'commander';
import type { Io } from '../../src/cli/io.ts';
import { nameOf } from '../../src/cli/options/build-command.ts';
import { buildProgram } from '../../src/cli/program.ts';
import { Redactor } from '../../src/core/secrets/redactor.ts';

/** What a command would be run with. */
export interface Understood {
  command: string;
  flags: Record<string, unknown>;
  words: unknown[];
}

/** Reads a command line as relay does, and does nothing, but for `before` what would be done. Throws what commander finds wrong. */
export async function parse(
  words: readonly string[],
  before?: (command: Command, io: Io) => Promise<void>,
): Promise<Understood | undefined> {
  const sink = { write: () => true };
  const io = { version: '0', stdout: sink, stderr: sink, env: {}, cwd: '/' } as unknown as Io;
  const program = buildProgram({ io, redactor: async () => new Redactor(), done: () => undefined });
  let understood: Understood | undefined;
  const disarm = (command: Command) => {
    for (const each of command.commands) {
      disarm(each);
      if (each.commands.length > 0) continue;
      each.action((...given: unknown[]) => {
        const flags = { ...program.opts(), ...each.opts<Record<string, unknown>>() };
        understood = { command: nameOf(each), flags, words: given.slice(0, -2).flat() };
      });
    }
  };
  disarm(program);
  if (before !== undefined) program.hook('preAction', (_, command) => before(command, io));
  await program.parseAsync([...words], { from: 'user' });
  return understood;
}
