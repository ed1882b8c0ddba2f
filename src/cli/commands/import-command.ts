import { noJournal } from '../../apply/journal.ts';
import { Ledger } from '../../apply/ledger.ts';
import { throwIfStopped } from '../../apply/run-tools.ts';
import { beginLine } from '../../flows/begin-journal.ts';
import { beginRecord } from '../../flows/import-record.ts';
import type { ImportJob } from '../../flows/import-job.ts';
import { planImport, type PlannedImport } from '../../flows/plan-import.ts';
import { refusedReport } from '../../flows/refused-report.ts';
import { runImport } from '../../flows/run-import.ts';
import type { Host } from '../../host/host.ts';
import { RunJournal } from '../../journal/run-journal.ts';
import { acts, changesAnything } from '../../plan/import-plan.ts';
import { planViewSchema, viewPlan } from '../../plan/plan-view.ts';
import { planText } from '../../report/plan-text.ts';
import { systemClock } from '../../terms/clock.ts';
import type { Redactor } from '../../terms/redactor.ts';
import { RelayError } from '../../terms/relay-error.ts';
import { checkTerms } from '../choose-pack.ts';
import { askConsent, checkMassRemoval, questionsOf } from '../consent.ts';
import { stateDirOf } from '../hold-lock.ts';
import { checkExtraReports } from '../extra-reports.ts';
import type { ImportFlags } from '../import-flags.ts';
import { readImportRequest, type ImportRequest } from '../import-options.ts';
import { print, styleFor, type Io } from '../io.ts';
import { nothingWritten, sayLast } from '../last-words.ts';
import { publish, publishUnchanged } from '../publish.ts';
import { repeatCommand } from '../repeat-command.ts';
import { printResult } from '../result.ts';
import { withHost, type AtHost } from '../with-host.ts';
import { checkReportPlace } from '../write-report.ts';

/** `relay import` and `relay plan`. Returns the exit code; throws what stopped it before the first write. */
export async function importCommand(flags: ImportFlags, io: Io, redactor: Redactor): Promise<number> {
  const startedAt = Date.now();
  const request = await readImportRequest(flags, io, redactor);
  if (flags.dryRun !== true) checkTerms(request.job.provider, flags.acceptTerms ?? []);
  const { place, named } = request.report;
  const written = place !== null && (flags.dryRun !== true || named) ? place : null;
  if (written !== null) await checkReportPlace(written, io);
  await checkExtraReports(flags, written, io);
  let reached: Host | undefined;
  try {
    const asked = { settings: request.host, timeoutMs: request.timeoutMs, deadlineMs: request.deadlineMs };
    return await withHost(asked, flags, io, redactor, (at) => {
      reached = at.tools.host;
      return carryOut(request, at, flags, io, startedAt);
    });
  } catch (error) {
    // Only who asked for a report by name gets one of a run that could not start.
    if (error instanceof RelayError) {
      const problems = [{ ...error.toProblem(), stage: 'plan' }];
      const ending = { host: hostOf(reached, request), startedAt, finishedAt: Date.now(), exitCode: error.exitCode };
      const report = refusedReport(request.job, { ...ending, dryRun: false, errors: problems, warnings: [] });
      for (const lost of await publishUnchanged(report, named ? place : null, flags, io))
        print(io.stderr, `${lost.code}: ${lost.message}`);
    }
    throw error;
  }
}

async function carryOut(
  request: ImportRequest,
  { tools, vendorUrl, stages, idle, hold }: AtHost,
  flags: ImportFlags,
  io: Io,
  startedAt: number,
): Promise<number> {
  const { job, report } = request;
  const { host } = tools;
  const ours = vendorUrl !== null || flags.baseUrl !== undefined || flags.packSha256 !== undefined;
  if (vendorUrl !== null && flags.baseUrl === undefined) job.provider = atVendor(job.provider, vendorUrl);
  const lasting = vendorUrl === null;
  if (lasting && flags.dryRun !== true) await hold(job.provider.id, job.run);
  const planned = await planImport(job, tools);
  await idle();
  throwIfStopped(tools);
  if (flags.dryRun) return showPlan(request, planned, host, flags, io, startedAt);
  checkMassRemoval(planned.plan, flags.allowMassRemoval === true);
  await askConsent(questionsOf(planned.plan, job, ours), io, flags, tools.stop);
  throwIfStopped(tools);
  // A host that ends with this command leaves nothing to finish or to undo.
  const begin = beginLine(job, planned.plan, host, startedAt);
  const journal = lasting && acts(planned.plan) ? RunJournal.begin(stateDirOf(io), begin, systemClock) : undefined;
  const record = beginRecord(job, planned.plan, host, new Ledger(journal ?? noJournal), startedAt);
  await runImport(job, planned, { ...tools, journal: journal ?? noJournal }, record);
  await idle();
  record.run.finishedAt = Date.now();
  record.run.stages = stages;
  const again = repeatCommand('relay import', flags);
  return publish(record, { place: report.place, lasting, journal }, flags, again, io);
}

/** The provider with the embedded vendor as its upstream, in the form that its protocol needs. */
function atVendor(provider: ImportJob['provider'], vendorUrl: string): ImportJob['provider'] {
  return { ...provider, baseUrl: provider.platform === 'openai' ? `${vendorUrl}/v1` : vendorUrl };
}

function hostOf(host: Host | undefined, request: ImportRequest): ReportedHost {
  if (host === undefined)
    return { url: request.host.kind === 'url' ? request.host.url : 'sandbox', kind: '', version: '' };
  const { url, kind, version } = host.info;
  return { url, kind, version };
}

interface ReportedHost {
  url: string;
  kind: string;
  version: string;
}

async function showPlan(
  request: ImportRequest,
  { plan }: PlannedImport,
  host: Host,
  flags: ImportFlags,
  io: Io,
  startedAt: number,
): Promise<number> {
  const exitCode = changesAnything(plan) && flags.detailedExitcode === true ? 8 : 0;
  const end = () => {
    if (exitCode !== 0)
      sayLast(io, {
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
  const { id, displayName, baseUrl } = request.job.provider;
  const view = planViewSchema.parse(
    viewPlan(plan, { host: hostOf(host, request), provider: { id, displayName, baseUrl } }),
  );
  if (!printResult(io, flags, 'plan', view)) print(io.stdout, planText(view, styleFor(io, 'stdout', flags.color)));
  return end();
}
