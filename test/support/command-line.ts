import type { Command } from 'commander';
import type { Io } from '../../src/cli/io.ts';
import { buildProgram } from '../../src/cli/program.ts';
import { Redactor } from '../../src/core/secrets/redactor.ts';

/** Reads a command line as relay does, and does nothing. Throws what commander finds wrong. */
export async function parse(words: readonly string[]): Promise<void> {
  const sink = { write: () => true };
  const io = { version: '0', stdout: sink, stderr: sink, env: {}, cwd: '/' } as unknown as Io;
  const program = buildProgram(io, new Redactor(), () => undefined);
  const disarm = (command: Command) => {
    for (const each of command.commands) {
      disarm(each);
      if (each.commands.length === 0) each.action(() => undefined);
    }
  };
  disarm(program);
  await program.parseAsync([...words], { from: 'user' });
}
