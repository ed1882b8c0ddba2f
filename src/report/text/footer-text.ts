import { counted, formatCount } from '../../core/counted.ts';
import { leftoverLine, leftoversAdvice, leftoversState, unresolvedLine } from './leftover-text.ts';
import { shorten } from './shorten.ts';
import type { Report } from '../report-schema.ts';
import { failedTests } from './problem-groups.ts';

/** The command of a run, and what it can be given as another one, where it can. */
export interface Commands {
  same: string;
  /** Shows what a run did and how it is finished or undone; needed where its journal outlives it. */
  ofRun?: string | undefined;
  /** Keeps what works. */
  partial?: string | undefined;
  /** Only what failed, by the report of this run. */
  onlyFailed?: string | undefined;
  /** Removes the accounts that fail and that an earlier run left. */
  removeFailed?: string | undefined;
}

/** What stands last on standard error after a run that did not end well: what happened, what the host holds, what to do. */
export function closingText(report: Report, commands: Commands): string[] {
  const cut = report.errors.find(({ code }) => cuttingShort.has(code));
  // What it left, its journal tells too, but what it was about to note.
  if (cut !== undefined && commands.ofRun !== undefined)
    return [...endText(report), `To do: ${cut.hint}`, `Next: ${commands.ofRun}`];
  const step = stepAfter(report);
  const todo = step === undefined ? [] : [`To do: ${step}`];
  return [...endText(report), ...otherWays(report, commands), ...todo, `Next: ${commands.same}`];
}

/** What ends a run without it having been able to undo all: it is resumed, or rolled back. */
const cuttingShort: ReadonlySet<string> = new Set(['JOURNAL_FAILED', 'LOCK_LOST']);

/** What happened, and what the host holds. */
export function endText(report: Report): string[] {
  const cause = causeOf(report);
  const happened = report.run.interrupted
    ? 'The run was stopped.'
    : cause === undefined
      ? 'The run did not end well.'
      : `${cause.code}: ${shorten(cause.message)}`;
  const others = Math.max(1, report.errors.length) - 1;
  return [
    others > 0 ? `${happened} (and ${others} more)` : happened,
    holds(report),
    ...report.leftovers.map(leftoverLine),
    ...report.unsettled.map(unresolvedLine),
  ];
}

/** What the host holds after a run that did not end well; ends with a colon where a list follows. */
export function holds(report: Report): string {
  const { serving, all } = servingCounts(report);
  switch (report.exitCode) {
    case 1:
      return 'It is not known what the host holds.';
    case 2:
    case 3:
      return 'Nothing was written to the host.';
    case 4:
      return 'The host is as it was before.';
    case 5:
      return `The host holds what works: ${formatCount(serving)} of ${formatCount(all)} accounts serve.`;
    case 6:
      return leftoversState(report.leftovers, report.unsettled);
    case 7:
      if (report.accounts.length > 0 && report.accounts.every(({ code }) => code === 'GATEWAY_NOT_READY'))
        return 'No account is in place on the host: those that did not answer through the gateway were taken away again.';
      return `Everything is in place on the host, but ${report.gateway?.ok === false ? 'the gateway does not answer' : 'no account works'}.`;
    default:
      return report.batchStatus === 'rolled_back'
        ? 'The host is as it was before.'
        : `The host holds ${counted(working(report), 'account of this run that serves', 'accounts of this run that serve')}${untestedText(report)}.`;
  }
}

function untestedText(report: Report): string {
  const untested = idleUntested(report);
  return untested === 0 ? '' : `, and ${formatCount(untested)} untested and out of service`;
}

/** How many accounts the run has made or changed, never tested, and left out of service. */
export function idleUntested({ accounts }: Report): number {
  return accounts.filter(
    ({ validation, scheduled, action }) =>
      validation === 'not_tried' &&
      scheduled === false &&
      ['created', 'adopted', 'updated', 'disabled'].includes(action),
  ).length;
}

/** How many accounts serve, of all of the provider; others are those that the run was not about. */
export function servingCounts(report: Report): { serving: number; all: number } {
  const { others } = report.summary;
  return { serving: working(report) + others, all: report.accounts.length + others };
}

function working({ accounts }: Report): number {
  return accounts.filter((account) => account.scheduled === true && account.validation !== 'failed').length;
}

/**
 * Where keys have failed: to keep the others, and, once they are kept, to try again only those that failed, or to remove
 * what they left.
 */
export function otherWays(report: Report, { partial, onlyFailed, removeFailed }: Commands): string[] {
  const { mode, run, warnings } = report;
  if (run.interrupted || failedTests(report) === 0) return [];
  if (mode === 'strict') return partial === undefined ? [] : [`To keep the keys that work: ${partial}`];
  return [
    ...(onlyFailed === undefined ? [] : [`Only those that failed, once they work: ${onlyFailed}`]),
    ...(removeFailed !== undefined && warnings.some(({ code }) => code === 'FAILED_BEFORE')
      ? [`To remove those that failed before: ${removeFailed}`]
      : []),
  ];
}

/** What to do before the command is given again; nothing where that is all. */
export function stepAfter(report: Report): string | undefined {
  const { leftovers, unsettled, run } = report;
  if (leftovers.length > 0 || unsettled.length > 0) return leftoversAdvice(leftovers, unsettled);
  return run.interrupted ? undefined : causeOf(report)?.hint;
}

/** Warnings that tell why keys have no account that works. */
const whyIdle = new Set(['KEYS_MALFORMED', 'KEY_REVOKED']);

/** Why a run did not end well: what failed first, or else what is wrong with the keys. A gateway needs accounts to answer. */
function causeOf(report: Report): Report['errors'][number] | undefined {
  const why = report.warnings.find(({ code }) => whyIdle.has(code));
  const failed = report.errors.find(({ code }) => code !== 'GATEWAY_NOT_READY');
  if (failed === undefined && why !== undefined && servingCounts(report).serving === 0) return why;
  return report.errors[0] ?? why;
}
