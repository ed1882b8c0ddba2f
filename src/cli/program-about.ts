import type { Command } from 'commander';
import type { Redactor } from '../core/secrets/redactor.ts';
import type { Io } from './io.ts';
import { addImportOptions, examples, output } from './options/program-options.ts';

/** Commands about relay itself: its codes, its configuration, its completion. */
export function addAboutCommands(program: Command, io: Io, redactor: Redactor, done: (exitCode: number) => void): void {
  program
    .command('explain [code]')
    .description('what a code of an error, a warning or a rule for packs means, and what to do; all codes without one')
    .addOption(output())
    .addHelpText('after', examples('relay explain KEY_REFUSED', 'relay explain --output json'))
    .action(async (code: string | undefined, options) => {
      const { explainCommand } = await import('./commands/explain-command.ts');
      done(explainCommand(code, { ...program.opts(), ...options }, io));
    });

  const config = program
    .command('config')
    .description('what is configured, and where it comes from')
    .addHelpText('after', examples('relay config show --host prod', 'relay config schema > relay.schema.json'));
  const showing = config
    .command('show')
    .description('every setting and where it comes from; takes the options of import, to see what they change')
    .addHelpText('after', examples('relay config show', 'relay config show --mode partial --output json'));
  addImportOptions(showing).action(async (options, command: Command) => {
    const { showConfig } = await import('./commands/config-command.ts');
    done(await showConfig(command, { ...program.opts(), ...options }, io, redactor));
  });
  config
    .command('schema')
    .description('the JSON Schema of the configuration file')
    .action(async () => {
      const { showConfigSchema } = await import('./commands/config-command.ts');
      done(showConfigSchema(io));
    });

  program
    .command('completion <shell>')
    .description('a script that makes bash, zsh or fish complete commands, options and what they take')
    .addHelpText('after', examples('source <(relay completion bash)', 'relay completion fish | source'))
    .action(async (shell: string) => {
      const { completionCommand } = await import('./commands/completion-command.ts');
      done(completionCommand(shell, io));
    });
  program.command('__complete [words...]', { hidden: true }).action(async (words: string[]) => {
    const { completeCommand } = await import('./commands/completion-command.ts');
    done(await completeCommand(program, words, io));
  });
}
