import { HostFailure } from '../../host/host-failure.ts';
import type { Host } from '../../host/host.ts';
import type { Id } from '../../host/objects.ts';
import { readGroupMarker } from '../../plan/group-marker.ts';
import type { Change, ChangeKind, Objects } from '../change.ts';
import type { Groups } from '../drivers/driver.ts';
import { drivers } from '../drivers/drivers.ts';

/** What the host holds, as far as undoing changes asks. A kind that could not be read is absent. */
export type Snapshot = { readonly [K in Exclude<ChangeKind, 'user'>]?: readonly Objects[K][] } & {
  readonly groups: Groups;
  /** How many keys of users are bound to each group that the run has made. */
  readonly userKeys: ReadonlyMap<Id, number>;
};

/**
 * Looks at the host for all that these changes touch, or that hangs on it. Throws `HostFailure` where the groups cannot be
 * read, without which nothing can be told.
 */
export async function snapshotFor(changes: readonly Change[], { reads }: Host): Promise<Snapshot> {
  const touches = (kind: ChangeKind) => changes.some((change) => change.kind === kind);
  const group = await reads.groups();
  const there = new Map(group.map((each) => [each.id, each]));
  const groups: Groups = {
    exists: (id) => there.has(id),
    isMarked: (id) => readGroupMarker(there.get(id)?.description ?? '') !== undefined,
  };
  // By their marks, since a noted id may be wrong.
  const made = group
    .filter((each) =>
      changes.some(
        (change) =>
          change.kind === 'group' &&
          change.action === 'created' &&
          drivers.group.isStill(each, change.name, change.after, groups),
      ),
    )
    .map(({ id }) => id);
  const hasGroups = made.length > 0;
  const given = changes.flatMap(({ kind, after }) => (kind === 'subscription' ? [after.groupId] : []));
  const asked = [...new Set([...made, ...given])].filter((id) => there.has(id));
  const [channel, tariff, account, subscription] = await Promise.all([
    touches('channel') || hasGroups ? shorten(() => reads.channels()) : [],
    touches('tariff') || hasGroups ? shorten(() => reads.plans()) : [],
    touches('account') || hasGroups ? shorten(() => reads.accounts()) : [],
    // Only shown by group; a group that is gone took them along.
    shorten(async () => (await Promise.all(asked.map((id) => reads.subscriptionsOfGroup(id)))).flat()),
  ]);
  const userKeys = new Map<Id, number>();
  for (const id of made) {
    const keys = await shorten(() => reads.keysOfGroup(id));
    // What cannot be asked for counts as there: a group is not removed on the strength of an answer that did not come.
    userKeys.set(id, keys?.length ?? 1);
  }
  return {
    group,
    ...(channel && { channel }),
    ...(tariff && { tariff }),
    ...(account && { account }),
    ...(subscription && { subscription }),
    userKeys,
    groups,
  };
}

async function shorten<T>(read: () => Promise<T>): Promise<T | undefined> {
  try {
    return await read();
  } catch (failure) {
    if (failure instanceof HostFailure) return undefined;
    throw failure;
  }
}
