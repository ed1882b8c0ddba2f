import { accessSlug } from '../../core/modes.ts';
import { resolve } from 'node:path';
import { stopReason, throwIfStopped } from '../../apply/run-tools.ts';
import type { ImportFlags } from '../../config/options/option-flags.ts';
import { refusedReport } from '../../flows/import/failure/refused-report.ts';
import { acts } from '../../plan/import-plan.ts';
import { endText, otherWays, stepAfter } from '../../report/text/footer-text.ts';
import { exitCodeOfAll } from '../../report/outcome.ts';
import { importsPlanSchema } from '../../report/outputs/imports-schema.ts';
import { planText } from '../../report/text/plan-text.ts';
import type { Report } from '../../report/report-schema.ts';
import type { Redactor } from '../../core/secrets/redactor.ts';
import { problem, RelayError } from '../../core/relay-error.ts';
import { execute, planView, prepare, type Prepared } from '../session/run-import.ts';
import { checkTerms } from '../options/choose-pack.ts';
import { askConsent } from '../session/consent.ts';
import { checkPlaces } from '../options/check-places.ts';
import { readImportFile } from '../options/import-file.ts';
import { readImportRequest, type ImportRequest } from '../options/import-options.ts';
import { columnsOf } from '../columns.ts';
import { print, styleFor, type Io } from '../io.ts';
import { nothingWritten, printFooter } from '../output/footer.ts';
import { publishAll } from '../output/publish-all.ts';
import { repeatCommand } from '../options/repeat-command.ts';
import { printResult } from '../output/result.ts';
import { withHost, type HostSession } from '../session/with-host.ts';
import { hostOf } from './import-on-host.ts';

/**
 * `relay import --file`: several imports in one go. All are read and planned, and what needs a yes is asked, before the
 * first write; each then stands for itself. Returns one exit code for all.
 */
export async function importSeveral(file: string, flags: ImportFlags, io: Io, redactor: Redactor): Promise<number> {
  const startedAt = Date.now();
  const entries = await readImportFile(flags, resolve(io.cwd, file));
  const requests = await collect(
    entries,
    (_, index) => `imports[${index}]`,
    async (entry) => {
      const request = await readImportRequest(entry, io, redactor);
      if (flags.dryRun !== true) checkTerms(request.job.provider, flags.acceptTerms ?? []);
      return { ...request, flags: entry };
    },
  );
  checkTwice(requests);
  const [first] = requests;
  if (first === undefined) throw new RelayError('IMPORTS_INVALID', `${file} lists no import.`);
  const { place, named } = first.report;
  const written = place !== null && (flags.dryRun !== true || named) ? place : null;
  const inputs = [{ file: resolve(io.cwd, file), named: '--file' }, ...requests.flatMap((each) => each.inputs)];
  await checkPlaces(flags, written, inputs, io);
  const asked = { settings: first.host, state: first.state, timeoutMs: first.timeoutMs, deadlineMs: first.deadlineMs };
  return withHost(asked, flags, io, redactor, async (at) => {
    const all = await collect(
      requests,
      ({ job }) => job.provider.id,
      (request) => prepare(request, at, request.flags),
    );
    if (flags.dryRun) return showPlans(all, at, flags, io);
    await askConsent(
      all.flatMap((each) => each.questions),
      io,
      flags,
      at.tools.stop,
    );
    throwIfStopped(at.tools);
    const reports = await importAll(all, requests, at);
    const exitCode = exitCodeOfAll(reports.map((report) => report.exitCode));
    const again = repeatCommand('relay import', flags);
    const lost = await publishAll(
      { reports, startedAt, exitCode, place: written, lasting: at.vendorUrl === null },
      flags,
      io,
    );
    printFailures(reports, again, io);
    const [unwritten] = lost;
    if (unwritten === undefined || exitCode !== 0) return exitCode;
    const { code, message, hint } = unwritten;
    const holds = 'The host holds what was wanted.';
    printFooter(io, { happened: `${code}: ${message}`, holds, todo: hint, next: again });
    return 1;
  });
}

/** Does the same with each, and throws the faults of all as one error. */
async function collect<In, Out>(
  list: readonly In[],
  name: (each: In, index: number) => string,
  work: (each: In) => Promise<Out>,
): Promise<Out[]> {
  const done: Out[] = [];
  const faults: { name: string; error: RelayError }[] = [];
  for (const [index, each] of list.entries()) {
    try {
      done.push(await work(each));
    } catch (error) {
      if (!(error instanceof RelayError) || error.code === 'INTERRUPTED') throw error;
      faults.push({ name: name(each, index), error });
    }
  }
  const [first, ...others] = faults;
  if (first === undefined) return done;
  const { code, message, hint, details } = first.error;
  throw new RelayError(code, `${first.name}: ${message}`, {
    hint,
    details: [...details, ...others.map((each) => `${each.name}: ${each.error.code}: ${each.error.message}`)],
  });
}

function checkTwice(requests: readonly ImportRequest[]): void {
  const seen = new Set<string>();
  for (const { job } of requests) {
    const key = `${job.provider.id} ${job.access}`;
    if (seen.has(key))
      throw new RelayError('IMPORTS_INVALID', `"${job.provider.id}" is imported twice with the same access.`, {
        hint: 'Put its keys into one file.',
      });
    seen.add(key);
  }
}

async function importAll(
  all: readonly Prepared[],
  requests: readonly ImportRequest[],
  at: HostSession,
): Promise<Report[]> {
  const reports: Report[] = [];
  for (const [index, prepared] of all.entries()) {
    const { job } = prepared;
    const startedAt = Date.now();
    const stopped = stopReason(at.tools.stop);
    if (stopped !== undefined) {
      const { code, exitCode } = stopped;
      const found = { ...problem(code, 'It was not begun any more.'), stage: 'plan' };
      const host = hostOf(at.tools.host, requests[index] as ImportRequest);
      const ending = { host, startedAt, finishedAt: startedAt, dryRun: false, errors: [found], warnings: [], exitCode };
      reports.push(refusedReport(job, ending));
      continue;
    }
    at.tools.emit({ type: 'notice', text: `Import ${index + 1} of ${all.length}: ${job.provider.id}` });
    const report = await execute(prepared, at, { startedAt, stages: at.stages.length });
    reports.push(report);
  }
  return reports;
}

/** What happened in those that did not end well, and the command for all. */
function printFailures(reports: readonly Report[], again: string, io: Io): void {
  const failed = reports.filter(({ exitCode }) => exitCode !== 0);
  if (failed.length === 0) return;
  for (const report of failed) {
    print(io.stderr, '');
    print(io.stderr, `${report.provider.id}, ${accessSlug(report.accessMode)}:`);
    const step = stepAfter(report);
    const ways = otherWays(report, { same: again, partial: 'write "mode: partial" for it into the file' });
    for (const line of [...endText(report), ...ways, ...(step === undefined ? [] : [`To do: ${step}`])])
      print(io.stderr, `  ${line}`);
  }
  print(io.stderr, '');
  printFooter(io, {
    happened: `${failed.length} of ${reports.length} imports did not end well.`,
    holds: `The host holds ${failed.length === reports.length ? 'none of them' : `the other ${reports.length - failed.length}`} as wanted.`,
    todo: failed.every((report) => stepAfter(report) === undefined) ? undefined : 'Do what is said of each.',
    next: again,
  });
}

function showPlans(all: readonly Prepared[], { tools, redactor }: HostSession, flags: ImportFlags, io: Io): number {
  const imports = all.map((each) => planView(each, tools.host, redactor));
  const value = importsPlanSchema.parse({ schema: 'relay.imports-plan/1', imports });
  if (!printResult(io, flags, 'plans', value)) {
    print(io.stdout, planText(value.imports, { style: styleFor(io, 'stdout', flags.color), columns: columnsOf(io) }));
  }
  const pending = all.some(({ plan }) => acts(plan));
  if (!pending || flags.detailedExitcode !== true) return 0;
  printFooter(io, {
    happened: 'Changes are pending.',
    holds: nothingWritten,
    next: repeatCommand('relay import', flags),
  });
  return 8;
}
