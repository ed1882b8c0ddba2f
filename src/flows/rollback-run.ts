import { lateArrivals } from '../apply/late-arrivals.ts';
import { inStage, type RunTools } from '../apply/run-tools.ts';
import type { Leftover } from '../apply/undo.ts';
import { undoOwn } from '../apply/undo-own.ts';
import type { RecordedRun } from '../journal/read-journal.ts';
import type { Problem } from '../terms/relay-error.ts';
import { problem } from '../terms/relay-error.ts';
import { takeUpRun } from './take-up-run.ts';

/** What a rollback did. */
export interface Rollback {
  undone: { kind: string; id: number; name: string }[];
  leftovers: Leftover[];
  warnings: Problem[];
}

/** Undoes a run, finished or not. Safe to repeat: what is gone already is nothing to do. Throws `HostFailure`. */
export async function rollbackRun(run: RecordedRun, tools: RunTools): Promise<Rollback> {
  const { ledger, leftovers } = await takeUpRun(run, tools);
  const left = await inStage(
    tools,
    'undo',
    'Undo',
    async () => {
      const still = await undoOwn([...ledger.deeds], run.begin.run, tools, ledger);
      // The host may have been at work until now on what the interrupted run had sent.
      const late = await lateArrivals(run.begin.marks, tools, ledger);
      return [...still, ...(await undoOwn(late, run.begin.run, tools, ledger))];
    },
    (still) => ({
      ok: still.length === 0,
      text: still.length === 0 ? 'the host is as it was' : `${still.length} left on the host`,
    }),
  );
  const names = run.removed.map((account) => `"${account.name}"`).join(', ');
  const warnings =
    run.removed.length === 0
      ? []
      : [problem('RESTORED_NOTHING', `The run had removed ${names}; they cannot be brought back.`)];
  return {
    undone: ledger.undone.map(({ kind, id, name }) => ({ kind, id, name })),
    leftovers: [...leftovers, ...left],
    warnings,
  };
}
