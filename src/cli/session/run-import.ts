import { hostname } from 'node:os';
import { writableStates } from '../../apply/reopen-changes.ts';
import { systemClock } from '../../core/clock.ts';
import { executeImport } from '../../flows/import/execute-import.ts';
import type { ImportJob } from '../../flows/import/import-job.ts';
import { prepareImport, type PreparedImport } from '../../flows/import/prepare-import.ts';
import type { Redactor } from '../../core/secrets/redactor.ts';
import { namedHost, type Host } from '../../host/host.ts';
import { RunRecorder } from '../../journal/run-recorder.ts';
import { planViewSchema, viewPlan, type PlanView } from '../../plan/plan-view.ts';
import type { Report } from '../../report/report-schema.ts';
import type { ImportFlags } from '../../config/options/option-flags.ts';
import type { ImportRequest } from '../options/import-options.ts';
import { isGiven } from '../options/resolve-options.ts';
import { keepReport } from './keep-report.ts';
import { questionsOf, refuseToAsk, type UpstreamNamedBy } from './consent.ts';
import type { HostSession } from './host-session.ts';

/** An import that was planned on its host, and waits for a yes. */
export interface Prepared extends PreparedImport {
  questions: string[];
}

/**
 * Plans, holding the provider's lock unless it is only a look. Sends nothing but reads; throws what stands in the way, and
 * `CONSENT_NEEDED` where the upstream is to be asked for its models with keys, and nobody has `agreed` to where they go.
 */
export async function prepare(
  { job }: ImportRequest,
  { tools, vendorUrl, hold, idle, redactor }: HostSession,
  flags: ImportFlags,
  { isLook = flags.dryRun === true, agreed = false } = {},
): Promise<Prepared> {
  if (vendorUrl !== null && flags.baseUrl === undefined) job.provider = atVendor(job.provider, vendorUrl);
  const from = namedBy(flags, vendorUrl);
  const isAsked = job.live !== null;
  if (isAsked && !agreed) refuseToAsk(job, from, flags);
  const dryRun = flags.dryRun === true;
  const lock = vendorUrl === null && !isLook ? { acquireLock: hold } : {};
  const prepared = await prepareImport(job, { tools, dryRun, ...lock });
  await idle();
  const show = (text: string) => redactor.name(text);
  return { ...prepared, questions: questionsOf(prepared.plan, job, isAsked ? 'command' : from, show) };
}

/** The plan of an import as it is shown. */
export function planView({ job, plan }: Prepared, { info }: Host, redactor: Redactor): PlanView {
  const { id, displayName, baseUrl } = job.provider;
  const view = viewPlan(plan, { host: namedHost(info), provider: { id, displayName, baseUrl } }, (text) =>
    redactor.name(text),
  );
  return planViewSchema.parse(view);
}

/**
 * Executes an import on the host of a command. A host that ends with the command leaves nothing to finish or to undo, and
 * has no journal. `from`: when it began, in milliseconds since 1970, and how many stages there were before it.
 */
export async function execute(
  prepared: PreparedImport,
  at: HostSession,
  from: { startedAt: number; stages: number },
): Promise<Report> {
  const { tools, vendorUrl, stages, idle, redactor, state, atWork } = at;
  const writable = writableStates(tools.host, (text) => redactor.hide(text));
  const report = await executeImport(prepared, {
    tools,
    startedAt: from.startedAt,
    stages: () => stages.slice(from.stages),
    openJournal: async (begin) => {
      if (vendorUrl !== null) return null;
      const journal = await RunRecorder.begin(
        (await state()).runs,
        { ...begin, machine: hostname() },
        { clock: systemClock, writable },
      );
      atWork(begin.run);
      return journal;
    },
  });
  if (report.run.journal !== null) await keepReport(report, at);
  await idle();
  return report;
}

/** Who says where keys are sent: what the command says is agreed to, and so is the embedded vendor. What stands in the configuration agrees to nothing. */
export function namedBy(flags: ImportFlags, vendorUrl: string | null): UpstreamNamedBy {
  if (vendorUrl !== null || isGiven(flags, 'baseUrl')) return 'command';
  if (flags.baseUrl !== undefined) return 'configuration';
  return isGiven(flags, 'packSha256') ? 'command' : 'pack';
}

/** The provider with the embedded vendor as its upstream, in the form that its protocol needs. */
function atVendor(provider: ImportJob['provider'], vendorUrl: string): ImportJob['provider'] {
  return { ...provider, baseUrl: provider.platform === 'openai' ? `${vendorUrl}/v1` : vendorUrl };
}
