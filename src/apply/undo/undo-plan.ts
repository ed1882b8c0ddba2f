import type { Driver, HostObject } from '../../host/driver.ts';
import type { Host } from '../../host/host.ts';
import { isSameText } from '../../core/secrets/hidden-text.ts';
import { keyOf, type Change } from '../change.ts';
import { driverFor } from '../drivers/drivers.ts';
import type { Snapshot } from './snapshot.ts';
import { statesOf } from './states-of.ts';
import type { Target, UndoPlan } from './undo-target.ts';

interface World {
  snapshot: Snapshot;
  /** Every change of the run, of which only some may be undone here. */
  all: readonly Change[];
  driverOf: (kind: string) => Driver;
  grantKind: string;
}

/**
 * What undoing these changes would do to a host that holds this. Only what is proven to be the run's is touched: what was
 * made bears its mark, or stands where it was made; what was edited still has a state that the run left. What others have
 * changed or use since is kept. `all`: every change of the run, of which only some may be undone here. Sends nothing.
 */
export function planUndo(
  changes: readonly Change[],
  snapshot: Snapshot,
  host: Host,
  all: readonly Change[] = changes,
): UndoPlan {
  const plan: UndoPlan = { targets: [], kept: [], resolved: [], unseen: [] };
  const driverOf = (kind: string) => driverFor(kind, host);
  const world = { snapshot, all, driverOf, grantKind: host.grants?.kind ?? '' };
  for (const own of chains(changes, host.clientKeys?.driver.kind)) sort(own, world, plan);
  keepWhatOthersUse(plan, world);
  return plan;
}

/**
 * The changes of each object, in order. What was made is an object of its own, whatever number it was said to have.
 * Temporary clients are removed by who made them.
 */
function chains(changes: readonly Change[], clientKind: string | undefined): Change[][] {
  const found: Change[][] = [];
  const byObject = new Map<string, Change[]>();
  for (const change of changes) {
    if (change.kind === clientKind) continue;
    const key = keyOf(change);
    const own = byObject.get(key);
    if (change.action === 'updated' && own !== undefined) {
      own.push(change);
      continue;
    }
    const chain = [change];
    found.push(chain);
    if (own === undefined) byObject.set(key, chain);
  }
  return found;
}

function sort(own: Change[], world: World, plan: UndoPlan): void {
  const [first] = own;
  if (first === undefined) return;
  const { kind, action, id, name } = first;
  const { snapshot } = world;
  const objects = snapshot.objects.get(kind);
  if (objects === undefined) {
    plan.unseen.push(...own);
    return;
  }
  const driver = world.driverOf(kind);
  const states = statesOf(own, driver);
  const telling = (state: object) => driver.edits?.telling(state) ?? state;
  const object = action === 'created' ? madeObject(first, objects, driver, world) : objects.get(id ?? '');
  if (object === undefined) {
    const namesake = objects.get(id ?? '');
    // What bears its name under its number is what others have made of it.
    if (action === 'created' && namesake?.name === name)
      plan.kept.push({ kind, id: namesake.id, name, object: namesake, changes: own, states: null, reason: notAsLeft });
    // What was sent and never seen may arrive yet.
    else if (id !== null) plan.resolved.push(...own);
    return;
  }
  const target: Target = { kind, id: object.id, name, object, changes: own, states: null };
  const stays = action === 'created' ? (driver.stays?.(object) ?? null) : null;
  if (stays !== null) {
    plan.kept.push({ ...target, reason: stays });
    return;
  }
  // From the state that comes nearest.
  const [differences = []] = states
    .map((state) => driver.differences(object, telling(state), snapshot.around))
    .toSorted((a, b) => a.length - b.length);
  if (action === 'created') {
    if (differences.length === 0) plan.targets.push(target);
    else plan.kept.push({ ...target, reason: changedBy(differences) });
    return;
  }
  const [before] = states;
  const last = states.at(-1);
  if (before === undefined || last === undefined) return;
  const switched = driver.edits?.switched(object, states);
  const missing = driver.differences(object, telling(before), snapshot.around);
  if (missing.length === 0 && switched === undefined) plan.resolved.push(...own);
  else if (differences.length === 0)
    plan.targets.push({ ...target, states: { before, after: { ...last, ...switched } } });
  else if (isSame(object, first, driver, snapshot))
    plan.kept.push({ ...target, reason: whyNotRestored(driver, before, missing) ?? changedBy(differences) });
  // Another object bears the number by now.
  else plan.resolved.push(...own);
}

/** The object that a change has made: under its id if that is it, else wherever its mark is found. */
function madeObject(
  change: Change,
  objects: ReadonlyMap<string, HostObject>,
  driver: Driver,
  { snapshot, all }: World,
): HostObject | undefined {
  const { kind, id, name, after } = change;
  const noted = objects.get(id ?? '');
  if (noted !== undefined && driver.isStill(noted, name, after, snapshot.around)) return noted;
  const found = [...objects.values()].filter((object) => driver.isMadeAs(object, name, after));
  // An object that another change has made or edited is that change's.
  return found.find((object) => !all.some((each) => each.kind === kind && each !== change && each.id === object.id));
}

/** What hangs on a place that stays, stays; and a place stays under what stays. */
function keepWhatOthersUse(plan: UndoPlan, { snapshot, all, driverOf, grantKind }: World): void {
  const { around, accounts, grants } = snapshot;
  for (;;) {
    // What stays for others is theirs by now.
    const own = new Set(all.map(keyOf));
    for (const kept of plan.kept) own.delete(keyOf(kept));
    const notOwn = <T extends HostObject>(kind: string, list: readonly T[] | undefined) =>
      list?.filter(({ id }) => !own.has(keyOf({ kind, id })));
    const theirs = { accounts: notOwn('account', accounts), grants: notOwn(grantKind, grants) };
    const others = { ...theirs, kept: plan.kept, around };
    const used = plan.targets.flatMap((target) => {
      const reason = target.states === null ? driverOf(target.kind).usedBy?.(target.object, others) : null;
      return typeof reason === 'string' ? [{ ...target, reason }] : [];
    });
    if (used.length === 0) return;
    plan.kept.push(...used);
    const inUse = new Set(used.map(keyOf));
    plan.targets = plan.targets.filter((target) => !inUse.has(keyOf(target)));
  }
}

/** Why an object cannot get its state back in these settings, where it is for what nobody wrote down. */
export function whyNotRestored(driver: Driver, before: object, differences?: readonly string[]): string | undefined {
  const unkept = driver.unkept?.(before) ?? [];
  if (unkept.length === 0 || differences?.every((each) => unkept.includes(each)) === false) return undefined;
  return `its earlier ${unkept.join(', ')} may have held a key and ${unkept.length === 1 ? 'was' : 'were'} not kept`;
}

const notAsLeft = 'others have changed it since, and it does not bear the mark of relay any more';

function changedBy(differences: readonly string[]): string {
  return `others have changed its ${differences.join(', ')} since`;
}

/** Whether an object that was edited is the one that bears its number now. */
function isSame(object: HostObject, { name, after }: Change, driver: Driver, { around }: Snapshot): boolean {
  const given = 'name' in after ? after.name : undefined;
  return object.name === undefined
    ? driver.isStill(object, name, after, around)
    : object.name === given || isSameText(object.name, name);
}
