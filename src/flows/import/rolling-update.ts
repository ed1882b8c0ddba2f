import { isOfOne } from '../../apply/ends-run.ts';
import { setEnabled } from '../../apply/accounts/set-enabled.ts';
import { throwIfStopped, unstopped } from '../../apply/run-tools.ts';
import { undo } from '../../apply/undo/undo.ts';
import { updateAccount, type UpdateStep } from '../../apply/accounts/update-account.ts';
import type { Account } from '../../host/account.ts';
import type { RelayError } from '../../core/relay-error.ts';
import type { ImportRun } from './import-run.ts';
import { isRolling, testAccounts } from './verify-accounts.ts';

/** How long a host may take until it serves an account that was put back, in milliseconds. */
const seenAfterMs = 3000;

/**
 * Changes accounts that serve, where only a test proves the change: at most half of them at a time are out of service,
 * changed, tested and put back, while the others serve (rule N6). The only account of a place is changed while it serves, and
 * so is every account on a host that cannot take accounts out of service.
 */
export async function rollingUpdate(run: ImportRun): Promise<void> {
  const { plan, tools } = run;
  const steps = plan.accounts.filter(
    (step): step is UpdateStep => (step.action === 'update' || step.action === 'adopt') && isRolling(step),
  );
  if (steps.length === 0) return;
  const serving = servingCount(run);
  const batch = Math.max(1, Math.floor(serving / 2));
  for (let start = 0; start < steps.length; start += batch) {
    throwIfStopped(tools);
    await updateBatch(
      steps.slice(start, start + batch),
      serving > 1 && tools.host.info.capabilities.disable.possible,
      run,
    );
    if (start + batch >= steps.length) break;
    tools.emit({ type: 'step', stage: 'verify', text: 'waiting until the host serves those that were put back' });
    await tools.clock.sleep(seenAfterMs, tools.stop);
  }
}

async function updateBatch(steps: readonly UpdateStep[], pauses: boolean, run: ImportRun): Promise<void> {
  const { tools, log, record } = run;
  const changed = [];
  if (pauses) await setEnabled(accountsOf(steps), false, tools, log);
  for (const step of steps) {
    try {
      const account = await updateAccount(step, tools, log);
      record.outcomes.set(step.fingerprint, { outcome: 'updated', account });
      changed.push(account);
    } catch (error) {
      if (!isOfOne(error) || run.undoesOnFailure) throw error;
      record.outcomes.set(step.fingerprint, failedUpdate(error, step));
      run.fail('apply', error.toProblem());
      await putBack(step.account, run);
    }
  }
  const heldOut = new Set(pauses ? changed.map((account) => account.id) : []);
  await testAccounts({ accounts: changed, retested: changed, heldOut }, run);
}

const accountsOf = (steps: readonly UpdateStep[]): Account[] => steps.map(({ account }) => account);

/** What the run did to an account is undone; where that does not come about, the account is named as it stands. */
async function putBack({ id, marker }: Account, run: ImportRun): Promise<void> {
  const { tools, log, record } = run;
  const own = log.changes.filter((change) => change.kind === 'account' && change.id === id);
  run.leave((await undo(own, tools, log)).leftovers);
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
function servingCount({ plan, record }: ImportRun): number {
  return (
    plan.accounts.filter((step) => {
      const verdict = record.verdicts.get(step.fingerprint);
      if (verdict !== undefined) return verdict.validation !== 'failed' && verdict.account.enabled;
      if (step.action === 'create') return false;
      return (
        step.account.enabled &&
        step.account.state === 'active' &&
        !(step.action !== 'unchanged' && step.place === 'joins')
      );
    }).length + plan.removals.filter(({ serves }) => serves).length
  );
}
