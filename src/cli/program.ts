import { Command } from 'commander';
import type { Redactor } from '../terms/redactor.ts';
import { accountsPolicies, failedPolicies, importModes, probeModes } from '../terms/modes.ts';
import type { Io } from './io.ts';
import { choice, count, duration, repeatable } from './option-values.ts';

type Done = (exitCode: number) => void;

/** The command line as data. What a command needs is loaded when it runs, so that starting costs little. */
export function buildProgram(io: Io, redactor: Redactor, done: Done): Command {
  // What was mistyped may be a secret: of an option only its name is shown.
  const plain = (text: string) => redactor.redact(text.replace(/(unknown option '--?[\w-]+)=[^']*'/, "$1=…'"));
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
      writeErr: (text) => void io.stderr.write(plain(text)),
    })
    .addHelpText(
      'after',
      examples(
        'relay import --pack kimi --keys keys.txt --host sandbox',
        'relay plan --pack ./my-pack --keys keys.txt --host https://gateway.example.org',
        'relay validate ./my-pack',
      ),
    );
  const globals = () =>
    program.opts<{ config?: string; quiet: boolean; verbose: boolean; color: boolean; input: boolean }>();

  const importing = program.command('import').description('do the whole job: plan, apply, verify, report');
  addImportOptions(importing)
    .option('-n, --dry-run', 'print what would be done, and change nothing')
    .addHelpText(
      'after',
      examples(
        'relay import --pack kimi --keys keys.txt --user ann@example.org=30',
        'relay import --pack deepseek --keys - --mode partial --output json < keys.txt',
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

  program
    .command('validate [packs...]')
    .description('check manifests, without a host or the network; all built-in packs when none is named')
    .option('--strict', 'warnings are faults too')
    .addOption(output())
    .addHelpText('after', examples('relay validate', 'relay validate ./my-pack --output json'))
    .action(async (packs: string[], options) => {
      const { validateCommand } = await import('./commands/validate-command.ts');
      done(await validateCommand(packs, { ...globals(), ...options }, io));
    });

  const packs = program
    .command('packs')
    .description('what packs there are')
    .addHelpText(
      'after',
      examples('relay packs list', 'relay packs show kimi', 'relay packs schema > pack.schema.json'),
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
    .command('schema')
    .description('the JSON Schema of a manifest')
    .action(async () => {
      const { showPackSchema } = await import('./commands/packs-command.ts');
      done(showPackSchema(io));
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
  addHostOptions(resuming).action(async (run: string, options) => {
    const { resumeCommand } = await import('./commands/run-commands.ts');
    done(await resumeCommand(run, { ...globals(), ...options }, io, redactor));
  });

  const rollingBack = program
    .command('rollback <run>')
    .description('undo a run, finished or not')
    .addHelpText('after', examples('relay rollback 20261121-101530-4f2a91'));
  addHostOptions(rollingBack).action(async (run: string, options) => {
    const { rollbackCommand } = await import('./commands/run-commands.ts');
    done(await rollbackCommand(run, { ...globals(), ...options }, io, redactor));
  });

  const report = program
    .command('report')
    .description('about reports')
    .addHelpText('after', examples('relay report schema > report.schema.json'));
  report
    .command('schema')
    .description('the JSON Schema of the report')
    .action(async () => {
      const { showReportSchema } = await import('./commands/report-command.ts');
      done(showReportSchema(io));
    });

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
  return program;
}

function addImportOptions(command: Command): Command {
  command
    .requiredOption('--pack <pack>', 'a pack by its id, or the path of a folder or file')
    .requiredOption('--keys <file>', 'upstream keys, one a line; - is standard input')
    .option('--provider <id>', 'which provider of the pack (default: the one the pack names)')
    .addOption(choice('--mode <mode>', 'all or nothing, or keep what works; default strict', importModes))
    .addOption(
      choice('--access <access>', 'how users reach the models; default subscription', [
        'subscription',
        'self-service',
        'self_service',
      ]),
    )
    .addOption(repeatable('--user <email|id[=days]>', 'give this user a subscription; may be repeated'))
    .option('--users <file>', 'the same, one user a line')
    .option('--extend', 'lengthen a subscription that ends too early')
    .addOption(choice('--probe <way>', 'where the key for the gateway check comes from; default auto', probeModes))
    .option('--probe-key-file <file>', 'a user key to check the gateway with (env RELAY_PROBE_KEY)')
    .option('--base-url <url>', 'use this upstream instead of the one of the pack')
    .addOption(
      choice('--failed <policy>', 'what partial mode does with failed accounts; default disable', failedPolicies),
    )
    .addOption(
      choice(
        '--accounts <policy>',
        'match accounts by key, make all anew, or only add; default reconcile',
        accountsPolicies,
      ),
    )
    .option('--allow-mass-removal', 'more than half of the accounts may be removed')
    .option('--adopt', 'take over what has a managed name but was not made by relay')
    .addOption(count('--concurrency <n>', 'accounts tested at once; default 8', 256))
    .addOption(count('--batch-size <n>', 'accounts made by one request; default 50', 500))
    .addOption(duration('--gateway-wait <duration>', 'patience of the gateway check; default 60s'))
    .option('--report <file>', 'where the report goes, - is standard output; default relay-report.json')
    .option('--no-report', 'write no report')
    .option('--detailed-exitcode', 'with a dry run: exit with 8 when something would change')
    .option('-y, --yes', 'agree to what would need a question');
  return addHostOptions(command);
}

/** How a host is named and logged in to, by every command that talks to one. */
function addHostOptions(command: Command): Command {
  return command
    .option('--host <url>', 'the host: a URL, a name of the configuration file, or "sandbox" (env RELAY_HOST)')
    .option('--admin-key-file <file>', 'file with the admin API key, - is standard input (env RELAY_ADMIN_KEY)')
    .option('--admin-email <email>', 'log in as this admin instead (env RELAY_ADMIN_EMAIL)')
    .option('--admin-password-file <file>', 'file with the password (env RELAY_ADMIN_PASSWORD)')
    .option('--allow-http', 'allow plain http to an address that is not this machine')
    .addOption(duration('--timeout <duration>', 'limit of one request; default 30s'))
    .addOption(duration('--deadline <duration>', 'limit of the whole run; default none'))
    .addOption(output());
}

function output() {
  return choice('--output <form>', 'text, or one JSON value on standard output', ['text', 'json']).default('text');
}

function examples(...lines: string[]): string {
  return `\nExamples:\n${lines.map((line) => `  ${line}`).join('\n')}\n`;
}
