import { Command } from 'commander';
import { commandNames, type CommandName } from '../config/options/option-record.ts';
import { commands, groups } from './commands/command-list.ts';
import { columnsOf } from './columns.ts';
import { commandHeading } from './help/headings.ts';
import { formatItem } from './help/narrow-help.ts';
import { addCommand, addExamples, type CommandRecord, type Surroundings } from './options/build-command.ts';
import { addOptions } from './options/build-options.ts';
import { refuseTwoValues } from './options/given-once.ts';

/** Puts the commands of the list and the options of the table together to the command line. */
export function buildProgram(surroundings: Surroundings): Command {
  const { io } = surroundings;
  const program = new Command('relay')
    .description('Brings the keys of a vendor up on an LLM gateway: plans, applies, proves it, or undoes it.')
    .version(io.version, '--version', 'print the version')
    .helpOption('--help', 'print help')
    .helpCommand(false)
    .configureHelp({
      showGlobalOptions: true,
      sortSubcommands: false,
      formatItem,
      // The one heading that commander words itself.
      styleTitle: (title) => (title === 'Global Options:' ? 'Global options:' : title),
    })
    .showSuggestionAfterError()
    .exitOverride()
    .configureOutput({
      getOutHelpWidth: () => columnsOf(io),
      getErrHelpWidth: () => columnsOf(io, 'stderr'),
      writeOut: (text) => void io.stdout.write(text),
      writeErr: (text) => void io.stderr.write(text),
      // It quotes what was mistyped, which may be a secret; `usageError` says it without.
      outputError: () => undefined,
    });
  addExamples(addOptions(program, 'all'), [
    'relay import --pack kimi --keys keys.txt --host sandbox',
    'relay plan --pack ./my-pack --keys keys.txt --host https://gateway.example.org',
    'relay validate ./my-pack',
  ]);
  for (const name of commandNames) {
    const [first = ''] = name.split(' ');
    const group = groups[first];
    if (group !== undefined && !program.commands.some((each) => each.name() === first))
      addExamples(program.command(first).description(group.about).helpGroup(commandHeading(first)), group.examples);
    addCommand(program, name, commands[name] as CommandRecord<CommandName>, surroundings);
  }
  refuseTwoValues(program);
  return program;
}
