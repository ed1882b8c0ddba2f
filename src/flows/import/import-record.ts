import type { ChangeLog } from '../../apply/change-log.ts';
import type { Host } from '../../host/host.ts';
import type { ImportPlan } from '../../plan/import-plan.ts';
import { nothingDone, type RunRecord } from '../../report/run-record.ts';
import type { ImportJob } from './import-job.ts';

/** The record of a run that is about to begin: nothing is done yet. */
export function beginRecord(
  job: ImportJob,
  plan: ImportPlan,
  host: Host,
  log: ChangeLog,
  startedAt: number,
): RunRecord {
  return {
    run: {
      id: job.run,
      startedAt,
      finishedAt: startedAt,
      relayVersion: job.relayVersion,
      dryRun: false,
      stages: [],
      pace: null,
      journal: null,
      budget: null,
    },
    host: { url: host.info.url, kind: host.info.kind, version: host.info.version },
    pack: { id: job.pack.id, digest: job.pack.digest },
    provider: job.provider,
    plan,
    keyFile: job.keyFile,
    ...nothingDone(),
    log,
    interruptedBy: null,
    // What was agreed to needs no warning any more.
    warnings: plan.warnings
      .filter((warning) => warning.code !== 'MASS_REMOVAL')
      .map((warning) => ({ ...warning, stage: 'plan' })),
    errors: [],
  };
}
