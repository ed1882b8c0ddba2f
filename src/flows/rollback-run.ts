import { inStage, type RunTools } from '../apply/run-tools.ts';
import { ChangeLog } from '../apply/change-log.ts';
import { keyOf } from '../apply/change.ts';
import { reopenChanges } from '../apply/reopen-changes.ts';
import { findUnrecorded } from '../apply/undo/find-unrecorded.ts';
import { noJournal } from '../apply/journal.ts';
import { addLeftovers, leftoverOf, type Leftover } from '../apply/leftover.ts';
import { giveBack, sortRemoved, type Keys, type RemovedAccount } from '../apply/accounts/give-back.ts';
import { foreseeUndo, undo, type Undone, type UndoForecast, type UndoResult } from '../apply/undo/undo.ts';
import { HostFailure } from '../host/host-failure.ts';
import type { RecordedRun } from '../journal/read-journal.ts';
import { counted } from '../core/counted.ts';
import type { Problem } from '../core/relay-error.ts';
import { problem } from '../core/relay-error.ts';
import { reopenRun } from './import/reopen-run.ts';
import { refuseBarred } from './refuse-barred.ts';

/** What a rollback did. */
export interface Rollback {
  /** What it has removed or restored; not what was gone before. */
  undone: UndoResult['undone'];
  /** Accounts that the run had removed, and that are there again. */
  givenBack: Undone[];
  leftovers: Leftover[];
  warnings: Problem[];
}

/** What rolling a run back with these keys would do now; only looks. Throws `HostFailure`. */
export async function foreseeRollback(
  run: RecordedRun,
  keys: Keys,
  tools: RunTools,
): Promise<UndoForecast & { givenBack: Undone[]; warnings: Problem[] }> {
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
  const { returning, lost } = sortRemoved(await goneOf(run, tools), keys, await tools.host.reads.accounts());
  const givenBack = returning.map(({ removed }) => ({ kind: 'account', id: removed.id, name: removed.name }));
  return { ...forecast, givenBack, warnings: lostAccounts(lost, keys) };
}

/**
 * Undoes a run, finished or not, and makes those accounts anew that it has removed and whose keys are given. Safe to repeat:
 * what is gone, or back, already is nothing to do. Throws `HostFailure`.
 */
export async function rollbackRun(run: RecordedRun, keys: Keys, tools: RunTools): Promise<Rollback> {
  const { log, leftovers } = await reopenRun(run, tools);
  refuseBarred(
    log.changes.map(({ kind }) => kind),
    tools.host,
  );
  const gone = await goneOf(run, tools);
  const {
    undone,
    back,
    lost,
    leftovers: left,
  } = await inStage(
    tools,
    'undo',
    'Undo',
    async () => {
      // First what comes: the last account of a place may serve users until then.
      const given = await giveBack(gone, keys, tools, log);
      const result = await undoAll(tools, log);
      addLeftovers(given.leftovers, result.leftovers);
      return { ...given, undone: result.undone };
    },
    ({ leftovers: stay, lost: missing }) => ({ ok: stay.length + missing.length === 0, text: undoText(stay, missing) }),
  );
  addLeftovers(leftovers, left);
  return { undone, givenBack: back, leftovers, warnings: lostAccounts(lost, keys) };
}

function undoText(leftovers: readonly Leftover[], lost: readonly { name: string }[]): string {
  if (leftovers.length > 0) return `${leftovers.length} left on the host`;
  return lost.length === 0 ? 'the host is as it was' : `${counted(lost.length, 'account')} not given back`;
}

function lostAccounts(lost: readonly { name: string }[], keys: Keys): Problem[] {
  const names = lost.map((account) => `"${account.name}"`).join(', ');
  return lost.length === 0
    ? []
    : [
        problem(
          'RESTORED_NOTHING',
          keys.size === 0
            ? `The run had removed ${names}, whose keys only their key file has.`
            : `The run had removed ${names}, which cannot be given back: the key file does not hold their keys.`,
        ),
      ];
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

/** Accounts that the run has removed, and those that it was about to remove when it was interrupted and that are gone. */
async function goneOf({ removed, removing }: RecordedRun, { host }: RunTools): Promise<RemovedAccount[]> {
  if (removing.length === 0) return removed;
  const there = new Set((await host.reads.accounts()).map((account) => account.id));
  return [...removed, ...removing.filter(({ id }) => !there.has(id))];
}
