import { countText } from './amounts.ts';
import { leftoverLine, leftoversAdvice, leftoversHeld, unsettledLine } from './leftover-text.ts';
import { readable } from './readable.ts';
import type { Report } from './report-schema.ts';

/** What stands last on standard error after a run that did not end well: what happened, what the host holds, what to do. */
export function closingText(report: Report, command: string): string[] {
  const [cause] = report.errors;
  const happened = report.run.interrupted
    ? 'The run was stopped.'
    : cause === undefined
      ? 'The run did not end well.'
      : `${cause.code}: ${readable(cause.message)}`;
  const others = report.errors.length - 1;
  return [
    others > 0 ? `${happened} (and ${others} more in the report)` : happened,
    holds(report),
    ...report.leftovers.map(leftoverLine),
    ...report.unsettled.map(unsettledLine),
    `Next: ${next(report, command)}`,
  ];
}

/** What the host holds after a run that did not end well; ends with a colon where a list follows. */
export function holds(report: Report): string {
  switch (report.exitCode) {
    case 4:
      return 'The host is as it was before.';
    case 5:
      return `The host holds what works: ${countText(working(report))} of ${countText(report.accounts.length)} accounts serve.`;
    case 6:
      return leftoversHeld(report.leftovers, report.unsettled);
    case 7:
      return `Everything is in place on the host, but ${report.gateway?.ok === false ? 'the gateway does not answer' : 'no account works'}.`;
    default:
      return report.batchStatus === 'rolled_back'
        ? 'The host is as it was before.'
        : `The host holds ${countText(working(report))} accounts of this run that serve.`;
  }
}

function working({ accounts }: Report): number {
  return accounts.filter((account) => account.scheduled === true && account.validation !== 'failed').length;
}

function next(report: Report, command: string): string {
  if (report.leftovers.length > 0 || report.unsettled.length > 0)
    return `${leftoversAdvice(report.leftovers, report.unsettled)}, then: ${command}`;
  const [cause] = report.errors;
  return cause === undefined || report.run.interrupted ? command : `${cause.hint} Then: ${command}`;
}
