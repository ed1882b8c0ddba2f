import { isSameText } from '../../core/secrets/hidden-text.ts';
import type { AccountState, Change, Objects, States } from '../change.ts';
import { isPausedAs } from '../drivers/account.ts';
import type { Driver } from '../drivers/driver.ts';
import { drivers } from '../drivers/drivers.ts';
import type { Snapshot } from './snapshot.ts';
import { statesOf, type Undoable } from './states-of.ts';
import type { Target, UndoPlan } from './undo-target.ts';
import { unkeptOf } from './unkept.ts';
import { whoUses } from './who-uses.ts';

/**
 * What undoing these changes would do to a host that holds this. Only what is proven to be the run's is touched: what was
 * made bears its mark, or stands where it was made; what was edited still has a state that the run left. What others have
 * changed or use since is kept. `all`: every change of the run, of which only some may be undone here. Pure.
 */
export function planUndo(changes: readonly Change[], snapshot: Snapshot, all: readonly Change[] = changes): UndoPlan {
  const plan: UndoPlan = { targets: [], kept: [], resolved: [], unseen: [] };
  const index = indexOf(snapshot);
  for (const own of chains(changes)) sort(own, { ...index, snapshot, all }, plan);
  keepWhatOthersUse(plan, snapshot, all);
  return plan;
}

/** The changes of each object, in order. What was made is an object of its own, whatever number it was said to have. */
function chains(changes: readonly Change[]): Change[][] {
  const found: Change[][] = [];
  const byObject = new Map<string, Change[]>();
  for (const change of changes) {
    if (change.kind === 'user') continue;
    const key = `${change.kind} ${change.id}`;
    const own = byObject.get(key);
    if (change.action === 'updated' && own !== undefined) {
      own.push(change);
      continue;
    }
    found.push([change]);
    if (own === undefined) byObject.set(key, found.at(-1) ?? []);
  }
  return found;
}

interface World {
  snapshot: Snapshot;
  byId: ReadonlyMap<string, Objects[Undoable]>;
  all: readonly Change[];
}

function indexOf(snapshot: Snapshot): Pick<World, 'byId'> {
  const kinds = ['group', 'channel', 'tariff', 'account', 'subscription'] as const;
  return {
    byId: new Map(
      kinds.flatMap((kind) =>
        ((snapshot[kind] ?? []) as readonly Objects[Undoable][]).map(
          (object) => [`${kind} ${object.id}`, object] as const,
        ),
      ),
    ),
  };
}

function sort(own: Change[], world: World, plan: UndoPlan): void {
  const [first] = own;
  if (first === undefined || first.kind === 'user') return;
  const { snapshot, byId } = world;
  if (snapshot[first.kind] === undefined) {
    plan.unseen.push(...own);
    return;
  }
  const driver = drivers[first.kind] as unknown as Driver<Undoable>;
  const states = statesOf(own);
  const object = first.action === 'created' ? madeObject(first, driver, world) : byId.get(`${first.kind} ${first.id}`);
  if (object === undefined) {
    // What was sent and never seen may arrive yet.
    if (first.id !== null) plan.resolved.push(...own);
    return;
  }
  const target = { kind: first.kind, object, name: first.name, changes: own, states: null } as Target;
  const differences = closest(states, (state) => driver.differences(object, state, snapshot.groups));
  if (first.action === 'created') {
    if (differences.length === 0) plan.targets.push(target);
    else plan.kept.push({ target, reason: changedBy(differences) });
    return;
  }
  const [before] = states;
  const last = states.at(-1);
  if (before === undefined || last === undefined) return;
  const pause = pauseInPlace(target, states);
  const after = { ...last, ...pause } as States[Undoable];
  const missing = driver.differences(object, withoutPause(before), snapshot.groups);
  if (missing.length === 0 && pause === undefined) plan.resolved.push(...own);
  else if (differences.length === 0) plan.targets.push({ ...target, states: { before, after } });
  else if (isSame(object, first, driver, snapshot))
    plan.kept.push({ target, reason: whyNotRestored(first.kind, before, missing) ?? changedBy(differences) });
  // Another object bears the number by now.
  else plan.resolved.push(...own);
}

/** The object that a change has made: under its id if that is it, else wherever its mark is found. */
function madeObject(
  change: Change,
  driver: Driver<Undoable>,
  { snapshot, byId, all }: World,
): Objects[Undoable] | undefined {
  const { kind, id, name } = change;
  const after = change.after as States[Undoable];
  const noted = byId.get(`${kind} ${id}`);
  if (noted !== undefined && driver.isStill(noted, name, after, snapshot.groups)) return noted;
  const objects = (snapshot[kind as Undoable] ?? []) as readonly Objects[Undoable][];
  const found = objects.filter((object) => driver.isMadeAs(object, name, after));
  // An object that another change has made or edited is that change's.
  return found.find((object) => !all.some((each) => each.kind === kind && each !== change && each.id === object.id));
}

/** The differences from the state that comes nearest; none where one of them is in place. */
function closest(states: readonly States[Undoable][], differences: (state: States[Undoable]) => string[]): string[] {
  return states
    .map((state) => differences(withoutPause(state)))
    .reduce(
      (best, each) => (each.length < best.length ? each : best),
      Array.from({ length: 100 }, () => ''),
    );
}

/** Whether an account serves is not what tells whose it is: a host takes accounts out by itself, and people do. */
function withoutPause(state: States[Undoable]): States[Undoable] {
  const { enabled: _scheduled, paused: _paused, ...rest } = state as AccountState;
  return rest;
}

/**
 * How an account is out of service, or in it, by the run and not by anybody else. It may stand as any of its changes left
 * it: the last may never have been sent.
 */
function pauseInPlace(
  { kind, object }: Target,
  states: readonly States[Undoable][],
): Pick<AccountState, 'enabled' | 'paused'> | undefined {
  if (kind !== 'account') return undefined;
  const [was, ...left] = states as readonly AccountState[];
  const found = left.findLast(
    (is) => is.enabled !== undefined && is.enabled !== was?.enabled && isPausedAs(object as Objects['account'], is),
  );
  return found && { enabled: found.enabled, paused: found.paused };
}

/** What hangs on a group that stays, stays; and a group stays under what stays. */
function keepWhatOthersUse(plan: UndoPlan, snapshot: Snapshot, all: readonly Change[]): void {
  for (;;) {
    const found = plan.targets.flatMap((target) => {
      const reason = target.states === null ? whoUses(target, plan, snapshot, all) : null;
      return reason === null ? [] : [{ target, reason }];
    });
    if (found.length === 0) return;
    plan.kept.push(...found);
    plan.targets = plan.targets.filter((target) => !found.some((each) => each.target === target));
  }
}

/** Why an object cannot get its state back in these settings, where it is for what nobody wrote down. */
export function whyNotRestored(
  kind: Undoable,
  before: States[Undoable],
  differences?: readonly string[],
): string | undefined {
  const unkept = unkeptOf(kind, before);
  if (unkept.length === 0 || differences?.every((each) => unkept.includes(each)) === false) return undefined;
  return `its earlier ${unkept.join(', ')} may have held a key and ${unkept.length === 1 ? 'was' : 'were'} not kept`;
}

function changedBy(differences: readonly string[]): string {
  return `others have changed its ${differences.join(', ')} since`;
}

/** Whether an object that was edited is the one that bears its number now. */
function isSame(
  object: Objects[Undoable],
  { name, after }: Change,
  driver: Driver<Undoable>,
  { groups }: Snapshot,
): boolean {
  const given = 'name' in after ? after.name : undefined;
  return 'name' in object
    ? object.name === given || isSameText(object.name, name)
    : driver.isStill(object, name, after as States[Undoable], groups);
}
