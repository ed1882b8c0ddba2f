import { ChangeLog } from '../apply/change-log.ts';
import { leftoverOf, type Leftover } from '../apply/leftover.ts';
import { removeAccounts } from '../apply/accounts/remove-accounts.ts';
import { releaseObject } from '../apply/release-object.ts';
import { removeObjects, type NamedObject } from '../apply/remove-objects.ts';
import { inStage, stopReason, throwIfStopped, unstopped, type RunTools } from '../apply/run-tools.ts';
import type { Account, Id } from '../host/account.ts';
import type { Grant } from '../host/grants.ts';
import type { Host } from '../host/host.ts';
import type { ManagedResource, Place } from '../host/layout.ts';
import type { PackProvider } from '../pack/manifest.ts';
import { isIn, managedAccounts } from '../plan/managed-accounts.ts';
import { counted, enumerated } from '../core/counted.ts';
import { RelayError } from '../core/relay-error.ts';
import { HostFailure } from '../host/host-failure.ts';
import { accessSlug, type AccessMode } from '../core/modes.ts';
import { providerOnHost } from './provider-on-host.ts';
import { leftClients, removeLeftClients } from './left-clients.ts';
import { takeSnapshot } from './read-status.ts';
import { refuseBarred } from './refuse-barred.ts';

/** Access that does not end by itself is not taken from whom others have given it. */
function outsideOf({ info }: Pick<Host, 'info'>): (grant: Grant) => boolean {
  return ({ byRelay }) => !byRelay && !info.capabilities.grantDays.possible;
}

/** What relay manages for a provider in one access mode, and what hangs on it. */
export interface Managed {
  access: AccessMode;
  place: (Place & { id: Id }) | null;
  resources: ManagedResource[];
  accounts: Account[];
  staging: { kind: string; objects: NamedObject[] };
  /** Of users, to the place. */
  grants: { kind: string; list: Grant[] };
  /** How many keys of users are bound to the place. */
  userKeys: number;
  /** Accounts of others in the place: then the resources stay. */
  /** Users who have access that relay did not give, and that goes with the place. */
  outsiders: readonly Grant[];
  foreign: Account[];
}

export interface Removal {
  removed: { kind: string; id: Id; name: string }[];
  /** Others use it, so it stays. */
  shared: { kind: string; id: Id; name: string; why: string; staysAnyway: boolean }[];
  leftovers: Leftover[];
}

/** Everything that would go. Sends nothing but reads. */
export async function findManaged(
  ofPack: PackProvider,
  modes: readonly AccessMode[],
  tools: RunTools,
): Promise<Managed[]> {
  const held = await takeSnapshot(tools);
  const provider = providerOnHost(ofPack, held.accounts);
  const { layout, isolation, grants, clientKeys } = tools.host;
  const isOutside = outsideOf(tools.host);
  const found: Managed[] = [];
  for (const access of modes) {
    const owner = { provider, access };
    const place = layout.place(owner, held) ?? null;
    const own = managedAccounts({ ...owner, run: '', accounts: 'reconcile' }, held, place?.id ?? null);
    const accounts = [...own.byFingerprint.values(), ...own.superseded];
    const inPlace = held.accounts.filter((account) => isIn(account, place?.id ?? null));
    const given = place === null || grants === null ? [] : await grants.ofPlace(place.id);
    const active = given.filter((each) => each.active);
    const managed: Managed = {
      access,
      place,
      resources: layout.managed(owner, held),
      accounts,
      staging:
        isolation?.by === 'place'
          ? { kind: isolation.kind, objects: isolation.stale({ ...owner, run: '' }, held) }
          : { kind: '', objects: [] },
      grants: { kind: grants?.kind ?? '', list: active.filter((each) => !isOutside(each)) },
      outsiders: active.filter(isOutside),
      userKeys: place === null || clientKeys === null ? 0 : await clientKeys.boundTo(place.id),
      foreign: inPlace.filter((account) => !accounts.includes(account)),
    };
    if (managed.resources.length + accounts.length + managed.staging.objects.length > 0) found.push(managed);
  }
  refuseBarred(
    found.flatMap(({ resources }) => resources.map(({ kind }) => kind)),
    tools.host,
  );
  return found;
}

/**
 * Takes off the host what relay manages for a provider, in the order of its layout, so that nothing dangles: what hangs on
 * accounts, accounts, and what they hang on. What others use stays and is named. Safe to repeat.
 */
export async function removeProvider(all: readonly Managed[], tools: RunTools): Promise<Removal> {
  const log = new ChangeLog(tools.journal);
  const result: Removal = { removed: [], shared: [], leftovers: [] };
  const { orphans } = await leftClients('', tools);
  result.leftovers.push(...(await removeLeftClients(orphans, tools)));
  result.removed.push(
    ...orphans
      .filter((orphan) => !result.leftovers.some(({ name }) => name === orphan.name))
      .map(({ id, name }) => ({ kind: tools.host.clientKeys?.driver.kind ?? '', id, name })),
  );
  try {
    for (const managed of all) {
      throwIfStopped(tools);
      await inStage(
        tools,
        'remove',
        `Remove what is managed (${accessSlug(managed.access)})`,
        () => removeMode(managed, tools, log, result),
        () => ({ ok: result.leftovers.length === 0, text: `${result.removed.length} removed` }),
      );
    }
  } catch (error) {
    if (error instanceof RelayError && error === stopReason(tools.stop)) throw error.holding(heldText(result));
    if (!(error instanceof HostFailure)) throw error;
    // Whatever was asked to go may have gone, or not.
    const told = new Set([...result.removed, ...result.leftovers].map(({ kind, id }) => `${kind} ${id}`));
    const open = all.flatMap(objectsOf).filter(({ kind, id }) => !told.has(`${kind} ${id}`));
    const why = `the host failed before it was seen to be gone (${error.code})`;
    result.leftovers.push(...open.map((each) => leftoverOf({ action: 'created', ...each }, why, tools.host)));
  }
  return result;
}

/** All that is managed and goes with the provider. */
function objectsOf({ accounts, resources, staging }: Managed): { kind: string; id: Id; name: string }[] {
  return [
    ...accounts.map(({ id, name }) => ({ kind: 'account', id, name })),
    ...resources
      .filter(({ staysAnyway }) => staysAnyway !== true)
      .map(({ kind, object: { id, name } }) => ({ kind, id, name })),
    ...staging.objects.map(({ id, name }) => ({ kind: staging.kind, id, name })),
  ];
}

/** What the host holds where the removal was told to stop in its midst. */
function heldText({ removed, leftovers }: Removal): string {
  const open = leftovers.map(({ kind, name }) => `${kind} "${name}"`).join(', ');
  return [
    removed.length === 0
      ? 'Nothing was removed.'
      : `${counted(removed.length, 'object was', 'objects were')} removed, the rest was not.`,
    ...(open === '' ? [] : [`Look at: ${open}.`]),
  ].join(' ');
}

async function removeMode(managed: Managed, tools: RunTools, log: ChangeLog, result: Removal): Promise<void> {
  const { place, resources, accounts, staging, foreign, outsiders } = managed;
  const isShared = foreign.length > 0 || outsiders.length > 0;
  if (isShared) nameShared(managed, result);
  // What stays in any case is taken out of use even so.
  const due = isShared ? resources.filter(({ staysAnyway }) => staysAnyway === true) : resources;
  for (const resource of due.filter(({ when }) => when === 'first')) await takeResource(resource, place, tools, result);
  if (foreign.length === 0) await removeGrants(managed, tools, result);
  const { removed, left, leftovers } = await removeAccounts(accounts, tools, log);
  result.removed.push(...removed.map(({ id, name }) => ({ kind: 'account', id, name })));
  result.leftovers.push(
    ...left.map(({ id, name }) =>
      leftoverOf({ kind: 'account', action: 'created', id, name }, 'it could not be removed', tools.host),
    ),
    ...leftovers.filter(({ id }) => !left.some((each) => each.id === id)),
  );
  throwIfStopped(tools);
  await take(staging.kind, staging.objects, tools, result);
  // What goes before all that hangs on it would leave that dangling.
  if (result.leftovers.length > 0) return;
  for (const resource of due.filter(({ when }) => when === 'last')) {
    await takeResource(resource, place, tools, result);
    if (result.leftovers.length > 0) return;
  }
}

/** Removes objects of a kind of resource, and tells what became of them. */
async function take(
  kind: string,
  objects: readonly NamedObject[],
  tools: RunTools,
  result: Removal,
  list = () => namedOf(kind, tools),
): Promise<void> {
  if (objects.length === 0) return;
  const { removed, leftovers } = await removeObjects(kind, objects, tools, list);
  result.leftovers.push(...leftovers);
  result.removed.push(...removed.map(({ id, name }) => ({ kind, id, name })));
}

async function namedOf(kind: string, tools: RunTools): Promise<NamedObject[]> {
  const objects = (await unstopped(tools).host.resources.list())[kind] ?? [];
  return objects.map((object) => ({ ...object, name: object.name ?? '' }));
}

/** Grants have no name of their own: whom they are for tells one from another. */
async function removeGrants({ place, grants }: Managed, tools: RunTools, result: Removal): Promise<void> {
  const port = unstopped(tools).host.grants;
  if (place === null || port === null) return;
  const named = (list: readonly Grant[]) => list.map((grant) => ({ ...grant, name: `user ${grant.userId}` }));
  // Asked when its turn comes: who lost a subscription may have been handed back to here.
  const isOutside = outsideOf(tools.host);
  const now = (await port.ofPlace(place.id)).filter((each) => each.active && !isOutside(each));
  await take(grants.kind, named(now), tools, result, async () => named(await port.ofPlace(place.id)));
}

async function takeResource(
  resource: ManagedResource,
  place: Managed['place'],
  tools: RunTools,
  result: Removal,
): Promise<void> {
  const { kind, object, shared, staysAnyway = false } = resource;
  if (shared === null) await take(kind, [object], tools, result);
  else if (place !== null || staysAnyway) await release(resource, shared, place?.id ?? '', tools, result);
}

/** What others use beside the place stays, and lets go of it. */
async function release(
  { kind, object, staysAnyway = false }: ManagedResource,
  why: string,
  place: Id,
  tools: RunTools,
  result: Removal,
): Promise<void> {
  const left = await releaseObject(kind, object, place, tools);
  if (left === undefined) result.shared.push({ kind, id: object.id, name: object.name, why, staysAnyway });
  else result.leftovers.push(left);
}

function nameShared({ place, resources, foreign, outsiders }: Managed, result: Removal): void {
  const who = [
    ...(foreign.length === 0 ? [] : [`${counted(foreign.length, 'account')} of others`]),
    ...(outsiders.length === 0 ? [] : [`${counted(outsiders.length, 'user')} whom relay did not put there`]),
  ];
  const why = `${enumerated(who)} ${foreign.length + outsiders.length === 1 ? 'is' : 'are'} in the ${place?.kind}`;
  for (const { kind, object } of resources.filter(({ staysAnyway }) => staysAnyway !== true))
    result.shared.push({ kind, id: object.id, name: object.name, why, staysAnyway: false });
}
