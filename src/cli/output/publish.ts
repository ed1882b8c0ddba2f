import type { ExtraReportFlags, PrintFlags } from '../../config/options/option-flags.ts';
import { closingText, type Commands } from '../../report/text/footer-text.ts';
import { reportSchema, type Report } from '../../report/report-schema.ts';
import { fold } from '../../report/text/fold.ts';
import { resultText, type ResultScreen } from '../../report/text/result-text.ts';
import type { RelayError } from '../../core/relay-error.ts';
import { tellGithub, writeExtraReports } from './extra-reports.ts';
import { columnsOf } from '../columns.ts';
import { print, styleFor, type Io } from '../io.ts';
import { printFooter } from './footer.ts';
import { printResult } from './result.ts';
import { writeReport } from './write-report.ts';

export interface Published {
  /** Where the report goes: a path, `-`, or `null` for none. */
  place: string | null;
  /** Whether the host is there after the command has ended. */
  lasting: boolean;
}

/** Writes the reports, says how the run ended, and returns the exit code. */
export async function publish(
  report: Report,
  to: Published,
  flags: PrintFlags & ExtraReportFlags,
  commands: Commands,
  io: Io,
): Promise<number> {
  const json = await writeNamed(report, to.place, io);
  const extra = await writeExtraReports([report], flags, io);
  const files = [...(to.place === null || json.length > 0 ? [] : [to.place]), ...extra.written];
  const toProgram = to.place === '-' && json.length === 0;
  if (!toProgram) {
    if (!printResult(io, flags, 'report', report) && flags.quiet !== true)
      printOutcome((screen) => resultText(report, screen), { ...to, files }, flags, io);
  }
  const github = await tellGithub([report], flags, toProgram || flags.output !== 'text', io);
  const lost = [...json, ...extra.lost, ...github];
  const [first, ...others] = lost;
  if (report.exitCode !== 0) {
    for (const each of lost) print(io.stderr, `${each.code}: ${each.message}`);
    print(io.stderr, '');
    for (const line of closingText(report, commands)) print(io.stderr, line);
  }
  if (first === undefined || report.exitCode !== 0) return report.exitCode;
  for (const each of others) print(io.stderr, `${each.code}: ${each.message}`);
  // The host is fine, but the caller lacks a report: that is not a success.
  printFooter(io, {
    happened: `${first.code}: ${first.message}`,
    holds: 'The host holds what was wanted.',
    todo: first.hint,
    next: commands.same,
  });
  return 1;
}

/** Writes the reports of a command that changed nothing, where they were asked for by name. Returns what was met. */
export async function publishUnchanged(
  report: Report,
  place: string | null,
  flags: PrintFlags & ExtraReportFlags,
  io: Io,
): Promise<RelayError[]> {
  const json = await writeNamed(report, place, io);
  const extra = await writeExtraReports([report], flags, io);
  const github = await tellGithub([report], flags, place === '-' || flags.output === 'json', io);
  return [...json, ...extra.lost, ...github];
}

function writeNamed(report: Report, place: string | null, io: Io): Promise<RelayError[]> {
  return place === null ? Promise.resolve([]) : writeReport(reportSchema.parse(report), place, io);
}

/** Says how a run, or several, ended, and where its reports are. */
export function printOutcome(
  textFor: (screen: ResultScreen) => string,
  { files, lasting }: { files: readonly string[]; lasting: boolean },
  flags: PrintFlags,
  io: Io,
): void {
  if (io.stderr.isTTY === true && io.stdout.isTTY === true) print(io.stdout, '');
  const style = styleFor(io, 'stdout', flags.color);
  const columns = columnsOf(io);
  print(io.stdout, textFor({ style, columns, lasting }));
  if (!lasting) print(io.stdout, '\nThe embedded host ran for this command only and is gone now.');
  if (files.length > 0) print(io.stdout, `\n${fold(`Report: ${files.join(', ')}`, columns)}`);
}
