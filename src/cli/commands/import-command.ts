import { noJournal } from '../../apply/journal.ts';
import { Ledger } from '../../apply/ledger.ts';
import { inStage, throwIfStopped, type RunTools } from '../../apply/run-tools.ts';
import { beginLine } from '../../flows/begin-journal.ts';
import { beginRecord } from '../../flows/import-record.ts';
import type { ImportJob } from '../../flows/import-job.ts';
import { planImport, type PlannedImport } from '../../flows/plan-import.ts';
import { refusedReport } from '../../flows/refused-report.ts';
import { runImport } from '../../flows/run-import.ts';
import { RunJournal } from '../../journal/run-journal.ts';
import { acts, changesAnything } from '../../plan/import-plan.ts';
import { planViewSchema, viewPlan } from '../../plan/plan-view.ts';
import { planText } from '../../report/plan-text.ts';
import { systemClock } from '../../terms/clock.ts';
import type { Redactor } from '../../terms/redactor.ts';
import { RelayError } from '../../terms/relay-error.ts';
import { askConsent, checkMassRemoval, questionsOf } from '../consent.ts';
import { holdLock, stateDirOf } from '../hold-lock.ts';
import { EventQueue } from '../event-queue.ts';
import { openHost, type HostSession } from '../host-session.ts';
import type { ImportFlags } from '../import-flags.ts';
import { readImportRequest, type ImportRequest } from '../import-options.ts';
import { print, styleFor, type Io } from '../io.ts';
import { nothingWritten, sayLast } from '../last-words.ts';
import { progressView } from '../progress.ts';
import { publish } from '../publish.ts';
import { repeatCommand } from '../repeat-command.ts';
import { stopSignals } from '../stop-signals.ts';
import { checkReportPlace, writeReport } from '../write-report.ts';

/** `relay import` and `relay plan`. Returns the exit code; throws what stopped it before the first write. */
export async function importCommand(flags: ImportFlags, io: Io, redactor: Redactor): Promise<number> {
  const startedAt = Date.now();
  const request = await readImportRequest(flags, io, redactor);
  const { place, named } = request.report;
  if (place !== null && (flags.dryRun !== true || named)) await checkReportPlace(place, io);
  const view = { quiet: flags.quiet === true, colour: flags.color, verbose: flags.verbose === true };
  const events = new EventQueue(progressView(io, view));
  const { stop, release } = stopSignals((text) => events.emit({ type: 'notice', text }), request.deadlineMs);
  const base = { clock: systemClock, emit: events.emit, journal: noJournal, stop };
  let session: HostSession | undefined;
  let unlock: () => void = () => undefined;
  try {
    session = await connect(request, io, redactor, base, view.verbose);
    const ours = session.vendorUrl !== null || flags.baseUrl !== undefined;
    if (session.vendorUrl !== null && flags.baseUrl === undefined) {
      request.job.provider = atVendor(request.job.provider, session.vendorUrl);
    }
    const lasting = session.vendorUrl === null;
    const tools: RunTools = { ...base, host: session.host };
    const { id: provider } = request.job.provider;
    if (lasting && flags.dryRun !== true) {
      unlock = await holdLock(
        io,
        { hostUrl: session.host.info.url, provider, run: request.job.run },
        systemClock,
        stop,
      );
    }
    const planned = await planImport(request.job, tools);
    await events.idle();
    throwIfStopped(tools);
    if (flags.dryRun) return await showPlan(request, planned, session, flags, io, startedAt);
    checkMassRemoval(planned.plan, flags.allowMassRemoval === true);
    await askConsent(questionsOf(planned.plan, request.job, ours), io, flags, stop);
    throwIfStopped(tools);
    // A host that ends with this command leaves nothing to finish or to undo.
    const begin = beginLine(request.job, planned.plan, session.host, startedAt);
    const journal = lasting && acts(planned.plan) ? RunJournal.begin(stateDirOf(io), begin, systemClock) : undefined;
    const record = beginRecord(request.job, planned.plan, session.host, new Ledger(journal ?? noJournal), startedAt);
    await runImport(request.job, planned, { ...tools, journal: journal ?? noJournal }, record);
    await events.idle();
    record.run.finishedAt = Date.now();
    record.run.stages = events.stages;
    return await publish(record, { place, lasting, journal }, flags, repeatCommand('relay import', flags), io);
  } catch (error) {
    await events.idle();
    // Only who asked for a report by name gets one of a run that could not start.
    if (place !== null && named && error instanceof RelayError) {
      const problems = [{ ...error.toProblem(), stage: 'plan' }];
      const ending = {
        host: hostOf(session, request),
        startedAt,
        finishedAt: Date.now(),
        exitCode: error.exitCode,
      };
      await writeReport(
        refusedReport(request.job, { ...ending, dryRun: false, errors: problems, warnings: [] }),
        place,
        io,
      );
    }
    throw error;
  } finally {
    release();
    unlock();
    await session?.close();
  }
}

/** The provider with the embedded vendor as its upstream, in the form that its protocol needs. */
function atVendor(provider: ImportJob['provider'], vendorUrl: string): ImportJob['provider'] {
  return { ...provider, baseUrl: provider.platform === 'openai' ? `${vendorUrl}/v1` : vendorUrl };
}

async function connect(
  request: ImportRequest,
  io: Io,
  redactor: Redactor,
  tools: Omit<RunTools, 'host'>,
  verbose: boolean,
): Promise<HostSession> {
  const trace = verbose ? { trace: (line: string) => print(io.stderr, redactor.redact(line)) } : {};
  const options = { version: io.version, timeoutMs: request.timeoutMs, clock: tools.clock, redactor, ...trace };
  return inStage(
    tools,
    'connect',
    'Connect',
    () => openHost(request.host, options),
    ({ host }) => ({ ok: true, text: `${host.info.kind} ${host.info.version} at ${host.info.url}` }),
  );
}

function hostOf(session: HostSession | undefined, request: ImportRequest): ReportedHost {
  if (session === undefined)
    return { url: request.host.kind === 'url' ? request.host.url : 'sandbox', kind: '', version: '' };
  const { url, kind, version } = session.host.info;
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
  session: HostSession,
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
  if (place !== null && named) {
    const warnings = plan.warnings.map((each) => ({ ...each, stage: 'plan' }));
    const ending = { host: hostOf(session, request), startedAt, finishedAt: Date.now(), exitCode };
    await writeReport(refusedReport(request.job, { ...ending, dryRun: true, errors: [], warnings }), place, io);
    if (place === '-') return end();
  }
  const { id, displayName, baseUrl } = request.job.provider;
  const view = planViewSchema.parse(
    viewPlan(plan, { host: hostOf(session, request), provider: { id, displayName, baseUrl } }),
  );
  const style = styleFor(io, 'stdout', flags.color);
  print(io.stdout, flags.output === 'json' ? JSON.stringify(view, null, 2) : planText(view, style));
  return end();
}
