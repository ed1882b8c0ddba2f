import { throwIfStopped } from '../../apply/run-tools.ts';
import { checkSameSteps, savedPlanText, type SavedPlan } from '../../flows/import/saved-plan.ts';
import { refusedReport } from '../../flows/import/failure/refused-report.ts';
import { namedHost, type Host } from '../../host/host.ts';
import { acts } from '../../plan/import-plan.ts';
import { planText } from '../../report/text/plan-text.ts';
import type { Commands } from '../../report/text/footer-text.ts';
import type { Report } from '../../report/report-schema.ts';
import { execute, namedBy, planView, prepare, type Prepared } from '../session/run-import.ts';
import { addressQuestion, askConsent, nameModelsInstead } from '../session/consent.ts';
import type { ImportRequest } from '../options/import-options.ts';
import { columnsOf } from '../columns.ts';
import { print, styleFor, type Io } from '../io.ts';
import { nothingWritten, printFooter } from '../output/footer.ts';
import { publish, publishUnchanged } from '../output/publish.ts';
import { repeatCommand } from '../options/repeat-command.ts';
import { runCommand } from '../options/run-command.ts';
import type { RelayError } from '../../core/relay-error.ts';
import { shellWord } from '../../core/shell-word.ts';
import { writeWhole } from '../output/write-report.ts';
import { printResult } from '../output/result.ts';
import type { HostSession } from '../session/host-session.ts';
import type { CommandFlags } from './import-command.ts';

/** Writes the report of a run that could not start, where one was asked for by name. */
export async function reportRefusal(
  error: RelayError,
  reached: Host | undefined,
  request: ImportRequest,
  flags: CommandFlags,
  io: Io,
  startedAt: number,
): Promise<void> {
  const problems = [{ ...error.toProblem(), stage: 'plan' }];
  const ending = { host: hostOf(reached, request), startedAt, finishedAt: Date.now(), exitCode: error.exitCode };
  const report = refusedReport(request.job, { ...ending, dryRun: false, errors: problems, warnings: [] });
  const { place, named } = request.report;
  for (const lost of await publishUnchanged(report, named ? place : null, flags, io))
    print(io.stderr, `${lost.code}: ${lost.message}`);
}

/** What `import` and `plan` do once the host is open: all that is loaded after the first request. Returns the exit code. */
export async function importInto(
  request: ImportRequest,
  saved: SavedPlan | null,
  at: HostSession,
  flags: CommandFlags,
  io: Io,
  startedAt: number,
): Promise<number> {
  if (request.job.keyFile.entries.length > manyKeys) await holdLess();
  const { tools, vendorUrl } = at;
  // A list of models is read with the keys, so that where they go is asked about before.
  const where = request.job.live === null ? undefined : addressQuestion(request.job, namedBy(flags, vendorUrl));
  await askConsent(where === undefined ? [] : [where], io, flags, tools.stop, nameModelsInstead);
  const prepared = await prepare(request, at, flags, { agreed: true });
  if (flags.dryRun) return showPlan(request, prepared, at, flags, io, startedAt);
  if (saved !== null) checkSameSteps(saved.steps, planView(prepared, tools.host, at.redactor).changes);
  // Whoever saved a plan has seen it.
  await askConsent(saved === null ? prepared.questions : [], io, flags, tools.stop);
  throwIfStopped(tools);
  const report = await execute(prepared, at, { startedAt, stages: 0 });
  const { place } = request.report;
  const ofRun = vendorUrl === null ? { ofRun: runCommand('runs show', request.job.run, flags) } : {};
  const commands = { ...importCommands(flags, place), ...ofRun };
  return publish(report, { place, lasting: vendorUrl === null }, flags, commands, io);
}

/** From how many keys on an import is large, in one run or in many. */
export const manyKeys = 2000;

/**
 * Left to itself, V8 lets a large import hold several times what it needs before it clears that up. Not for every run: what
 * Node has compiled in advance counts for nothing once a flag was set.
 */
export async function holdLess(): Promise<void> {
  const { setFlagsFromString } = await import('node:v8');
  setFlagsFromString('--heap-growing-percent=12');
}

/** The import as it may be given next; `place` is where its report is. */
function importCommands(flags: CommandFlags, place: string | null): Commands {
  const retry = { onlyFailed: true, fromReport: place, accounts: undefined };
  // A key that was replaced did not fail in any report. What was left alone is left alone still.
  const all = flags.onlyFailed === true ? { onlyFailed: undefined, fromReport: undefined, accounts: 'append' } : {};
  return {
    same: repeatCommand('relay import', flags, all),
    partial: repeatCommand('relay import', flags, { ...all, mode: 'partial' }),
    removeFailed: repeatCommand('relay probe', flags, { repair: 'remove' }),
    onlyFailed: place === null || place === '-' ? undefined : repeatCommand('relay import', flags, retry),
  };
}

/** How a report names the host; where it was not reached, by what was asked for. */
export function hostOf(host: Host | undefined, request: ImportRequest): Report['host'] {
  if (host === undefined)
    return { url: request.host.kind === 'url' ? request.host.url : 'sandbox', kind: '', version: '' };
  return namedHost(host.info);
}

async function showPlan(
  request: ImportRequest,
  prepared: Prepared,
  { tools: { host }, redactor }: HostSession,
  flags: CommandFlags,
  io: Io,
  startedAt: number,
): Promise<number> {
  const { plan } = prepared;
  const exitCode = acts(plan) && flags.detailedExitcode === true ? 8 : 0;
  const end = () => {
    if (exitCode !== 0)
      printFooter(io, {
        happened: 'Changes are pending.',
        holds: nothingWritten,
        next: repeatCommand('relay import', flags),
      });
    return exitCode;
  };
  const { place, named } = request.report;
  const warnings = plan.warnings.map((each) => ({ ...each, stage: 'plan' }));
  const ending = { host: hostOf(host, request), startedAt, finishedAt: Date.now(), exitCode };
  const report = refusedReport(request.job, { ...ending, dryRun: true, errors: [], warnings });
  const [lost] = await publishUnchanged(report, named ? place : null, flags, io);
  if (lost !== undefined) throw lost;
  if (place === '-' && named) return end();
  const view = planView(prepared, host, redactor);
  if (flags.out !== undefined) await writeWhole(savedPlanText(prepared, view, host, startedAt), flags.out, '--out', io);
  if (!printResult(io, flags, 'plan', view))
    print(io.stdout, planText([view], { style: styleFor(io, 'stdout', flags.color), columns: columnsOf(io) }));
  if (flags.out !== undefined && flags.quiet !== true)
    print(
      io.stderr,
      `Saved. To carry it out, without another question: relay import --plan ${shellWord(flags.out)}${flags.keys === undefined ? '' : ` --keys ${shellWord(flags.keys)}`}`,
    );
  return end();
}
