import { setScheduled } from '../apply/retire-accounts.ts';
import { throwIfStopped } from '../apply/run-tools.ts';
import { updateAccount, type UpdateStep } from '../apply/update-account.ts';
import { RelayError } from '../terms/relay-error.ts';
import type { ImportJob } from './import-job.ts';
import { RunFailure } from './run-failure.ts';
import type { RunState } from './run-import.ts';
import { isRolling, testAccounts } from './verify-accounts.ts';

/** How long a host may take until it serves an account that was put back, in milliseconds. */
const seenAfterMs = 3000;

/**
 * Changes accounts that serve, where only a test proves the change: at most half of them at a time are out of service,
 * changed, tested and put back, while the others serve (rule N6). The only account of a group is changed while it serves.
 */
export async function updateInTurns(job: ImportJob, state: RunState): Promise<void> {
  const { plan, tools } = state;
  const steps = plan.accounts.filter(
    (step): step is UpdateStep => (step.action === 'update' || step.action === 'adopt') && isRolling(step),
  );
  if (steps.length === 0) return;
  const serving = servingCount(state);
  const turn = Math.max(1, Math.floor(serving / 2));
  for (let start = 0; start < steps.length; start += turn) {
    throwIfStopped(tools);
    await updateTurn(job, steps.slice(start, start + turn), serving > 1, state);
    if (start + turn < steps.length) await tools.clock.sleep(seenAfterMs, tools.stop);
  }
}

async function updateTurn(
  job: ImportJob,
  steps: readonly UpdateStep[],
  pauses: boolean,
  state: RunState,
): Promise<void> {
  const { tools, ledger, record, plan } = state;
  const changed = [];
  for (const step of steps) {
    if (pauses) await pause(step, state);
    try {
      const account = await updateAccount(step, tools, ledger);
      record.outcomes.set(step.fingerprint, { outcome: 'updated', account });
      changed.push(account);
    } catch (error) {
      if (!(error instanceof RelayError) || plan.policy.onFailure === 'undo') throw error;
      record.outcomes.set(step.fingerprint, failedUpdate(error, step));
      record.errors.push({ ...error.toProblem(), stage: 'apply' });
      if (pauses) await setScheduled(step.account, true, tools, ledger);
    }
  }
  const heldOut = new Set(pauses ? changed.map((account) => account.id) : []);
  await testAccounts(job, { accounts: changed, retested: changed, heldOut }, state);
}

async function pause(step: UpdateStep, { tools, ledger }: RunState): Promise<void> {
  const found = await setScheduled(step.account, false, tools, ledger);
  if (found !== undefined) throw new RunFailure(found);
}

/** How a refused or lost change of an account is told. */
export function failedUpdate(error: RelayError, { account }: UpdateStep) {
  return error.code === 'WRITE_UNSETTLED'
    ? ({ outcome: 'unsettled', message: error.message } as const)
    : ({ outcome: 'failed', code: 'WRITE_REFUSED', message: error.message, id: account.id } as const);
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
    }).length + plan.removals.length
  );
}
