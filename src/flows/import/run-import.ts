import type { ChangeLog } from '../../apply/change-log.ts';
import { addLeftovers, leftoverOf } from '../../apply/leftover.ts';
import { removeAccounts } from '../../apply/remove-accounts.ts';
import { removeObjects } from '../../apply/remove-objects.ts';
import type { UnresolvedWrite } from '../../apply/perform-write.ts';
import { inStage, stopReason, throwIfStopped, type RunTools } from '../../apply/run-tools.ts';
import { stagingChanges } from '../../apply/staging-group.ts';
import { undo } from '../../apply/undo.ts';
import type { Group } from '../../host/objects.ts';
import { isStagingGroup } from '../../plan/staging-groups.ts';
import { changesAnything, type ImportPlan } from '../../plan/import-plan.ts';
import type { RunRecord } from '../../report/run-record.ts';
import { Interruption, problem, type Problem } from '../../core/relay-error.ts';
import type { Stage } from '../../core/run-event.ts';
import type { Secret } from '../../core/secrets/secret.ts';
import { afterFailure } from './after-failure.ts';
import { ProbeUser } from '../../verify/probe-key.ts';
import type { ImportJob } from './import-job.ts';
import { removeProbeUsers, stayingProbeUsers } from '../left-probe-users.ts';
import { promoteAccounts } from './promote-accounts.ts';
import { makeObjects } from './make-objects.ts';
import { openAccess } from './open-access.ts';
import type { PlannedImport } from './plan-import.ts';
import { resolveRemaining } from './resolve-remaining.ts';
import { asRunFailure, RunFailure } from './run-failure.ts';
import { rollingUpdate } from './rolling-update.ts';
import { verifyAccounts, works } from './verify-accounts.ts';

/** What the stages of one run share. */
export interface RunState {
  plan: ImportPlan;
  probeKey: Secret | null;
  /** The host may still be at work on what the run sent before it was interrupted. */
  resumed: boolean;
  tools: RunTools;
  log: ChangeLog;
  probeUser: ProbeUser;
  /** The group beside the managed one, once it is made. */
  staging: Group | null;
  record: RunRecord;
  /** Changes whose fate nobody knows yet, and that did not end the run. */
  unresolved: UnresolvedWrite[];
  warn: (stage: Stage, found: Problem) => void;
}

/**
 * Carries a plan out: objects, tests, access, removals; undoes what it made where the policy wants that. Fills the
 * record, and never throws for what the host or a vendor does.
 */
export async function runImport(
  job: ImportJob,
  { plan, probeKey }: PlannedImport,
  tools: RunTools,
  record: RunRecord,
): Promise<void> {
  const warn = (stage: Stage, found: Problem) => {
    record.warnings.push({ ...found, stage });
    tools.emit({ type: 'warning', stage, problem: found });
  };
  const probeUser = new ProbeUser(plan.run, tools, record.log);
  const state: RunState = {
    plan,
    probeKey,
    resumed: job.resumed,
    probeUser,
    staging: null,
    tools,
    log: record.log,
    record,
    unresolved: [],
    warn,
  };
  let stage: Stage = 'apply';
  try {
    const left = plan.leftUsers.map(({ name }) => ({ email: name }));
    for (const found of stayingProbeUsers(await removeProbeUsers(left, tools))) warn(stage, found);
    const make = () => makeObjects(job, state);
    const resources = changesAnything(plan)
      ? await inStage(tools, stage, 'Apply', make, () => ({ ok: true, text: appliedText(record) }))
      : await make();
    stage = 'verify';
    await verifyAccounts(job, state);
    stage = 'access';
    await promoteAccounts(job, resources.groupId, state);
    stage = 'verify';
    await rollingUpdate(job, state);
    stage = 'access';
    await openAccess(job, resources.groupId, state);
    stage = 'remove';
    await removeStale(state);
    await removeStaging(state);
    await resolveRemaining(null, state);
  } catch (error) {
    const failure = asRunFailure(error);
    record.aborted = true;
    record.errors.push({ ...failure.problem, stage });
    record.interruptedBy = signalOf(tools.stop);
    addLeftovers(record.leftovers, await probeUser.remove());
    await inStage(
      tools,
      'undo',
      plan.policy.onFailure === 'undo' ? 'Undo' : 'Tidy up',
      () => afterFailure(failure, state),
      () => undoText(record),
    );
  }
}

function appliedText(record: RunRecord): string {
  const made = [...record.outcomes.values()].filter((outcome) => outcome.outcome === 'created').length;
  return made === 0
    ? 'group, channel and tariff are in place'
    : `group, channel and tariff are in place, ${made} account${made === 1 ? '' : 's'} created`;
}

/** The groups beside the managed one: those of this run, and those that interrupted runs have left. */
export async function removeStaging({ plan, tools, log, record }: RunState): Promise<void> {
  const own = stagingChanges(log, plan.run);
  if (own.length > 0) addLeftovers(record.leftovers, (await undo(own, tools, log)).leftovers);
  const ids = new Set(plan.staleStaging.map(({ id }) => id));
  if (ids.size === 0) return;
  const list = async () =>
    (await tools.host.reads.groups()).filter(({ id, name }) => ids.has(id) && isStagingGroup(name));
  const stale = await list();
  addLeftovers(record.leftovers, (await removeObjects('group', stale, tools, list)).leftovers);
}

/** Rules B21 and N22: in strict mode only when nothing failed, else only where something serves without them. */
async function removeStale(state: RunState): Promise<void> {
  const { plan, tools, log, record } = state;
  if (plan.removals.length === 0) return;
  const why = whyHeldBack(state);
  if (why !== null) {
    const names = plan.removals.map(({ name }) => `"${name}"`).join(', ');
    state.warn(
      'remove',
      problem('REMOVALS_HELD_BACK', `Without a key in the file, and kept because ${why}: ${names}.`),
    );
    return;
  }
  throwIfStopped(tools);
  const count = `${plan.removals.length} account${plan.removals.length === 1 ? '' : 's'}`;
  const { removed, left, leftovers } = await inStage(
    tools,
    'remove',
    `Remove ${count}`,
    () => removeAccounts(plan.removals, tools, log),
    (result) => ({ ok: result.left.length === 0, text: `${result.removed.length} removed` }),
  );
  record.removed.push(...removed);
  addLeftovers(record.leftovers, leftovers);
  const [first] = left;
  if (first === undefined) return;
  // What was removed cannot come back, so undoing the rest would only make the group smaller.
  const undoes = plan.policy.onFailure === 'undo' && removed.length === 0;
  const stopped = stopReason(tools.stop);
  if (stopped !== undefined) {
    if (undoes) throw stopped;
    record.interruptedBy = signalOf(tools.stop);
    record.aborted = true;
    record.errors.push({
      ...problem(stopped.code, `${left.length} of ${count} were not removed any more.`),
      stage: 'remove',
    });
    return;
  }
  const found = problem(
    'REMOVAL_FAILED',
    `${left.length} of ${count} could not be removed, the first is "${first.name}" (${first.id}).`,
  );
  if (undoes) throw new RunFailure(found);
  record.errors.push({ ...found, stage: 'remove' });
  if (plan.policy.onFailure === 'undo')
    addLeftovers(
      record.leftovers,
      left.map(({ id, name }) =>
        leftoverOf({ kind: 'account', action: 'created', id, name }, 'it could not be removed', tools.host),
      ),
    );
}

/** Why accounts without a key in the file stay for now, or `null`. */
function whyHeldBack({ plan, record }: RunState): string | null {
  if (plan.policy.onFailure === 'undo' && record.errors.length > 0) return 'not all of the run went well';
  if (record.gateway?.ok === false) return 'the gateway does not answer';
  const serves = plan.accounts.some((step) => {
    const verdict = record.verdicts.get(step.fingerprint);
    return verdict === undefined ? step.action !== 'create' && step.account.scheduled : works(verdict);
  });
  return serves ? null : 'no account with a key in the file works';
}

function signalOf({ aborted, reason }: AbortSignal): 'SIGINT' | 'SIGTERM' | null {
  return aborted && reason instanceof Interruption ? reason.signal : null;
}

function undoText(record: RunRecord): { ok: boolean; text: string } {
  if (record.leftovers.length > 0) return { ok: false, text: `${record.leftovers.length} left on the host` };
  return { ok: true, text: record.undone ? 'the host is as it was' : 'kept what works' };
}
