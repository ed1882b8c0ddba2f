import type { Host } from '../host/host.ts';
import { journalVersion, type Begin } from '../journal/entries.ts';
import type { ImportPlan } from '../plan/import-plan.ts';
import type { ImportJob } from './import-job.ts';

/** The first line of a run's journal: all that finishing or undoing it needs, and no key. */
export function beginLine(job: ImportJob, plan: ImportPlan, host: Host, now: number): Begin {
  const { mode, access, accounts, targets, extend, adopt, failed, probe, concurrency, batchSize, gatewayWaitMs } = job;
  return {
    v: journalVersion,
    type: 'begin',
    at: new Date(now).toISOString(),
    run: job.run,
    relayVersion: job.relayVersion,
    host: { url: host.info.url, kind: host.info.kind, version: host.info.version },
    pack: { id: job.pack.id, file: job.pack.file, digest: job.pack.digest, origin: job.pack.origin },
    provider: job.provider,
    job: { mode, access, accounts, targets, extend, adopt, failed, probe, concurrency, batchSize, gatewayWaitMs },
    keys: {
      lines: job.keyFile.lines,
      blank: job.keyFile.blank,
      entries: job.keyFile.entries.map((entry) => {
        if (entry.kind === 'malformed') return entry;
        const { key: _key, ...rest } = entry;
        return rest;
      }),
    },
    marks: {
      run: plan.run,
      access: plan.access,
      group: markOf(plan.group),
      channel: markOf(plan.channel),
      plan: plan.plan && markOf(plan.plan),
    },
  };
}

function markOf(step: { action: string; name: string; id?: number }): { action: string; name: string; id?: number } {
  return step.action === 'create' || step.id === undefined
    ? { action: step.action, name: step.name }
    : { action: step.action, name: step.name, id: step.id };
}
