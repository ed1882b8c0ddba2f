import { lateArrivals, marksOf } from '../apply/late-arrivals.ts';
import { UnsettledWrite } from '../apply/perform-write.ts';
import { leftoverOf, undo } from '../apply/undo.ts';
import { undoOwn } from '../apply/undo-own.ts';
import { RelayError } from '../terms/relay-error.ts';
import type { RunFailure } from './run-failure.ts';
import { removeSides, type RunState } from './run-import.ts';
import { retire } from './verify-accounts.ts';

/** Undoes the run, or keeps what works, as the policy says. What cannot be confirmed is named. */
export async function afterFailure(failure: RunFailure, state: RunState): Promise<void> {
  const { plan, tools, ledger, record } = state;
  const undoes = plan.policy.onFailure === 'undo';
  try {
    // Without a journal nothing more is sent, not even to undo.
    if (failure.problem.code === 'JOURNAL_FAILED') {
      ledger.giveUpJournal();
      await lateArrivals(marksOf(plan), tools, ledger);
      throw failure.cause;
    }
    await settleLate(failure, state);
    if (undoes) {
      record.leftovers.push(...(await undoOwn([...ledger.deeds], plan.run, tools, ledger)));
    } else {
      // What no test has seen is not known to work, so it does not serve.
      await retire(
        [...record.outcomes].flatMap(([fingerprint, made]) =>
          made.outcome === 'created' && !isTried(state, fingerprint) ? [made.account] : [],
        ),
        state,
      );
      await removeSides(state);
    }
  } catch (error) {
    if (!(error instanceof RelayError)) throw error;
    // The host does not even tell what it holds, or the journal fails: what this run made counts as still there.
    record.errors.push({ ...error.toProblem(), stage: 'undo' });
    if (undoes) record.leftovers.push(...ledger.deeds.map((deed) => leftoverOf(deed, tools)));
  }
  if (!undoes) return;
  record.undone = true;
  record.connect = null;
}

function isTried({ record }: RunState, fingerprint: string): boolean {
  const verdict = record.verdicts.get(fingerprint);
  return verdict !== undefined && verdict.validation !== 'not_tried';
}

/**
 * Looks once more for objects whose answer was lost. What has arrived after all is removed, since its key was reported
 * as not imported; what still does not show stays unsettled.
 */
export async function settleLate(
  failure: RunFailure | null,
  { plan, takenUp, tools, ledger, record, doubts }: RunState,
): Promise<void> {
  // A request that was sent twice can have been carried out twice, also when all looks well.
  if (failure === null && !takenUp && ledger.deeds.length === 0 && doubts.length === 0) return;
  const arrived = await lateArrivals(marksOf(plan), tools, ledger);
  const wanted = new Set([
    ...[...record.outcomes.values()].flatMap((outcome) => (outcome.outcome === 'created' ? [outcome.account.id] : [])),
    ...plan.accounts.flatMap((step) => (step.action === 'create' ? [] : [step.account.id])),
    ...record.removed.map(({ id }) => id),
  ]);
  const ghosts = ledger.deeds.filter(
    (deed) => deed.kind === 'account' && deed.action === 'created' && !wanted.has(deed.id),
  );
  record.leftovers.push(...(await undo(ghosts, tools, ledger)));
  const settled = new Set([...arrived, ...ghosts].map((deed) => `${deed.kind} ${deed.name}`));
  for (const step of plan.accounts) {
    const outcome = record.outcomes.get(step.fingerprint);
    if (outcome?.outcome !== 'unsettled') continue;
    if (settled.has(`account ${step.name}`))
      record.outcomes.set(step.fingerprint, {
        outcome: 'failed',
        code: 'WRITE_REFUSED',
        message: `${outcome.message} It arrived late and was removed.`,
        id: null,
      });
    else
      record.unsettled.push({
        kind: 'account',
        id: null,
        name: step.name,
        command: tools.host.command('show', 'account', null),
      });
  }
  for (const result of record.subscriptions)
    if (result.outcome === 'failed' && settled.has(`subscription ${result.user}`)) result.outcome = 'created';
  for (const lost of [failure?.cause, ...doubts]) {
    if (!(lost instanceof UnsettledWrite) || settled.has(`${lost.kind} ${lost.objectName}`)) continue;
    const { kind, objectName: name } = lost;
    record.unsettled.push({ kind, id: null, name, command: tools.host.command('show', kind, null) });
  }
}
