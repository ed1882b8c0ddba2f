import type { Style } from '../terms/style.ts';
import { durationText, momentText } from './amounts.ts';
import { besidesVerdicts } from './problem-groups.ts';
import { leftoverLine, unsettledLine } from './leftover-text.ts';
import { readable } from './readable.ts';
import type { Report } from './report-schema.ts';
import { summaryText } from './summary-text.ts';

/** How many errors are listed before the rest is only counted. */
const mostErrors = 10;

/** A report as text: the summary that the run ended with, its times, and what the run said as its last words. */
export function reportText(report: Report, style: Style): string {
  const { run } = report;
  const stages = run.stages.map(({ name, durationMs }) => `${name} ${durationText(durationMs)}`).join(', ');
  const kind = run.dryRun ? 'dry run' : 'run';
  const errors = besidesVerdicts(report.errors, report);
  const hidden = errors.length - mostErrors;
  const lines = [
    summaryText(report, style, true),
    '',
    `${kind} ${run.id} by relay ${run.relayVersion}, ${momentText(run.startedAt)}, ${durationText(run.durationMs)}, exit code ${report.exitCode}`,
    ...(stages === '' ? [] : [style.dim(`stages ${stages}`)]),
    ...errors
      .slice(0, mostErrors)
      .flatMap(({ code, message, hint }) => [
        `${style.bad('error')} ${code}: ${readable(message)}`,
        `  ${style.dim(hint)}`,
      ]),
    ...(hidden > 0 ? [style.dim(`and ${hidden} more; the report has all of them`)] : []),
    ...report.leftovers.map(leftoverLine),
    ...report.unsettled.map(unsettledLine),
  ];
  return lines.join('\n');
}
