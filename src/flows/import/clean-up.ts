import { leftoverOf } from '../../apply/leftover.ts';
import { removeAccounts } from '../../apply/accounts/remove-accounts.ts';
import { removeObjects } from '../../apply/remove-objects.ts';
import { inStage, signalOf, stopReason, throwIfStopped } from '../../apply/run-tools.ts';
import { stagingChanges } from '../../apply/accounts/staging.ts';
import { undo } from '../../apply/undo/undo.ts';
import { counted, formatCount } from '../../core/counted.ts';
import { problem, type RelayError } from '../../core/relay-error.ts';
import { isStagingName } from '../../host/names.ts';
import type { ImportRun } from './import-run.ts';
import { RunFailure } from './failure/run-failure.ts';
import { works } from './verify-accounts.ts';

/** Staging places: those of this run, and those that interrupted runs have left. */
export async function removeStaging(run: ImportRun): Promise<void> {
  const { plan, tools, log } = run;
  const own = stagingChanges(log, plan.run);
  if (own.length > 0) run.leave((await undo(own, tools, log)).leftovers);
  const [first] = plan.stale.staging;
  if (first === undefined) return;
  const { kind } = first;
  const ids = new Set(plan.stale.staging.map(({ id }) => id));
  const list = async () =>
    ((await tools.host.resources.list())[kind] ?? []).flatMap(({ id, name = '' }) =>
      ids.has(id) && isStagingName(name) ? [{ id, name }] : [],
    );
  run.leave((await removeObjects(kind, await list(), tools, list)).leftovers);
}

/** Rules B21 and N22: in strict mode only when nothing failed, else only where something serves without them. */
export async function removeStale(run: ImportRun): Promise<void> {
  const { plan, tools, log, record } = run;
  if (plan.removals.length === 0) return;
  const why = whyHeldBack(run);
  if (why !== null) {
    const names = plan.removals.map(({ name }) => `"${name}"`).join(', ');
    run.warn('remove', problem('REMOVALS_HELD_BACK', `Without a key in the file, and kept because ${why}: ${names}.`));
    return;
  }
  throwIfStopped(tools);
  const { removed, left, leftovers } = await inStage(
    tools,
    'remove',
    `Remove ${countOf(plan.removals)}`,
    () => removeAccounts(plan.removals, tools, log),
    (result) => ({ ok: result.left.length === 0, text: `${result.removed.length} removed` }),
  );
  record.removed.push(...removed);
  run.leave(leftovers);
  // What was removed cannot come back, so undoing the rest would only leave fewer that serve.
  if (left.length > 0) notRemoved(left, run, run.undoesOnFailure && removed.length === 0);
}

/** Ends the run where it is to be undone; else what was not removed is told. */
function notRemoved(left: readonly { id: string; name: string }[], run: ImportRun, undoes: boolean): void {
  const { plan, tools, record } = run;
  const stopped = stopReason(tools.stop);
  if (stopped !== undefined) {
    if (undoes) throw stopped;
    record.interruptedBy = signalOf(tools.stop);
    record.aborted = true;
    run.fail('remove', stillThere(stopped, left.length, plan.removals));
    return;
  }
  const first = left[0] ?? { id: '', name: '' };
  const found = problem(
    'REMOVAL_FAILED',
    `${formatCount(left.length)} of ${countOf(plan.removals)} could not be removed, the first is "${first.name}" (${first.id}).`,
  );
  if (undoes) throw new RunFailure(found);
  run.fail('remove', found);
  if (!run.undoesOnFailure) return;
  const reason = 'it could not be removed';
  run.leave(
    left.map(({ id, name }) => leftoverOf({ kind: 'account', action: 'created', id, name }, reason, tools.host)),
  );
}

function stillThere({ code }: RelayError, left: number, removals: readonly unknown[]) {
  return problem(code, `${formatCount(left)} of ${countOf(removals)} were not removed any more.`);
}

function countOf(removals: readonly unknown[]): string {
  return counted(removals.length, 'account');
}

/** Why accounts without a key in the file stay for now, or `null`. */
function whyHeldBack({ plan, record, undoesOnFailure }: ImportRun): string | null {
  if (undoesOnFailure && record.errors.length > 0) return 'not all of the run went well';
  if (record.gateway?.ok === false) return 'the gateway does not answer';
  const serves = plan.accounts.some((step) => {
    const verdict = record.verdicts.get(step.fingerprint);
    return verdict === undefined ? step.action !== 'create' && step.account.enabled : works(verdict);
  });
  return serves ? null : 'no account with a key in the file works';
}
