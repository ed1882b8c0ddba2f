import { noJournal } from '../../apply/journal.ts';
import { ChangeLog } from '../../apply/change-log.ts';
import { throwIfStopped } from '../../apply/run-tools.ts';
import type { ImportFlags } from '../../config/options/option-flags.ts';
import { beginLine } from '../../flows/import/begin-journal.ts';
import type { ImportJob } from '../../flows/import/import-job.ts';
import { beginRecord } from '../../flows/import/import-record.ts';
import { planImport, type PlannedImport } from '../../flows/import/plan-import.ts';
import { runImport } from '../../flows/import/run-import.ts';
import type { Host } from '../../host/host.ts';
import { RunJournal } from '../../journal/run-journal.ts';
import { acts } from '../../plan/import-plan.ts';
import { planViewSchema, viewPlan, type PlanView } from '../../plan/plan-view.ts';
import type { RunRecord } from '../../report/run-record.ts';
import { systemClock } from '../../core/clock.ts';
import { checkMassRemoval, questionsOf, type UpstreamNamedBy } from './consent.ts';
import { stateDirOf } from './hold-lock.ts';
import type { ImportRequest } from '../options/import-options.ts';
import type { Io } from '../io.ts';
import { isGiven } from '../options/resolve-options.ts';
import type { HostSession } from './with-host.ts';

/** An import that was planned on its host, and waits for a yes. */
export interface Prepared {
  job: ImportJob;
  planned: PlannedImport;
  questions: string[];
}

/** Holds the provider's lock and plans. Sends nothing but reads; throws what stands in the way. */
export async function prepare(
  { job }: ImportRequest,
  { tools, vendorUrl, hold, idle }: HostSession,
  flags: ImportFlags,
): Promise<Prepared> {
  if (vendorUrl !== null && flags.baseUrl === undefined) job.provider = atVendor(job.provider, vendorUrl);
  if (vendorUrl === null && flags.dryRun !== true) await hold(job.provider.id, job.run);
  const planned = await planImport(job, tools);
  await idle();
  throwIfStopped(tools);
  if (flags.dryRun !== true) checkMassRemoval(planned.plan, flags.allowMassRemoval === true);
  return { job, planned, questions: questionsOf(planned.plan, job, namedBy(flags, vendorUrl)) };
}

/** The plan of an import as it is shown. */
export function planView({ job, planned }: Prepared, { info: { url, kind, version } }: Host): PlanView {
  const { id, displayName, baseUrl } = job.provider;
  const view = viewPlan(planned.plan, { host: { url, kind, version }, provider: { id, displayName, baseUrl } });
  return planViewSchema.parse(view);
}

/** What a run did, and the journal that waits to be closed with how it ended. */
export interface CarriedOut {
  record: RunRecord;
  journal: RunJournal | undefined;
}

/**
 * Carries a plan out, with a journal where the host lasts and something is to be done. `from`: when the run began, in
 * milliseconds since 1970, and how many stages there were before it.
 */
export async function carryOut(
  { job, planned }: Prepared,
  { tools, vendorUrl, stages, idle, redactor }: HostSession,
  from: { startedAt: number; stages: number },
  io: Io,
): Promise<CarriedOut> {
  const { startedAt } = from;
  const { plan } = planned;
  const { host } = tools;
  // A host that ends with this command leaves nothing to finish or to undo.
  const kept = vendorUrl === null && acts(plan);
  const begin = beginLine(job, host, startedAt);
  const journal = kept
    ? RunJournal.begin(stateDirOf(io), begin, { clock: systemClock, hide: (text) => redactor.hide(text) })
    : undefined;
  const record = beginRecord(job, plan, host, new ChangeLog(journal ?? noJournal), startedAt);
  await runImport(job, planned, { ...tools, journal: journal ?? noJournal }, record);
  await idle();
  record.run.finishedAt = Date.now();
  record.run.stages = stages.slice(from.stages);
  return { record, journal };
}

/** Who says where keys are sent. What stands in the configuration agrees to nothing. */
function namedBy(flags: ImportFlags, vendorUrl: string | null): UpstreamNamedBy {
  if (vendorUrl !== null || isGiven(flags, 'baseUrl')) return 'command';
  if (flags.baseUrl !== undefined) return 'configuration';
  return isGiven(flags, 'packSha256') ? 'command' : 'pack';
}

/** The provider with the embedded vendor as its upstream, in the form that its protocol needs. */
function atVendor(provider: ImportJob['provider'], vendorUrl: string): ImportJob['provider'] {
  return { ...provider, baseUrl: provider.platform === 'openai' ? `${vendorUrl}/v1` : vendorUrl };
}
