import { inStage, type RunTools } from '../apply/run-tools.ts';
import { ChangeLog } from '../apply/change-log.ts';
import { keyOf } from '../apply/change.ts';
import { reopenChanges } from '../apply/reopen-changes.ts';
import { findUnrecorded } from '../apply/undo/find-unrecorded.ts';
import { noJournal } from '../apply/journal.ts';
import { addLeftovers, leftoverOf, type Leftover } from '../apply/leftover.ts';
import { foreseeUndo, undo, type UndoForecast, type UndoResult } from '../apply/undo/undo.ts';
import { HostFailure } from '../host/host-failure.ts';
import type { RecordedRun } from '../journal/read-journal.ts';
import type { Problem } from '../core/relay-error.ts';
import { problem } from '../core/relay-error.ts';
import { reopenRun } from './import/reopen-run.ts';
import { refuseBarred } from './refuse-barred.ts';

/** What a rollback did. */
export interface Rollback {
  /** What it has removed or restored; not what was gone before. */
  undone: UndoResult['undone'];
  leftovers: Leftover[];
  warnings: Problem[];
}

/** What rolling a run back would do now; only looks. Throws `HostFailure`. */
export async function foreseeRollback(
  run: RecordedRun,
  tools: RunTools,
): Promise<UndoForecast & { warnings: Problem[] }> {
  const changes = reopenChanges(run.changes, tools.host, run.begin.run);
  refuseBarred(
    changes.map(({ kind }) => kind),
    tools.host,
  );
  const log = new ChangeLog(noJournal, { ...run, changes });
  await findUnrecorded(tools, log);
  const forecast = await foreseeUndo([...log.changes], tools, log);
  const port = tools.host.clientKeys;
  const client = port?.of(run.begin.run);
  const id = await client?.find();
  if (port !== null && client !== undefined && id !== undefined)
    forecast.removed.push({ kind: port.driver.kind, id, name: client.name });
  return { ...forecast, warnings: lostAccounts([...run.removed, ...(await goneOf(run, tools))]) };
}

/** Undoes a run, finished or not. Safe to repeat: what is gone already is nothing to do. Throws `HostFailure`. */
export async function rollbackRun(run: RecordedRun, tools: RunTools): Promise<Rollback> {
  const { log, leftovers } = await reopenRun(run, tools);
  refuseBarred(
    log.changes.map(({ kind }) => kind),
    tools.host,
  );
  const lost = [...run.removed, ...(await goneOf(run, tools))];
  const { undone, leftovers: left } = await inStage(
    tools,
    'undo',
    'Undo',
    () => undoAll(tools, log),
    (result) => ({
      ok: result.leftovers.length === 0,
      text: result.leftovers.length === 0 ? 'the host is as it was' : `${result.leftovers.length} left on the host`,
    }),
  );
  addLeftovers(leftovers, left);
  return { undone, leftovers, warnings: lostAccounts(lost) };
}

function lostAccounts(lost: readonly { name: string }[]): Problem[] {
  const names = lost.map((account) => `"${account.name}"`).join(', ');
  return lost.length === 0
    ? []
    : [problem('RESTORED_NOTHING', `The run had removed ${names}; they cannot be brought back.`)];
}

/** What cannot be undone, or looked at any more, is left and named. */
async function undoAll(tools: RunTools, log: ChangeLog): Promise<UndoResult> {
  try {
    const first = await undo([...log.changes], tools, log);
    // The host may have been at work until now on what the interrupted run had sent.
    const isLeft = new Set(first.leftovers.map(keyOf));
    const late = log.changes.filter((change) => !isLeft.has(keyOf(change)));
    if (late.length === 0) return first;
    const second = await undo(late, tools, log);
    return { undone: [...first.undone, ...second.undone], leftovers: [...first.leftovers, ...second.leftovers] };
  } catch (failure) {
    if (!(failure instanceof HostFailure)) throw failure;
    const open = log.changes.filter(({ id }) => id !== null);
    return { undone: [], leftovers: open.map((change) => leftoverOf(change, failure.message, tools.host)) };
  }
}

/** Accounts that were about to be removed when the run was interrupted, and that are gone. */
async function goneOf({ removing }: RecordedRun, { host }: RunTools): Promise<RecordedRun['removing']> {
  if (removing.length === 0) return [];
  const there = new Set((await host.reads.accounts()).map((account) => account.id));
  return removing.filter(({ id }) => !there.has(id));
}
