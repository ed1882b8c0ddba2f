import type { Account, Id } from '../../host/account.ts';
import type { HostObject, Surroundings } from '../../host/driver.ts';
import type { Grant } from '../../host/grants.ts';
import { orNothing } from '../../host/host-failure.ts';
import type { Host } from '../../host/host.ts';
import type { Change } from '../change.ts';
import type { GrantState } from '../drivers/grant.ts';

/** What the host holds, as far as undoing changes asks. What could not be read is absent. */
export interface Snapshot {
  around: Surroundings;
  accounts: readonly Account[] | undefined;
  grants: readonly Grant[] | undefined;
  /** The objects of each kind that was changed, by id; a kind that could not be read is absent. */
  objects: ReadonlyMap<string, ReadonlyMap<Id, HostObject>>;
}

/**
 * Looks at the host for all that these changes touch, or that hangs on it. Throws `HostFailure` where that cannot be told
 * at all.
 */
export async function snapshotFor(changes: readonly Change[], host: Host): Promise<Snapshot> {
  const { reads, grants: grantPort, resources } = host;
  const kinds = new Set(changes.map(({ kind }) => kind));
  const isResource = new Set(resources.drivers.map(({ kind }) => kind));
  const made = changes.flatMap(({ kind, action, name, after }) =>
    action === 'created' && isResource.has(kind) ? [{ kind, name, state: after }] : [],
  );
  const around = await resources.survey(made, kinds);
  const given = changes.flatMap(({ kind, after }) => (kind === grantPort?.kind ? [after as GrantState] : []));
  const asked = new Set([...around.madePlaces, ...given.map(({ place }) => place)]);
  const places = [...asked].filter((id) => around.placeExists(id));
  // Not every host takes access away with the place that it was to.
  const users = given
    .filter(({ place }) => grantPort?.goesWithUser === true || !around.placeExists(place))
    .map(({ userId }) => userId);
  const [accounts, grants] = await Promise.all([
    kinds.has('account') || around.madePlaces.length > 0 ? orNothing(() => reads.accounts()) : [],
    orNothing(() => grantsOf(places, users, host)),
  ]);
  const objects = new Map<string, ReadonlyMap<Id, HostObject>>();
  for (const kind of kinds) {
    const list = kind === 'account' ? accounts : kind === grantPort?.kind ? grants : around.objects(kind);
    if (list !== undefined) objects.set(kind, new Map(list.map((object) => [object.id, object])));
  }
  return { around, accounts, grants, objects };
}

async function grantsOf(places: readonly Id[], users: readonly Id[], { grants }: Host): Promise<Grant[]> {
  if (grants === null) return [];
  const lists = [...places.map((id) => grants.ofPlace(id)), ...[...new Set(users)].map((id) => grants.ofUser(id))];
  return [...new Map((await Promise.all(lists)).flat().map((grant) => [grant.id, grant])).values()];
}
