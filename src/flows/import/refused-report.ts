import type { Report } from '../../report/report-schema.ts';
import type { Problem } from '../../core/relay-error.ts';
import type { ImportJob } from './import-job.ts';

export interface RefusedRun {
  host: { url: string; kind: string; version: string };
  startedAt: number;
  finishedAt: number;
  /** A dry run is no failure; it has no errors and exits with 0. */
  dryRun: boolean;
  exitCode: number;
  errors: (Problem & { stage: string })[];
  warnings: (Problem & { stage: string })[];
}

/** The report of a run that changed nothing: a dry run, or one that could not start. Every key is `not_tried`. */
export function refusedReport(job: ImportJob, run: RefusedRun): Report {
  const { provider, pack, keyFile } = job;
  const keys = keyFile.entries.map((entry): Report['keys'][number] => {
    if (entry.kind === 'malformed')
      return { line: entry.line, fingerprint: null, last4: '', outcome: 'malformed', duplicateOf: null, account: null };
    const { line, fingerprint, last4, duplicateOf } = entry;
    return {
      line,
      fingerprint,
      last4,
      outcome: duplicateOf === null ? 'not_tried' : 'duplicate',
      duplicateOf,
      account: null,
    };
  });
  const count = (outcome: string) => keys.filter((key) => key.outcome === outcome).length;
  const none = {
    added: 0,
    updated: 0,
    unchanged: 0,
    failed: 0,
    rolledBack: 0,
    unsettled: 0,
    removed: 0,
    passed: 0,
    warning: 0,
    failedVerdict: 0,
    others: 0,
  };
  return {
    schema: 'relay.import-report/1',
    run: {
      id: job.run,
      startedAt: new Date(run.startedAt).toISOString(),
      finishedAt: new Date(run.finishedAt).toISOString(),
      durationMs: run.finishedAt - run.startedAt,
      relayVersion: job.relayVersion,
      dryRun: run.dryRun,
      interrupted: run.exitCode === 130 || run.exitCode === 143,
      stages: [],
    },
    host: run.host,
    provider: {
      pack: pack.id,
      id: provider.id,
      displayName: provider.displayName,
      platform: provider.platform,
      accountType: provider.accountType,
      baseUrl: provider.baseUrl,
      smokeTestModel: provider.smokeTestModel,
      digest: pack.digest,
    },
    mode: job.mode,
    accessMode: job.access,
    batchStatus: run.dryRun ? 'succeeded' : 'failed',
    providerStatus: run.dryRun ? 'active' : 'failed',
    accessStatus: 'unchecked',
    exitCode: run.exitCode,
    summary: {
      lines: keyFile.lines,
      blank: keyFile.blank,
      malformed: count('malformed'),
      duplicate: count('duplicate'),
      accepted: count('not_tried'),
      notTried: count('not_tried'),
      ...none,
    },
    keys,
    group: null,
    channel: null,
    plan: null,
    accounts: [],
    removed: [],
    subscriptions: [],
    gateway: null,
    connect: null,
    leftovers: [],
    unsettled: [],
    warnings: run.warnings,
    errors: run.errors,
  };
}
