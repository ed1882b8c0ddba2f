import { Command } from 'commander';
import { maxAtOnce } from '../config/limits.ts';
import type { Redactor } from '../core/secrets/redactor.ts';
import { probeModes } from '../core/modes.ts';
import { outputNames } from '../report/outputs/output-names.ts';
import { refuseTwoValues } from './given-once.ts';
import type { Io } from './io.ts';
import { choice, count, duration } from './options/option-values.ts';
import {
  addExtraReportOptions,
  addHostOptions,
  addImportOptions,
  addProviderOptions,
  examples,
  output,
} from './options/program-options.ts';
import { addAboutCommands } from './program-about.ts';
import { addPackCommands, type GlobalFlags } from './program-packs.ts';

type Done = (exitCode: number) => void;

/** The command line as data. What a command needs is loaded when it runs, so that starting costs little. */
export function buildProgram(io: Io, redactor: Redactor, done: Done): Command {
  const program = new Command('relay')
    .description('Brings the keys of a vendor up on an LLM gateway: plans, applies, proves it, or undoes it.')
    .version(io.version, '--version', 'print the version')
    .option('--config <file>', 'configuration file (default: relay.config.yaml or .relayrc here or above)')
    .option('--quiet', 'no progress and no summary', false)
    .option('--verbose', 'say each request, on standard error', false)
    .option('--no-color', 'no colours')
    .option('--no-input', 'never ask; refuse what would need a question')
    .helpOption('--help', 'print help')
    .showSuggestionAfterError()
    .exitOverride()
    .configureOutput({
      writeOut: (text) => void io.stdout.write(text),
      writeErr: (text) => void io.stderr.write(redactor.redact(text)),
      // It quotes what was mistyped, which may be a secret; `usageError` says it without.
      outputError: () => undefined,
    })
    .addHelpText(
      'after',
      examples(
        'relay import --pack kimi --keys keys.txt --host sandbox',
        'relay plan --pack ./my-pack --keys keys.txt --host https://gateway.example.org',
        'relay validate ./my-pack',
      ),
    );
  const globals = () => program.opts<GlobalFlags>();

  const importing = program.command('import').description('do the whole job: plan, apply, verify, report');
  addImportOptions(importing)
    .option('-n, --dry-run', 'print what would be done, and change nothing')
    .addHelpText(
      'after',
      examples(
        'relay import --pack kimi --keys keys.txt --user ann@example.org=30',
        'relay import --pack kimi --keys keys.txt --user user@relay.test=30 --host sandbox',
        'relay import --pack deepseek --keys - --mode partial --output json < keys.txt',
        'relay import --file imports.yaml',
        'relay import --pack kimi --keys keys.txt --yes --html report.html --junit report.xml --github',
      ),
    );
  importing.action(async (options) => {
    const { importCommand } = await import('./commands/import-command.ts');
    done(await importCommand({ ...globals(), ...options }, io, redactor));
  });

  const planning = program.command('plan').description('print what import would do, and change nothing');
  addImportOptions(planning).addHelpText(
    'after',
    examples(
      'relay plan --pack kimi --keys keys.txt',
      'relay plan --pack kimi --keys keys.txt --output json --detailed-exitcode',
    ),
  );
  planning.action(async (options) => {
    const { importCommand } = await import('./commands/import-command.ts');
    done(await importCommand({ ...globals(), ...options, dryRun: true }, io, redactor));
  });

  addPackCommands(program, globals, io, redactor, done);

  const doctor = program
    .command('doctor')
    .description('look whether relay can work on a host, and say what to do where not; reads only')
    .option('--pack <pack>', 'also what this pack needs: a pack by its id, or the path of a folder or file')
    .option('--provider <id>', 'which provider of the pack (default: the one the pack names)')
    .option('--accept-compliance', "show the host's compliance terms, and accept them when you type their phrase")
    .addHelpText(
      'after',
      examples('relay doctor --host https://gateway.example.org', 'relay doctor --pack kimi --output json'),
    );
  addHostOptions(doctor).action(async (options) => {
    const { doctorCommand } = await import('./commands/doctor-command.ts');
    done(await doctorCommand({ ...globals(), ...options }, io, redactor));
  });

  const runs = program
    .command('runs')
    .description('what the journals of runs say')
    .addHelpText('after', examples('relay runs list', 'relay runs show 20261121-101530-4f2a91'));
  runs
    .command('list')
    .description('every run on this machine, newest first')
    .addOption(output())
    .action(async (options) => {
      const { listRuns } = await import('./commands/runs-command.ts');
      done(await listRuns({ ...globals(), ...options }, io));
    });
  runs
    .command('show <run>')
    .description('what a run did and what can be done about it')
    .addOption(output())
    .action(async (run: string, options) => {
      const { showRun } = await import('./commands/runs-command.ts');
      done(await showRun(run, { ...globals(), ...options }, io));
    });

  const resuming = program
    .command('resume <run>')
    .description('finish a run that was interrupted')
    .option('--keys <file>', 'the keys of the run; - is standard input')
    .option('--probe-key-file <file>', 'a user key to check the gateway with (env RELAY_PROBE_KEY)')
    .option('--report <file>', 'where the report goes, - is standard output; default relay-report.json')
    .option('--no-report', 'write no report')
    .option('--allow-mass-removal', 'more than half of the accounts may be removed')
    .option('-y, --yes', 'agree to what would need a question')
    .addHelpText('after', examples('relay resume 20261121-101530-4f2a91 --keys keys.txt'));
  addHostOptions(addExtraReportOptions(resuming)).action(async (run: string, options) => {
    const { resumeCommand } = await import('./commands/resume-command.ts');
    done(await resumeCommand(run, { ...globals(), ...options }, io, redactor));
  });

  const rollingBack = program
    .command('rollback <run>')
    .description('undo a run, finished or not')
    .option('-n, --dry-run', 'print what would be undone and what is kept, and change nothing')
    .option('-y, --yes', 'agree to what would need a question')
    .addHelpText(
      'after',
      examples('relay rollback 20261121-101530-4f2a91 --dry-run', 'relay rollback 20261121-101530-4f2a91 --yes'),
    );
  addHostOptions(rollingBack).action(async (run: string, options) => {
    const { rollbackCommand } = await import('./commands/rollback-command.ts');
    done(await rollbackCommand(run, { ...globals(), ...options }, io, redactor));
  });

  const status = program
    .command('status')
    .description('what the host holds for a provider, and the state of each account')
    .option('--keys <file>', 'say which accounts have a key in this file, and which keys have none')
    .option('--detailed-exitcode', 'exit with 8 when something is not fine')
    .addHelpText(
      'after',
      examples('relay status --pack kimi', 'relay status --pack kimi --keys keys.txt --output json'),
    );
  addProviderOptions(status).action(async (options) => {
    const { statusCommand } = await import('./commands/status-command.ts');
    done(await statusCommand({ ...globals(), ...options }, io, redactor));
  });

  const probing = program
    .command('probe')
    .description('test the managed accounts and the gateway again')
    .addOption(
      choice('--repair <how>', 'take accounts that fail out of service, or remove them', ['disable', 'remove']),
    )
    .option('--revive', 'put accounts back that work again, where relay or the host had taken them out')
    .addOption(choice('--probe <way>', 'where the key for the gateway check comes from; default auto', probeModes))
    .option('--probe-key-file <file>', 'a user key to check the gateway with (env RELAY_PROBE_KEY)')
    .addOption(count('--concurrency <n>', 'accounts tested at once; default 8', maxAtOnce.concurrency))
    .addOption(duration('--gateway-wait <duration>', 'patience of the gateway check; default 60s'))
    .option('--allow-mass-removal', 'more than half of the accounts may be removed')
    .option('-y, --yes', 'agree to the removal of accounts')
    .addHelpText('after', examples('relay probe --pack kimi', 'relay probe --pack kimi --repair disable --revive'));
  addProviderOptions(probing).action(async (options) => {
    const { probeCommand } = await import('./commands/probe-command.ts');
    done(await probeCommand({ ...globals(), ...options }, io, redactor));
  });

  const removing = program
    .command('remove')
    .description('take what relay manages for a provider off the host')
    .option('-n, --dry-run', 'print what would be removed, and change nothing')
    .option('-y, --yes', 'agree to the removal')
    .addHelpText(
      'after',
      examples('relay remove --pack kimi --dry-run', 'relay remove --pack kimi --access self-service'),
    );
  addProviderOptions(removing).action(async (options) => {
    const { removeCommand } = await import('./commands/remove-command.ts');
    done(await removeCommand({ ...globals(), ...options }, io, redactor));
  });

  const report = program
    .command('report')
    .description('about reports')
    .addHelpText('after', examples('relay report show relay-report.json', 'relay report schema > report.schema.json'));
  report
    .command('show <file>')
    .description('a JSON report for people; - is standard input')
    .addOption(choice('--as <form>', 'how it is shown', ['text', 'markdown', 'html', 'junit']).default('text'))
    .option('--provider <id>', 'only the import of this provider, where the report is of several')
    .addHelpText(
      'after',
      examples('relay report show relay-report.json', 'relay report show relay-report.json --as html > report.html'),
    )
    .action(async (file: string, options) => {
      const { showReport } = await import('./commands/report-command.ts');
      done(await showReport(file, { ...globals(), ...options }, io));
    });
  report
    .command('schema')
    .argument('[name]', 'what stands between "relay." and the number in its field "schema"', 'import-report')
    .description('the JSON Schema of the report, or of anything else that relay prints for programs')
    .addHelpText(
      'after',
      `\nNames: ${outputNames.join(', ')} (the lines of --output ndjson)\n${examples('relay report schema', 'relay report schema status > status.schema.json')}`,
    )
    .action(async (name: string) => {
      const { showReportSchema } = await import('./commands/report-command.ts');
      done(await showReportSchema(name, io));
    });

  addAboutCommands(program, io, redactor, done);

  program
    .command('sandbox')
    .description('start the embedded host and a fake vendor, and run until stopped')
    .addOption(count('--port <n>', 'port of the host (default: a free one)', 65_535))
    .addOption(choice('--host-version <version>', 'the version to imitate', ['0.1.129', '0.1.179']))
    .option('--faults <file>', 'a JSON list of faults to play')
    .option('--compliance-gate', 'lock the admin API until the compliance terms are accepted')
    .addOption(output())
    .addHelpText('after', examples('relay sandbox', 'relay sandbox --host-version 0.1.129 --output json'))
    .action(async (options) => {
      const { sandboxCommand } = await import('./commands/sandbox-command.ts');
      done(await sandboxCommand(options, io));
    });
  refuseTwoValues(program);
  return program;
}
