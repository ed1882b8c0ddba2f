import type { Host } from '../../host/host.ts';
import type { ChangeLog } from '../change-log.ts';
import type { Change, ChangeKind, Objects, States } from '../change.ts';
import type { Driver } from '../drivers/driver.ts';
import { drivers } from '../drivers/drivers.ts';
import { unstopped, type RunTools } from '../run-tools.ts';

type Created = Extract<Change, { action: 'created' }>;

/**
 * Looks for what the run was about to make and never saw: its answer was lost, or the host carried it out after everyone
 * had stopped looking. What is found is noted, and returned. Throws `HostFailure`.
 */
export async function findUnrecorded(given: RunTools, log: ChangeLog): Promise<Change[]> {
  const { host } = unstopped(given);
  const open = log.changes.filter(
    (change): change is Created => change.action === 'created' && change.id === null && change.kind !== 'user',
  );
  const found: { change: Change; id: string; after: States[ChangeKind] }[] = [];
  for (const kind of new Set(open.map((change) => change.kind))) {
    const driver = drivers[kind] as unknown as Driver<ChangeKind>;
    const own = open.filter((change) => change.kind === kind);
    const objects = await objectsOf(own, driver, host);
    const taken = new Set(
      log.changes.flatMap((change) => (change.kind === kind && change.id !== null ? [change.id] : [])),
    );
    for (const change of own) {
      const object = objects.find((each) => !taken.has(each.id) && driver.isMadeAs(each, change.name, change.after));
      if (object === undefined) continue;
      taken.add(object.id);
      found.push({ change, id: object.id, after: driver.stateOf(object, change.after) });
    }
  }
  if (found.length > 0) log.made(found);
  return found.map(({ change }) => change);
}

/** One list serves all objects of a kind; subscriptions are all of one group. */
async function objectsOf(
  own: readonly Created[],
  driver: Driver<ChangeKind>,
  host: Host,
): Promise<Objects[ChangeKind][]> {
  const [first] = own;
  if (first === undefined) return [];
  if (first.kind !== 'subscription') return driver.find(host, first.after);
  return host.reads.subscriptionsOfGroup(first.after.groupId);
}
