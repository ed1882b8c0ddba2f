import { leftoverOf } from '../../../apply/leftover.ts';
import { forbidsSending } from '../../../apply/ends-run.ts';
import { findUnrecorded } from '../../../apply/undo/find-unrecorded.ts';
import { lostLock } from '../../../apply/lost-lock.ts';
import { undo } from '../../../apply/undo/undo.ts';
import { RelayError } from '../../../core/relay-error.ts';
import { nameWhatServes, resolveRemaining } from './resolve-remaining.ts';
import type { RunFailure } from './run-failure.ts';
import { removeStaging } from '../clean-up.ts';
import type { ImportRun } from '../import-run.ts';
import { takeFailedOut } from '../verify-accounts.ts';

/** Undoes the run, or keeps what works, as the policy says. What cannot be confirmed is named. */
export async function afterFailure(failure: RunFailure, run: ImportRun): Promise<void> {
  const { tools, log, record, undoesOnFailure } = run;
  try {
    // Without the lock nothing more is sent; without a journal only what takes back what it tells of.
    const { code, message } = failure.problem;
    if (forbidsSending(code) && !(code === 'JOURNAL_FAILED' && undoesOnFailure)) throw new RelayError(code, message);
    const lost = lostLock(tools.stop);
    if (lost !== undefined) throw lost;
    await resolveRemaining(failure, run);
    if (undoesOnFailure) run.leave((await undo([...log.changes], tools, log)).leftovers);
    else {
      // What no test has seen is not known to work, so it does not serve.
      await takeFailedOut(
        [...record.outcomes].flatMap(([fingerprint, made]) =>
          made.outcome === 'created' && !isTried(run, fingerprint) ? [made.account] : [],
        ),
        run,
      );
      await removeStaging(run);
    }
  } catch (error) {
    if (!(error instanceof RelayError)) throw error;
    // The host does not even tell what it holds, or the journal fails: what this run made counts as still there.
    if (error.code !== failure.problem.code) run.fail('undo', error.toProblem());
    await nameWhatIsLeft(error, run);
  }
  if (!undoesOnFailure) return;
  record.undone = true;
  record.connect = null;
}

/** Where nothing more can be sent, or seen: all that the run has changed, or what it leaves in service unproven. */
async function nameWhatIsLeft(error: RelayError, run: ImportRun): Promise<void> {
  const { tools, log, record } = run;
  if (forbidsSending(error.code)) {
    if (error.code === 'JOURNAL_FAILED') run.giveUpJournal();
    record.silenced = true;
    try {
      await findUnrecorded(tools, log);
    } catch (failure) {
      if (!(failure instanceof RelayError)) throw failure;
    }
  }
  if (run.undoesOnFailure)
    run.leave(
      log.changes
        .filter(({ id }) => id !== null)
        .map((change) => leftoverOf(change, 'nothing more could be sent to the host', tools.host)),
    );
  else await nameWhatServes(run);
}

function isTried({ record }: ImportRun, fingerprint: string): boolean {
  const verdict = record.verdicts.get(fingerprint);
  return verdict !== undefined && verdict.validation !== 'not_tried';
}
