import { noJournal } from '../../../apply/journal.ts';
import { ChangeLog } from '../../../apply/change-log.ts';
import { buildReport } from '../../../report/build-report.ts';
import type { Report } from '../../../report/report-schema.ts';
import { nothingDone, type ReportedRun } from '../../../report/run-record.ts';
import type { ImportJob } from '../import-job.ts';

export type RefusedRun = Pick<ReportedRun, 'host' | 'errors' | 'warnings'> & {
  startedAt: number;
  finishedAt: number;
  /** A dry run is no failure; it has no errors and exits with 0, or 8. */
  dryRun: boolean;
  exitCode: number;
};

/** The report of a run that changed nothing: a dry run, or one that could not start. Every key is `not_tried`. */
export function refusedReport(
  job: ImportJob,
  { startedAt, finishedAt, dryRun, exitCode, ...told }: RefusedRun,
): Report {
  const { run: id, relayVersion, pack, provider, keyFile, mode, access } = job;
  return buildReport({
    ...told,
    run: { id, startedAt, finishedAt, relayVersion, dryRun, stages: [], pace: null, journal: null, budget: null },
    pack: { id: pack.id, digest: pack.digest },
    provider,
    keyFile,
    plan: { mode, access, resources: [], accounts: [], removals: [], servingElsewhere: 0 },
    decided: {
      batchStatus: dryRun ? 'succeeded' : 'failed',
      providerStatus: dryRun ? 'active' : 'failed',
      accessStatus: 'unchecked',
      exitCode,
    },
    interruptedBy: exitCode === 130 ? 'SIGINT' : exitCode === 143 ? 'SIGTERM' : null,
    ...nothingDone(),
    log: new ChangeLog(noJournal),
  });
}
