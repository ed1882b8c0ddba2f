import type { HostObject } from '../../host/driver.ts';
import type { Host } from '../../host/host.ts';
import type { ChangeLog } from '../change-log.ts';
import type { Change } from '../change.ts';
import { driverFor } from '../drivers/drivers.ts';
import type { GrantState } from '../drivers/grant.ts';
import type { RunTools } from '../run-tools.ts';

type Created = Extract<Change, { action: 'created' }>;

/**
 * Looks for what the run was about to make and never saw: its answer was lost, or the host carried it out after everyone
 * had stopped looking. What is found is noted, and returned. Throws `HostFailure`.
 */
export async function findUnrecorded({ base: host }: RunTools, log: ChangeLog): Promise<Change[]> {
  const open = log.changes.filter(
    (change): change is Created =>
      change.action === 'created' && change.id === null && change.kind !== host.clientKeys?.driver.kind,
  );
  const found: { change: Change; id: string; after: object }[] = [];
  for (const kind of new Set(open.map((change) => change.kind))) {
    const driver = driverFor(kind, host);
    const own = open.filter((change) => change.kind === kind);
    const objects = await objectsOf(kind, own, host);
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
  if (found.length > 0) await log.made(found);
  return found.map(({ change }) => change);
}

/** One list serves all objects of a kind; grants are all of one place. */
async function objectsOf(kind: string, own: readonly Created[], host: Host): Promise<HostObject[]> {
  const [first] = own;
  if (first === undefined) return [];
  if (kind === host.grants?.kind) return host.grants.ofPlace((first.after as GrantState).place);
  return driverFor(kind, host).find(first.after);
}
