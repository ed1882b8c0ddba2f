import { fold } from './fold.ts';
import { momentText, spokenDuration } from './format.ts';
import { leftoverLine, unresolvedLine } from './leftover-text.ts';
import type { Report } from '../report-schema.ts';
import { resultText, type ResultScreen } from './result-text.ts';

/** Of how many kinds of errors it is said what to do. */
const mostHints = 5;

/** A report as text: the summary that the run ended with, its times, and what the run said as its last words. */
export function reportText(report: Report, screen: Omit<ResultScreen, 'lasting'>): string {
  const { style } = screen;
  const { run } = report;
  const stages = run.stages.map(({ name, durationMs }) => `${name} ${spokenDuration(durationMs)}`).join(', ');
  const kind = run.dryRun ? 'dry run' : 'run';
  const hints = [...new Set(report.errors.map(({ hint }) => hint))].slice(0, mostHints);
  const lines = [
    resultText(report, { ...screen, lasting: true }),
    '',
    `${kind} ${run.id} by relay ${run.relayVersion}, ${momentText(run.startedAt)}, ${spokenDuration(run.durationMs)}, exit code ${report.exitCode}`,
    ...(stages === '' ? [] : [style.dim(`stages ${stages}`)]),
    ...hints.map((hint) => `what to do: ${hint}`),
    ...report.leftovers.map(leftoverLine),
    ...report.unsettled.map(unresolvedLine),
  ];
  const [result = '', ...rest] = lines;
  return `${result}\n${fold(rest.join('\n'), screen.columns)}`;
}
