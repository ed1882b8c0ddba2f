import { isOfOne } from '../../apply/ends-run.ts';
import { addLeftovers } from '../../apply/leftover.ts';
import { setScheduled } from '../../apply/set-scheduled.ts';
import { throwIfStopped, unstopped } from '../../apply/run-tools.ts';
import { undo } from '../../apply/undo.ts';
import { updateAccount, type UpdateStep } from '../../apply/update-account.ts';
import type { Account } from '../../host/objects.ts';
import type { RelayError } from '../../core/relay-error.ts';
import type { ImportJob } from './import-job.ts';
import type { RunState } from './run-import.ts';
import { isRolling, testAccounts } from './verify-accounts.ts';

/** How long a host may take until it serves an account that was put back, in milliseconds. */
const seenAfterMs = 3000;

/**
 * Changes accounts that serve, where only a test proves the change: at most half of them at a time are out of service,
 * changed, tested and put back, while the others serve (rule N6). The only account of a group is changed while it serves.
 */
export async function rollingUpdate(job: ImportJob, state: RunState): Promise<void> {
  const { plan, tools } = state;
  const steps = plan.accounts.filter(
    (step): step is UpdateStep => (step.action === 'update' || step.action === 'adopt') && isRolling(step),
  );
  if (steps.length === 0) return;
  const serving = servingCount(state);
  const turn = Math.max(1, Math.floor(serving / 2));
  for (let start = 0; start < steps.length; start += turn) {
    throwIfStopped(tools);
    await updateBatch(job, steps.slice(start, start + turn), serving > 1, state);
    if (start + turn < steps.length) await tools.clock.sleep(seenAfterMs, tools.stop);
  }
}

async function updateBatch(
  job: ImportJob,
  steps: readonly UpdateStep[],
  pauses: boolean,
  state: RunState,
): Promise<void> {
  const { tools, log, record, plan } = state;
  const changed = [];
  if (pauses) await setScheduled(accountsOf(steps), false, tools, log);
  for (const step of steps) {
    try {
      const account = await updateAccount(step, tools, log);
      record.outcomes.set(step.fingerprint, { outcome: 'updated', account });
      changed.push(account);
    } catch (error) {
      if (!isOfOne(error) || plan.policy.onFailure === 'undo') throw error;
      record.outcomes.set(step.fingerprint, failedUpdate(error, step));
      record.errors.push({ ...error.toProblem(), stage: 'apply' });
      await putBack(step.account, state);
    }
  }
  const heldOut = new Set(pauses ? changed.map((account) => account.id) : []);
  await testAccounts(job, { accounts: changed, retested: changed, heldOut }, state);
}

const accountsOf = (steps: readonly UpdateStep[]): Account[] => steps.map(({ account }) => account);

/** What the run did to an account is undone; where that does not come about, the account is named as it stands. */
async function putBack({ id, marker }: Account, { tools, log, record }: RunState): Promise<void> {
  const own = log.changes.filter((change) => change.kind === 'account' && change.id === id);
  addLeftovers(record.leftovers, (await undo(own, tools, log)).leftovers);
  const now = await unstopped(tools).host.reads.account(id);
  if (now !== undefined) record.seen.set(marker?.fingerprint ?? '', now);
}

/** How a refused or lost change of an account is told. */
export function failedUpdate(error: RelayError, { account }: UpdateStep) {
  return error.code === 'WRITE_UNSETTLED'
    ? ({ outcome: 'unsettled', message: error.message } as const)
    : ({
        outcome: 'failed',
        code: 'WRITE_REFUSED',
        message: error.message,
        hint: error.hint,
        id: account.id,
      } as const);
}

/** Accounts of the plan that serve by now. */
function servingCount({ plan, record }: RunState): number {
  return (
    plan.accounts.filter((step) => {
      const verdict = record.verdicts.get(step.fingerprint);
      if (verdict !== undefined) return verdict.validation !== 'failed' && verdict.account.scheduled;
      if (step.action === 'create') return false;
      return (
        step.account.scheduled &&
        step.account.state === 'active' &&
        !(step.action !== 'unchanged' && step.place === 'joins')
      );
    }).length + plan.removals.filter(({ serves }) => serves).length
  );
}
