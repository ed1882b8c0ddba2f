import { beginRecord } from '../../flows/import-record.ts';
import type { ImportJob } from '../../flows/import-job.ts';
import { planImport, type PlannedImport } from '../../flows/plan-import.ts';
import { refusedReport } from '../../flows/refused-report.ts';
import { runImport } from '../../flows/run-import.ts';
import { inStage, type RunTools } from '../../apply/run-tools.ts';
import { changesAnything } from '../../plan/import-plan.ts';
import { planViewSchema, viewPlan } from '../../plan/plan-view.ts';
import { buildReport } from '../../report/build-report.ts';
import { closingText } from '../../report/closing-text.ts';
import { planText } from '../../report/plan-text.ts';
import type { Report } from '../../report/report-schema.ts';
import { summaryText } from '../../report/summary-text.ts';
import { systemClock } from '../../terms/clock.ts';
import { codes } from '../../terms/codes.ts';
import type { Redactor } from '../../terms/redactor.ts';
import { RelayError } from '../../terms/relay-error.ts';
import type { RunEvent } from '../../terms/run-event.ts';
import { askConsent, questionsOf } from '../consent.ts';
import { openHost, type HostSession } from '../host-session.ts';
import { readImportRequest, type ImportOptions, type ImportRequest } from '../import-options.ts';
import { print, styleFor, type Io } from '../io.ts';
import { progressView, type Show } from '../progress.ts';
import { stopSignals } from '../stop-signals.ts';
import { checkReportPlace, writeReport } from '../write-report.ts';

export interface ImportFlags extends ImportOptions {
  dryRun?: boolean;
  detailedExitcode?: boolean;
  yes?: boolean;
  output: 'text' | 'json';
  quiet?: boolean;
  verbose?: boolean;
  color: boolean;
  input: boolean;
}

/** `relay import` and `relay plan`. Returns the exit code; throws what stopped it before the first write. */
export async function importCommand(flags: ImportFlags, io: Io, redactor: Redactor): Promise<number> {
  const startedAt = Date.now();
  const request = await readImportRequest(flags, io, redactor);
  const reports = request.report.place !== null && (flags.dryRun !== true || request.report.named);
  if (request.report.place !== null && reports) await checkReportPlace(request.report.place, io);
  const show = progressView(io, { quiet: flags.quiet === true, colour: flags.color, verbose: flags.verbose === true });
  const { stop, release } = stopSignals(io, request.deadlineMs);
  const views = new EventQueue(show);
  const base = { clock: systemClock, emit: views.emit, stop };
  let session: HostSession | undefined;
  let planned: PlannedImport | undefined;
  const refused = async (error: unknown) => {
    await views.idle();
    if (request.report.place === null || !request.report.named || !(error instanceof RelayError)) return;
    const { exit } = codes[error.code];
    await writeReport(
      refusedReport(request.job, {
        host: hostOf(session, request),
        startedAt,
        finishedAt: Date.now(),
        dryRun: false,
        exitCode: exit,
        errors: [{ ...error.toProblem(), stage: 'plan' }],
        warnings: [],
      }),
      request.report.place,
      io,
    );
  };
  try {
    try {
      session = await connect(request, io, redactor, base, flags);
      if (session.vendorUrl !== null && flags.baseUrl === undefined)
        request.job.provider = atVendor(request.job.provider, session.vendorUrl);
      planned = await planImport(request.job, { ...base, host: session.host });
      if (!flags.dryRun) {
        await views.idle();
        await askConsent(
          questionsOf(planned.plan, request.job, session.vendorUrl !== null || flags.baseUrl !== undefined),
          io,
          { yes: flags.yes === true, input: flags.input },
        );
        if (stop.aborted) throw stop.reason;
      }
    } catch (error) {
      await refused(error);
      throw error;
    }
    await views.idle();
    if (flags.dryRun) return await showPlan(request, planned, session, flags, io, startedAt);
    const record = beginRecord(request.job, planned.plan, session.host, startedAt);
    await runImport(request.job, planned, { ...base, host: session.host }, record);
    await views.idle();
    record.run.finishedAt = Date.now();
    record.run.stages = views.stages;
    const report = buildReport(record);
    return await publish(report, request, flags, io, planned, session);
  } finally {
    release();
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
  flags: ImportFlags,
): Promise<HostSession> {
  const trace = flags.verbose === true ? (line: string) => print(io.stderr, redactor.redact(line)) : undefined;
  const options = {
    version: io.version,
    timeoutMs: request.timeoutMs,
    clock: tools.clock,
    redactor,
    ...(trace === undefined ? {} : { trace }),
  };
  return inStage(
    tools,
    'connect',
    'Connect',
    () => openHost(request.host, options),
    ({ host }) => ({ ok: true, text: `${host.info.kind} ${host.info.version} at ${host.info.url}` }),
  );
}

function hostOf(
  session: HostSession | undefined,
  request: ImportRequest,
): { url: string; kind: string; version: string } {
  if (session !== undefined)
    return { url: session.host.info.url, kind: session.host.info.kind, version: session.host.info.version };
  return { url: request.host.kind === 'url' ? request.host.url : 'sandbox', kind: 'sub2api', version: '' };
}

async function showPlan(
  request: ImportRequest,
  { plan }: PlannedImport,
  session: HostSession,
  flags: ImportFlags,
  io: Io,
  startedAt: number,
): Promise<number> {
  const changes = changesAnything(plan);
  const view = planViewSchema.parse(viewPlan(plan, changes));
  const exitCode = changes && flags.detailedExitcode === true ? 8 : 0;
  const { place, named } = request.report;
  if (place !== null && named) {
    await writeReport(
      refusedReport(request.job, {
        host: hostOf(session, request),
        startedAt,
        finishedAt: Date.now(),
        dryRun: true,
        exitCode,
        errors: [],
        warnings: plan.warnings.map((each) => ({ ...each, stage: 'plan' })),
      }),
      place,
      io,
    );
  }
  if (place === '-' && named) return exitCode;
  if (flags.output === 'json') print(io.stdout, JSON.stringify(view, null, 2));
  else print(io.stdout, planText(view, headingOf(request.job, session), styleFor(io, 'stdout', flags.color)));
  return exitCode;
}

function headingOf(job: ImportJob, { host }: HostSession): string {
  return `${job.provider.displayName} (${job.provider.id}) on ${host.info.url} (${host.info.kind} ${host.info.version}), ${job.mode}, ${job.access}`;
}

async function publish(
  report: Report,
  request: ImportRequest,
  flags: ImportFlags,
  io: Io,
  { plan }: PlannedImport,
  session: HostSession,
): Promise<number> {
  const { place } = request.report;
  let lost: RelayError | undefined;
  try {
    if (place !== null) await writeReport(report, place, io);
  } catch (error) {
    if (!(error instanceof RelayError)) throw error;
    lost = error;
  }
  const toStdout = place === '-' && lost === undefined;
  if (flags.output === 'json' && !toStdout) print(io.stdout, JSON.stringify(report, null, 2));
  if (flags.output === 'text' && !toStdout && flags.quiet !== true) {
    if (!changesAnything(plan)) print(io.stdout, 'Nothing to do: the host is as the pack and the key file say.\n');
    print(io.stdout, summaryText(report, styleFor(io, 'stdout', flags.color)));
    if (place !== null && lost === undefined) print(io.stdout, `\nReport: ${place}`);
    if (session.vendorUrl !== null) print(io.stdout, 'The embedded host ran for this command only and is gone now.');
  }
  if (lost !== undefined) print(io.stderr, `${lost.code}: ${lost.message}`);
  if (report.exitCode !== 0) for (const line of closingText(report, repeatCommand(flags))) print(io.stderr, line);
  // The host is fine, but the caller has no report: that is not a success.
  return lost !== undefined && report.exitCode === 0 ? 1 : report.exitCode;
}

/** The command that does the same again, with what was given by name. Secrets are never options, so none is in it. */
function repeatCommand(flags: ImportFlags): string {
  const given: [string, string | undefined][] = [
    ['--pack', flags.pack],
    ['--provider', flags.provider],
    ['--keys', flags.keys],
    ['--host', flags.host],
    ['--mode', flags.mode],
    ['--access', flags.access],
    ['--base-url', flags.baseUrl],
  ];
  const words = given.flatMap(([name, value]) =>
    value === undefined
      ? []
      : [name, /^[\w@%+=:,./-]+$/.test(value) ? value : `'${value.replaceAll("'", String.raw`'\''`)}'`],
  );
  return ['relay import', ...words].join(' ');
}

/** Hands events to the view one after the other, and keeps the times of the stages. */
class EventQueue {
  readonly stages: { name: string; startedAt: number; durationMs: number }[] = [];
  readonly emit: (event: RunEvent) => void;
  #tail: Promise<void> = Promise.resolve();

  constructor(show: Show) {
    this.emit = (event) => {
      if (event.type === 'stage-finished')
        this.stages.push({ name: event.stage, startedAt: Date.now() - event.ms, durationMs: event.ms });
      this.#tail = this.#tail.then(() => show(event));
    };
  }

  /** Resolves when everything emitted so far is shown. */
  idle(): Promise<void> {
    return this.#tail;
  }
}
