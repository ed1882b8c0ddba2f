import type { RunJournal } from '../journal/run-journal.ts';
import { buildReport } from '../report/build-report.ts';
import { closingText } from '../report/closing-text.ts';
import type { Report } from '../report/report-schema.ts';
import type { RunRecord } from '../report/run-record.ts';
import { summaryText } from '../report/summary-text.ts';
import { acts } from '../plan/import-plan.ts';
import { RelayError } from '../terms/relay-error.ts';
import type { SayFlags } from './import-flags.ts';
import { print, styleFor, type Io } from './io.ts';
import { sayLast } from './last-words.ts';
import { printResult } from './result.ts';
import { writeReport } from './write-report.ts';

export interface Published {
  /** Where the report goes: a path, `-`, or `null` for none. */
  place: string | null;
  /** Closed with how the run ended. */
  journal: RunJournal | undefined;
  /** Whether the host is there after the command has ended. */
  lasting: boolean;
}

/** Writes the report, says how the run ended, and returns the exit code. */
export async function publish(
  record: RunRecord,
  to: Published,
  flags: SayFlags,
  again: string,
  io: Io,
): Promise<number> {
  const report = buildReport(record);
  to.journal?.end(report.batchStatus, report.exitCode);
  const lost = to.place === null ? undefined : await tryToWrite(report, to.place, io);
  if (to.place !== '-' || lost !== undefined) {
    if (!printResult(io, flags, 'report', report) && flags.quiet !== true)
      sayResult(report, acts(record.plan) || record.ledger.deeds.length > 0, to, flags, io);
  }
  if (report.exitCode !== 0) {
    if (lost !== undefined) print(io.stderr, `${lost.code}: ${lost.message}`);
    print(io.stderr, '');
    for (const line of closingText(report, again)) print(io.stderr, line);
  }
  if (lost === undefined || report.exitCode !== 0) return report.exitCode;
  // The host is fine, but the caller has no report: that is not a success.
  sayLast(io, {
    happened: `${lost.code}: ${lost.message}`,
    holds: 'The host holds what was wanted.',
    next: `${lost.hint} Then: ${again}`,
  });
  return 1;
}

async function tryToWrite(report: Report, place: string, io: Io): Promise<RelayError | undefined> {
  try {
    await writeReport(report, place, io);
    return undefined;
  } catch (error) {
    if (error instanceof RelayError) return error;
    throw error;
  }
}

/** Warnings that tell where the host is not as the pack, the key file or the command say. */
const differences = new Set(['DRIFT', 'REMOVALS_HELD_BACK', 'SUBSCRIPTION_DIFFERS']);

function sayResult(report: Report, changed: boolean, { place, lasting }: Published, flags: SayFlags, io: Io): void {
  if (io.stderr.isTTY === true && io.stdout.isTTY === true) print(io.stdout, '');
  const differs = report.warnings.some(({ code }) => differences.has(code));
  if (!changed && report.exitCode === 0)
    print(
      io.stdout,
      differs
        ? 'Nothing to do: what differs is left as it is; the warnings name it.\n'
        : 'Nothing to do: the host is as the pack and the key file say.\n',
    );
  print(io.stdout, summaryText(report, styleFor(io, 'stdout', flags.color), lasting));
  if (!lasting) print(io.stdout, '\nThe embedded host ran for this command only and is gone now.');
  if (place !== null) print(io.stdout, `\nReport: ${place}`);
}
