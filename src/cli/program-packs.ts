import type { Command } from 'commander';
import type { Redactor } from '../core/secrets/redactor.ts';
import { platforms } from '../core/modes.ts';
import type { Io } from './io.ts';
import { choice, repeatable } from './options/option-values.ts';
import { addLoginOptions, examples, output } from './options/program-options.ts';

/** What the options of the whole program hold. */
export interface GlobalFlags {
  config?: string;
  quiet: boolean;
  verbose: boolean;
  color: boolean;
  input: boolean;
}

/** The commands for those who write packs, and who look for one. */
export function addPackCommands(
  program: Command,
  globals: () => GlobalFlags,
  io: Io,
  redactor: Redactor,
  done: (exitCode: number) => void,
): void {
  const validating = program
    .command('validate [packs...]')
    .description('check manifests; all that are found by name when none is given. With --host, ask that host too')
    .option('--strict', 'warnings are faults too, and facts without a source or older than a year are pointed out')
    .addOption(choice('--output <form>', 'how findings are told', ['text', 'json', 'junit', 'github']).default('text'))
    .addHelpText(
      'after',
      examples(
        'relay validate ./my-pack',
        'relay validate --strict --output junit ./packs > findings.xml',
        'relay validate kimi --host https://gateway.example.org',
      ),
    );
  addLoginOptions(validating).action(async (packs: string[], options) => {
    const { validateCommand } = await import('./commands/validate-command.ts');
    done(await validateCommand(packs, { ...globals(), ...options }, io, redactor));
  });

  const packs = program
    .command('packs')
    .description('what packs there are')
    .addHelpText(
      'after',
      examples(
        'relay packs list',
        'relay packs show kimi',
        'relay packs new acme',
        'relay packs schema > pack.schema.json',
      ),
    );
  packs
    .command('list')
    .description('every pack that is found by name')
    .addOption(output())
    .action(async (options) => {
      const { listPacks } = await import('./commands/packs-command.ts');
      done(await listPacks({ ...globals(), ...options }, io));
    });
  packs
    .command('show <pack>')
    .description('one pack in full')
    .addOption(output())
    .action(async (pack: string, options) => {
      const { showPack } = await import('./commands/packs-command.ts');
      done(await showPack(pack, { ...globals(), ...options }, io));
    });
  packs
    .command('new <id>')
    .description('write a commented pack to fill in; asks for what is not given')
    .option('--base-url <url>', 'the upstream, up to the version: https://api.example.com/v1')
    .addOption(choice('--platform <platform>', 'the protocol it speaks', platforms))
    .addOption(repeatable('--model <model>', 'a model; the first is the one to test with; may be repeated'))
    .option('--display-name <name>', 'the name of the vendor; default the id')
    .option('--to <folder>', 'where the folder of the pack is made; default here')
    .addHelpText(
      'after',
      examples(
        'relay packs new acme',
        'relay packs new acme --base-url https://api.acme.example/v1 --model acme-small',
      ),
    )
    .action(async (id: string, options) => {
      const { newPackCommand } = await import('./commands/new-pack-command.ts');
      done(await newPackCommand(id, { ...globals(), ...options }, io));
    });
  packs
    .command('schema')
    .description('the JSON Schema of a manifest')
    .action(async () => {
      const { showPackSchema } = await import('./commands/packs-command.ts');
      done(showPackSchema(io));
    });
}
