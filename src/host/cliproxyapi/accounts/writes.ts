import type { AccountChange, AccountSpec, Id } from '../../account.ts';
import type { AccountReads, AccountWrites } from '../../host.ts';
import { HostFailure, mapResult, notSent, onceSent, writeResult } from '../../host-failure.ts';
import type { ApiClient } from '../../http/api-client.ts';
import { resourceName } from '../../names.ts';
import type { Screen } from '../../screen.ts';
import type { Secret } from '../../../core/secrets/secret.ts';
import type { HostLists } from '../lists/host-lists.ts';
import { isOf, listOf, type HeldKey, type Unit } from '../lists/units.ts';
import type { KeyMark } from '../marks.ts';
import { Drain } from './drain.ts';
import { accountId, accountsOf, partsOfId, placeOf } from './translate.ts';
import { EditQueue, type Edit, type UnitKey } from './edit-queue.ts';

/** Accounts are keys of lists. Throws `HostFailure`. */
export function keyReads(lists: HostLists, client: ApiClient): AccountReads {
  const { http } = client;
  const all = async () => (await lists.units()).flatMap((unit) => accountsOf(unit, http));
  return {
    accounts: all,
    account: async (id) => (await all()).find((each) => each.id === id),
    accountKey: async (id) => heldBy(id, await lists.units(), http)?.key,
  };
}

/** The key that an account is, with the unit that it stands in. */
export function heldBy(id: Id, units: readonly Unit[], screen: Screen): (HeldKey & { unit: Unit }) | undefined {
  for (const unit of units) {
    const index = accountsOf(unit, screen).findIndex((each) => each.id === id);
    const held = unit.keys[index];
    if (held !== undefined) return { ...held, unit };
  }
  return undefined;
}

/** Changes keys in lists. What serves as long as it stands there can be put nowhere else, and not be switched off. */
export function keyWrites(lists: HostLists, client: ApiClient): AccountWrites {
  const queue = new EditQueue(lists);
  const drain = new Drain(client, lists);
  /** In which list a place is, which is asked once: it stays there. */
  const listOfPlace = new Map<Id, Promise<Unit['list'] | undefined>>();
  const editOwn = async (id: Id, edit: (unit: Unit, fingerprint: string) => Unit | undefined) => {
    const { place, fingerprint } = partsOfId(id);
    const asked = listOfPlace.get(place) ?? listWith(place, lists);
    listOfPlace.set(place, asked);
    const list = await asked.catch((error: unknown) => {
      listOfPlace.delete(place);
      throw error;
    });
    if (list === undefined) {
      listOfPlace.delete(place);
      return notSent('the host does not hold that key any more');
    }
    const key: UnitKey = { list, id: place, find: (unit) => unit.mark !== null && placeOf(unit) === place };
    return queue.edit(key, (unit) => (unit === undefined ? undefined : edit(unit, fingerprint)));
  };
  return {
    createAccounts: async (specs, keyOf) => {
      const [first] = specs;
      if (first === undefined) return { status: 'applied', value: [] };
      let theirs: ReadonlySet<string> = new Set();
      const end = await queue.edit(keyOfSpec(first), (unit) => {
        theirs = unmarkedIn(unit);
        const own = specs.filter(({ marker }) => !theirs.has(marker.fingerprint));
        return own.length === 0 ? unit : withKeys(own, keyOf)(unit);
      });
      return mapResult(end, () =>
        specs.map(({ marker }) =>
          theirs.has(marker.fingerprint)
            ? { ok: false as const, message: 'somebody else has put that key there; take it out, then import again' }
            : { ok: true as const, id: accountId(resourceName(marker.provider, marker.access), marker.fingerprint) },
        ),
      );
    },
    changeAccount: async (id, change) => {
      const end = await editOwn(id, (unit, fingerprint) => changed(unit, fingerprint, change));
      if (end.status !== 'applied') return end;
      return writeResult(() =>
        onceSent(async () => {
          const all = (await lists.units()).flatMap((unit) => accountsOf(unit, client.http));
          const account = all.find((each) => each.id === id);
          if (account === undefined) throw unseen();
          return account;
        }),
      );
    },
    placeAccounts: async () => notSent('a key serves where it stands'),
    setEnabled: async () => notSent('a key serves as long as it stands there'),
    markTested: async (ids, run) => {
      const ends = await Promise.all(
        ids.map((id) =>
          editOwn(id, (unit, fingerprint) =>
            withKeyMark(unit, fingerprint, (own) => ({ ...own, run: own.run || run, tested: true })),
          ),
        ),
      );
      return ends.find((end) => end.status !== 'applied') ?? { status: 'applied', value: undefined };
    },
    refreshAccount: async () => ({ status: 'applied', value: undefined }),
    deleteAccount: async (id) => {
      let removed: HeldKey | undefined;
      const end = await editOwn(id, (unit, fingerprint) => {
        removed = unit.keys.find((each) => each.fingerprint === fingerprint);
        return removed === undefined ? undefined : without(unit, fingerprint);
      });
      if (end.status === 'applied' && removed !== undefined) await drain.wait(removed.key);
      return end;
    },
  };
}

async function listWith(place: Id, lists: HostLists): Promise<Unit['list'] | undefined> {
  return (await lists.units()).find((unit) => unit.mark !== null && placeOf(unit) === place)?.list;
}

function keyOfSpec({ platform, marker }: AccountSpec): UnitKey {
  return {
    list: listOf[platform],
    id: resourceName(marker.provider, marker.access),
    find: (unit) => isOf(unit, marker),
  };
}

/** Keys in a unit of relay's that bear no mark. */
function unmarkedIn(unit: Unit | undefined): ReadonlySet<string> {
  const all = unit?.keys.map(({ fingerprint }) => fingerprint) ?? [];
  return new Set(all.filter((fingerprint) => unit?.mark?.keys.has(fingerprint) !== true));
}

/** Adds keys to a unit, which is made with the first of them. A key that stands there already gets its mark anew. */
function withKeys(specs: readonly AccountSpec[], keyOf: (spec: AccountSpec) => Secret): Edit {
  return (unit) =>
    specs.reduce<Unit | undefined>((now, spec) => {
      const { marker, name, baseUrl, mapping, platform } = spec;
      const held = now?.keys.find((each) => each.fingerprint === marker.fingerprint);
      const key: HeldKey = held ?? { fingerprint: marker.fingerprint, key: keyOf(spec), wire: null };
      const mark = now?.mark ?? { provider: marker.provider, access: marker.access, keys: new Map() };
      return {
        list: listOf[platform],
        name: now?.name ?? resourceName(marker.provider, marker.access),
        disabled: false,
        baseUrl,
        mapping,
        keys: held === undefined ? [...(now?.keys ?? []), key] : (now?.keys ?? []),
        mark: {
          ...mark,
          keys: new Map([...mark.keys, [marker.fingerprint, { name, run: marker.run, tested: false }]]),
        },
      };
    }, unit);
}

/** Address and models are of the whole unit; the rest is of one key. */
function changed(
  unit: Unit,
  fingerprint: string,
  { name, baseUrl, mapping, marker, tested }: Omit<AccountChange, 'enabled' | 'paused'>,
): Unit | undefined {
  const now = {
    ...unit,
    ...(typeof baseUrl === 'string' && baseUrl !== '' ? { baseUrl } : {}),
    ...(mapping === undefined ? {} : { mapping }),
  };
  return withKeyMark(now, fingerprint, (own) => ({
    name: name ?? own.name,
    run: marker?.run ?? own.run,
    tested: tested ?? own.tested,
  }));
}

function withKeyMark(unit: Unit, fingerprint: string, edit: (own: KeyMark) => KeyMark): Unit | undefined {
  const own = unit.mark?.keys.get(fingerprint);
  if (unit.mark === null || own === undefined) return undefined;
  return { ...unit, mark: { ...unit.mark, keys: new Map(unit.mark.keys).set(fingerprint, edit(own)) } };
}

function without(unit: Unit, fingerprint: string): Unit {
  const keys = new Map(unit.mark?.keys);
  keys.delete(fingerprint);
  return {
    ...unit,
    mark: unit.mark && { ...unit.mark, keys },
    keys: unit.keys.filter((each) => each.fingerprint !== fingerprint),
  };
}

function unseen(): HostFailure {
  return new HostFailure('HOST_FAILED', 'The host does not show the key that was changed.', {
    delivery: 'unknown',
    transient: false,
  });
}
