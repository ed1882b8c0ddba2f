import type { Command } from 'commander';
import { maxAtOnce } from '../../config/limits.ts';
import { accountsPolicies, failedPolicies, importModes, probeModes } from '../../core/modes.ts';
import { choice, count, duration, needed, repeatable } from './option-values.ts';

/** What `import` and `plan` are asked with. */
export function addImportOptions(command: Command): Command {
  command
    .addOption(needed('--pack <pack>', 'a pack by its id, or the path of a folder or file'))
    .addOption(needed('--keys <file>', 'upstream keys, one a line; - is standard input'))
    .option('--file <file>', 'instead: several imports in one go, as a YAML or JSON file lists them')
    .option('--provider <id>', 'which provider of the pack (default: the one the pack names)')
    .option('--pack-sha256 <hex>', 'use the pack only if its file has this digest; agrees to where it sends keys')
    .addOption(repeatable('--accept-terms <id>', 'agree to the terms of a wallet; may be repeated'))
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
    .option('--only-failed', 'only the keys that failed in an earlier report; nothing is removed')
    .option('--from-report <file>', 'that report')
    .option('--adopt', 'take over what has a managed name but was not made by relay')
    .addOption(count('--concurrency <n>', 'accounts tested at once; default 8', maxAtOnce.concurrency))
    .addOption(count('--batch-size <n>', 'accounts made by one request; default 50', maxAtOnce.batchSize))
    .addOption(duration('--gateway-wait <duration>', 'patience of the gateway check; default 60s'))
    .option('--report <file>', 'where the report goes, - is standard output; default relay-report.json')
    .option('--no-report', 'write no report')
    .option('--detailed-exitcode', 'with a dry run: exit with 8 when something would change')
    .option('-y, --yes', 'agree to what would need a question');
  return addHostOptions(addExtraReportOptions(command));
}

/** More reports in one go. */
export function addExtraReportOptions(command: Command): Command {
  return command
    .option('--html <file>', 'also write the report as one HTML page')
    .option('--markdown <file>', 'also write the report as Markdown')
    .option('--junit <file>', 'also write the report as JUnit XML')
    .option('--github', 'in GitHub Actions: write the step summary, and annotate what went wrong');
}

/** Which provider, in which access mode. */
export function addProviderOptions(command: Command): Command {
  command
    .addOption(needed('--pack <pack>', 'a pack by its id, or the path of a folder or file'))
    .option('--provider <id>', 'which provider of the pack (default: the one the pack names)')
    .addOption(
      choice('--access <access>', 'only this access mode; default both', [
        'subscription',
        'self-service',
        'self_service',
      ]),
    );
  return addHostOptions(command);
}

/** Commands that do nothing without a host. */
const hostCommands = new WeakSet<Command>();

/** Whether a host is in play as it is given: its options are those of a host, or one is named where it may be left out. */
export function worksOnHost(command: Command): boolean {
  return hostCommands.has(command) || command.opts<{ host?: string }>().host !== undefined;
}

/** How a host is named and logged in to, by every command that talks to one. */
export function addHostOptions(command: Command): Command {
  hostCommands.add(command);
  return addLoginOptions(command).addOption(eventOutput());
}

/** The same for a command that says its result in forms of its own. */
export function addLoginOptions(command: Command): Command {
  return command
    .option('--host <url>', 'the host: a URL, a name of the configuration file, or "sandbox" (env RELAY_HOST)')
    .option('--admin-key-file <file>', 'file with the admin API key, - is standard input (env RELAY_ADMIN_KEY)')
    .option('--admin-email <email>', 'log in as this admin instead (env RELAY_ADMIN_EMAIL)')
    .option('--admin-password-file <file>', 'file with the password (env RELAY_ADMIN_PASSWORD)')
    .option('--allow-http', 'allow plain http to an address that is not this machine')
    .addOption(duration('--timeout <duration>', 'limit of one request; default 30s'))
    .addOption(duration('--deadline <duration>', 'limit of the whole run; default none'));
}

/** How a command's result is said. */
export function output() {
  return choice('--output <form>', 'text, or one JSON value on standard output', ['text', 'json']).default('text');
}

/** The same for a command that takes its time: also each event as it comes, a line each, the result last. */
function eventOutput() {
  const forms = ['text', 'json', 'ndjson'];
  return choice('--output <form>', 'text, one JSON value, or a line for each event', forms).default('text');
}

/** The last part of a help text. */
export function examples(...lines: string[]): string {
  return `\nExamples:\n${lines.map((line) => `  ${line}`).join('\n')}\n`;
}
