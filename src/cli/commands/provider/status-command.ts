import { throwIfStopped } from '../../../apply/run-tools.ts';
import { loadConfig } from '../../../config/config-file.ts';
import type { PrintFlags } from '../../../config/options/option-flags.ts';
import { longOption } from '../../../config/options/option-table.ts';
import { RelayError } from '../../../core/relay-error.ts';
import { overviewText } from '../../../report/text/overview-text.ts';
import { overviewCsv, statusCsv } from '../../../report/forms/csv.ts';
import { firstOf } from '../../../core/counted.ts';
import { accessSlug } from '../../../core/modes.ts';
import { packOfProvider } from '../../../pack/find-pack.ts';
import { faultsIn } from '../../../plan/overview.ts';
import { readKeys } from '../../options/read-keys.ts';
import { isGiven } from '../../options/resolve-options.ts';
import type { HostSession } from '../../session/host-session.ts';
import { hostRequest, withHost } from '../../session/with-host.ts';
import type { Flags } from '../../../config/options/option-flags.ts';
import { readOverview } from '../../../flows/read-overview.ts';
import { readStatus } from '../../../flows/read-status.ts';
import { acceptedKeys } from '../../../keys/key-file.ts';
import { readRun } from '../../../journal/read-journal.ts';
import type { StateStore } from '../../../journal/state-store.ts';
import type { KeyOfStatus } from '../../../plan/provider-status.ts';
import { statusSchema, type AccountStatus, type ProviderStatus } from '../../../plan/status-schema.ts';
import { isFine, statusFaults } from '../../../report/status-faults.ts';
import { statusText, type StatusScreen } from '../../../report/text/status-text.ts';
import type { Redactor } from '../../../core/secrets/redactor.ts';
import { columnsOf } from '../../columns.ts';
import { print, styleFor, type Io } from '../../io.ts';
import { nothingWritten, printFooter } from '../../output/footer.ts';
import { repeatCommand } from '../../options/repeat-command.ts';
import { runCommand } from '../../options/run-command.ts';
import { printResult } from '../../output/result.ts';
import { withProvider } from '../../session/with-provider.ts';

type StatusFlags = Flags<'status'>;

/**
 * `relay status`: what the host holds for a provider, or without one for all that relay manages there. 0, or with
 * `--detailed-exitcode` 8 when something is not fine.
 */
export async function statusCommand(flags: StatusFlags, io: Io, redactor: Redactor): Promise<number> {
  const { pack, file } = flags;
  if (flags.all === true && flags.onlyProblems === true)
    throw new RelayError('USAGE', '--all and --only-problems exclude each other.', { hint: 'Give one of them.' });
  if (file !== undefined) {
    const { statusFleet } = await import('../../fleet/status-fleet.ts');
    return statusFleet({ ...flags, file }, io, redactor);
  }
  // Progress has no form of its own in a table.
  const asked = { ...flags, output: flags.output === 'csv' ? ('text' as const) : flags.output };
  if (pack === undefined) return overviewCommand(flags, asked, io, redactor);
  const keys = await keysOf(flags, io, redactor);
  return withProvider({ ...asked, pack }, false, io, redactor, async (at) => {
    const { provider, modes, tools, idle } = at;
    const status = statusSchema.parse(await readStatus({ pack: at.pack, provider, modes, keys }, tools));
    await idle();
    throwIfStopped(tools);
    const isShown = (account: AccountStatus) => flags.onlyProblems !== true || !isFine(account);
    const shown = { ...status, accounts: status.accounts.filter(isShown) };
    if (flags.output === 'csv') print(io.stdout, statusCsv(shown));
    else if (!printResult(io, asked, 'status', shown)) print(io.stdout, statusText(status, screenOf(flags, io)));
    return endOf(status, at.state, flags, io);
  });
}

function screenOf(flags: StatusFlags, io: Io): StatusScreen {
  const accounts = flags.all === true ? 'all' : flags.onlyProblems === true ? 'problems' : 'folded';
  return { style: styleFor(io, 'stdout', flags.color), columns: columnsOf(io), accounts };
}

async function endOf(status: ProviderStatus, state: HostSession['state'], flags: StatusFlags, io: Io): Promise<number> {
  const faults = statusFaults(status);
  if (faults === null || flags.detailedExitcode !== true) return 0;
  const { happened, next } = faults;
  const again = next === 'import' ? { ...flags, keys: flags.keys ?? 'FILE' } : { ...flags, keys: undefined };
  const unfinished = await unfinishedOf(status.untestedRuns, await state());
  printFooter(io, {
    happened: `Not fine: ${happened}.`,
    holds: nothingWritten,
    next:
      unfinished === undefined
        ? repeatCommand(`relay ${next}`, again)
        : runCommand('resume', unfinished.run, flags, { keys: flags.keys ?? unfinished.keys }),
  });
  return 8;
}

/** All that relay manages on the host. Options that are about one provider are refused. */
async function overviewCommand(
  flags: StatusFlags,
  asked: PrintFlags & StatusFlags,
  io: Io,
  redactor: Redactor,
): Promise<number> {
  const ofOne = (['provider', 'access', 'keys', 'all'] as const).find((name) => isGiven(flags, name));
  if (ofOne !== undefined)
    throw new RelayError('USAGE', `${longOption(ofOne)} needs --pack.`, {
      hint: 'Name the pack that is meant: --pack ID.',
    });
  const loaded = await loadConfig(flags.config, io);
  return withHost(await hostRequest(flags, loaded, io), asked, io, redactor, async ({ tools, idle }) => {
    const overview = await readOverview(tools);
    await idle();
    throwIfStopped(tools);
    const { onlyProblems = false } = flags;
    const screen = { style: styleFor(io, 'stdout', flags.color), columns: columnsOf(io), onlyProblems };
    const bad = overview.providers.filter((each) => faultsIn(each) > 0);
    const shown = onlyProblems ? { ...overview, providers: bad } : overview;
    if (flags.output === 'csv') print(io.stdout, overviewCsv(shown));
    else if (!printResult(io, asked, 'overview', shown)) print(io.stdout, overviewText(overview, screen));
    if (overview.ok || flags.detailedExitcode !== true) return 0;
    const [worst] = bad;
    if (worst === undefined) {
      const next = repeatCommand('relay import', { ...flags, pack: 'PACK', keys: 'FILE' });
      printFooter(io, { happened: 'Not fine: relay manages nothing there.', holds: nothingWritten, next });
      return 8;
    }
    // What is not fine is told all the same.
    const pack = await packOfProvider(worst.id, loaded.config.packDirs).catch(() => undefined);
    const one = { pack: pack ?? 'PACK', provider: worst.id, access: accessSlug(worst.access) };
    printFooter(io, {
      happened: `Not fine: ${firstOf(bad.map(({ id }) => id))}.`,
      holds: nothingWritten,
      next: repeatCommand('relay status', { ...flags, ...one }),
    });
    return 8;
  });
}

/** The only run that left accounts untested, if it can be finished from here. */
async function unfinishedOf(
  untested: readonly string[],
  { runs }: StateStore,
): Promise<{ run: string; keys: string } | undefined> {
  const [run, ...others] = untested;
  if (run === undefined || others.length > 0) return undefined;
  const recorded = await readRun(runs, run).catch(() => undefined);
  return recorded?.end === null ? { run, keys: recorded.begin.keys.file ?? 'FILE' } : undefined;
}

async function keysOf({ keys }: StatusFlags, io: Io, redactor: Redactor): Promise<KeyOfStatus[] | null> {
  if (keys === undefined) return null;
  // A line that cannot be a key hides nothing of what the host holds.
  const file = await readKeys(keys, 'partial', io, redactor);
  for (const entry of file.entries)
    if (entry.kind === 'malformed')
      print(io.stderr, `warning KEYS_MALFORMED: ${keys}:${entry.line}: the line ${entry.why}`);
  return acceptedKeys(file).map(({ line, fingerprint, settings }) => ({
    line,
    fingerprint,
    enabled: settings.enabled !== false,
  }));
}
