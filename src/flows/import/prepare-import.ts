import type { ChangeLog } from '../../apply/change-log.ts';
import type { Leftover } from '../../apply/leftover.ts';
import { throwIfStopped, type RunTools } from '../../apply/run-tools.ts';
import { counted } from '../../core/counted.ts';
import { RelayError } from '../../core/relay-error.ts';
import type { Secret } from '../../core/secrets/secret.ts';
import type { ImportPlan } from '../../plan/import-plan.ts';
import type { ImportJob } from './import-job.ts';
import { planImport } from './plan-import.ts';

/** What planning works with. */
export interface PrepareEnv {
  tools: RunTools;
  /** Holds the locks of a provider until the run is over; nothing where the plan is only to be shown. */
  acquireLock?: (provider: string, run: string) => Promise<void>;
  /** Lets a plan that takes more than half of the accounts away be made, to be shown. */
  dryRun?: boolean;
}

/** An import that was planned on its host, and waits to be executed. */
export interface PreparedImport {
  job: ImportJob;
  plan: ImportPlan;
  /** The user key for the gateway check, where one was given or found. */
  probeKey: Secret | null;
  /** What an interrupted run had done before it was resumed, and what of that could not be removed. */
  earlier: { log: ChangeLog; leftovers: Leftover[] } | null;
}

/**
 * Holds the provider's lock, looks at the host, and plans. Sends nothing but reads. Throws what stands in the way,
 * `MASS_REMOVAL` where more than half of the accounts would go and the job does not allow it, and why it was stopped.
 */
export async function prepareImport(job: ImportJob, env: PrepareEnv): Promise<PreparedImport> {
  await env.acquireLock?.(job.provider.id, job.run);
  const { plan, probeKey } = await planImport(job, env.tools);
  throwIfStopped(env.tools);
  if (env.dryRun !== true) refuseMassRemoval(plan);
  return { job, plan, probeKey, earlier: null };
}

/** A rule of its own for what is likely a wrong key file: no answer on a terminal agrees to it. */
function refuseMassRemoval({ massRemoval, policy, removals }: ImportPlan): void {
  if (!massRemoval || policy.massRemoval === 'allowed') return;
  const names = removals.map(({ name }) => name);
  throw new RelayError(
    'MASS_REMOVAL',
    `${counted(names.length, 'account')} would be removed, more than half of all: ${names.slice(0, 5).join(', ')}${names.length > 5 ? ', …' : ''}.`,
  );
}
