import type { Host } from '../../host/host.ts';
import { journalVersion, type RunOrder } from '../../journal/entries.ts';
import type { ImportJob } from './import-job.ts';

/** What the first line of a run's journal holds: all that finishing or undoing it needs, and no key. */
export function beginLine(job: ImportJob, host: Host, now: number): RunOrder {
  return {
    v: journalVersion,
    type: 'begin',
    at: new Date(now).toISOString(),
    run: job.run,
    relayVersion: job.relayVersion,
    host: { url: host.info.url, kind: host.info.kind, version: host.info.version },
    pack: { id: job.pack.id, file: job.pack.file, digest: job.pack.digest, origin: job.pack.origin },
    provider: job.provider,
    job: {
      modelsFrom: job.modelsFrom,
      mode: job.mode,
      access: job.access,
      accounts: job.accounts,
      targets: job.targets,
      extend: job.extend,
      adopt: job.adopt,
      failed: job.failed,
      probe: job.probe,
      concurrency: job.concurrency,
      batchSize: job.batchSize,
      gatewayWaitMs: job.gatewayWaitMs,
    },
    keys: {
      file: job.keysFrom,
      lines: job.keyFile.lines,
      blank: job.keyFile.blank,
      entries: job.keyFile.entries.map((entry) => {
        if (entry.kind === 'malformed') return entry;
        const { key: _key, ...rest } = entry;
        return rest;
      }),
    },
  };
}
