import { lateArrivals } from '../apply/late-arrivals.ts';
import { inStage, type RunTools } from '../apply/run-tools.ts';
import type { Ledger } from '../apply/ledger.ts';
import { leftoverOf, type Leftover } from '../apply/undo.ts';
import { HostFailure } from '../host/host-failure.ts';
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
  const lost = [...run.removed, ...(await goneOf(run, tools))];
  const left = await inStage(
    tools,
    'undo',
    'Undo',
    () => undoAll(run, tools, ledger),
    (still) => ({
      ok: still.length === 0,
      text: still.length === 0 ? 'the host is as it was' : `${still.length} left on the host`,
    }),
  );
  const names = lost.map((account) => `"${account.name}"`).join(', ');
  const warnings =
    lost.length === 0
      ? []
      : [problem('RESTORED_NOTHING', `The run had removed ${names}; they cannot be brought back.`)];
  return {
    undone: ledger.undone.map(({ kind, id, name }) => ({ kind, id, name })),
    leftovers: [...leftovers, ...left],
    warnings,
  };
}

/** What cannot be taken back, or looked at any more, is left and named. */
async function undoAll(run: RecordedRun, tools: RunTools, ledger: Ledger): Promise<Leftover[]> {
  try {
    const still = await undoOwn([...ledger.deeds], run.begin.run, tools, ledger);
    // The host may have been at work until now on what the interrupted run had sent.
    const late = await lateArrivals(run.begin.marks, tools, ledger);
    return [...still, ...(await undoOwn(late, run.begin.run, tools, ledger))];
  } catch (failure) {
    if (!(failure instanceof HostFailure)) throw failure;
    return ledger.deeds.map((deed) => leftoverOf(deed, tools));
  }
}

/** Accounts that were about to be removed when the run was interrupted, and that are gone. */
async function goneOf({ removing }: RecordedRun, { host }: RunTools): Promise<RecordedRun['removing']> {
  if (removing.length === 0) return [];
  const there = new Set((await host.reads.accounts()).map((account) => account.id));
  return removing.filter(({ id }) => !there.has(id));
}
