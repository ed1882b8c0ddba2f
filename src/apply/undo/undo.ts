import { HostFailure } from '../../host/host-failure.ts';
import type { Id } from '../../host/account.ts';
import type { ChangeLog } from '../change-log.ts';
import { keyOf, type Change } from '../change.ts';
import { driverFor, undoOrder } from '../drivers/drivers.ts';
import { shortInTurn } from '../host-pace.ts';
import { leftoverOf, type Leftover } from '../leftover.ts';
import { unstopped, type RunTools } from '../run-tools.ts';
import { snapshotFor, type Snapshot } from './snapshot.ts';
import { planUndo, whyNotRestored } from './undo-plan.ts';
import type { Target, UndoPlan } from './undo-target.ts';

/** An object that undoing has removed or restored. */
export interface Undone {
  kind: string;
  id: Id;
  name: string;
}

export interface UndoResult {
  /** Only what was there, and was seen gone or restored afterwards. */
  undone: Undone[];
  leftovers: Leftover[];
}

/** Pauses before the rounds in which what is still there is tried again, in milliseconds. */
const roundPauses = [0, 1000, 4000];

/**
 * Undoes changes, and looks whether they are gone: an answer alone proves nothing. Every one is tried, also after others
 * failed, and each round looks anew at whose the objects are. What is confirmed leaves the log. Throws `HostFailure` when
 * the host cannot be looked at before the first round.
 */
export async function undo(changes: readonly Change[], given: RunTools, log: ChangeLog): Promise<UndoResult> {
  const tools = unstopped(given);
  const tried = new Map<string, Undone>();
  let plan = await look(changes, tools, log);
  for (const pause of roundPauses) {
    if (plan.targets.length + plan.unseen.length === 0) break;
    if (pause > 0) await tools.clock.sleep(pause);
    for (const target of plan.targets) tried.set(keyOf(target), refOf(target));
    await attemptAll(plan, tools);
    plan = await look(changes, tools, log).catch((failure: unknown) => {
      // What cannot be looked at counts as still there.
      if (failure instanceof HostFailure) return plan;
      throw failure;
    });
  }
  for (const left of [...plan.targets, ...plan.kept, ...plan.unseen]) tried.delete(keyOf(left));
  return { undone: [...tried.values()], leftovers: leftoversOf(plan, tools) };
}

/** What undoing changes would do. */
export interface UndoForecast {
  removed: Undone[];
  restored: Undone[];
  /** What would stay, and why. */
  leftovers: Leftover[];
}

/** What undoing these changes would do now; only looks. Throws `HostFailure`. */
export async function foreseeUndo(changes: readonly Change[], given: RunTools, log: ChangeLog): Promise<UndoForecast> {
  const tools = unstopped(given);
  const plan = await look(changes, tools, log);
  const inOrder = undoOrder(tools.host).flatMap((kind) => plan.targets.filter((target) => target.kind === kind));
  return {
    removed: inOrder.filter(({ states }) => states === null).map(refOf),
    restored: inOrder.filter(({ states }) => states !== null).map(refOf),
    leftovers: leftoversOf({ ...plan, targets: [] }, tools),
  };
}

/** What undoing these changes would do now. Of what the host shows nothing any more, the log is told. */
async function look(
  changes: readonly Change[],
  tools: RunTools,
  log: ChangeLog,
): Promise<UndoPlan & { snapshot: Snapshot }> {
  const live = changes.filter((change) => log.changes.includes(change));
  const snapshot = await snapshotFor(live, tools.host);
  const plan = planUndo(live, snapshot, tools.host, log.changes);
  if (plan.resolved.length > 0) await log.revert(plan.resolved);
  return { ...plan, snapshot };
}

async function attemptAll({ targets, snapshot }: UndoPlan & { snapshot: Snapshot }, tools: RunTools): Promise<void> {
  for (const kind of undoOrder(tools.host)) {
    const due = targets.filter((target) => target.kind === kind);
    // Accounts know nothing of each other; of other kinds one may hang on another.
    if (kind === 'account') await Promise.all(due.map((target) => attempt(target, snapshot, tools)));
    else for (const target of due) await attempt(target, snapshot, tools);
  }
}

/** How it ends is not asked here; looking tells. */
async function attempt({ kind, object, name, states }: Target, { around }: Snapshot, tools: RunTools): Promise<void> {
  const { host, clock, journal } = tools;
  const driver = driverFor(kind, host);
  const what = `${states === null ? 'remove' : 'restore'} the ${kind} "${name}"`;
  try {
    await shortInTurn(async () => {
      await journal.note({ type: 'intent', kind, name, what });
      return states === null
        ? driver.remove(object)
        : driver.restore(object, states, { around, requestId: clock.randomHex(16) });
    }, tools);
  } catch (failure) {
    if (!(failure instanceof HostFailure)) throw failure;
  }
}

function leftoversOf({ targets, kept, unseen }: UndoPlan, { host }: RunTools): Leftover[] {
  const whyLeft = ({ kind, states }: Target) =>
    states === null
      ? 'it could not be removed'
      : (whyNotRestored(driverFor(kind, host), states.before) ?? 'its earlier state could not be restored');
  return [
    ...targets.map((target) =>
      leftoverOf({ ...refOf(target), action: target.states === null ? 'created' : 'updated' }, whyLeft(target), host),
    ),
    ...kept.map((each) => ({ ...refOf(each), reason: each.reason, command: null })),
    ...unseen.map((change) => leftoverOf(change, 'the host could not be asked for it', host)),
  ];
}

function refOf({ kind, id, name }: Target): Undone {
  return { kind, id, name };
}
