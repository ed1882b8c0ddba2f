import { orNothing } from '../host-failure.ts';
import type { Id } from '../account.ts';
import type { HostObject, Surroundings } from '../driver.ts';
import type { Sub2apiReads } from './admin-port.ts';
import { readGroupMarker } from '../group-marker.ts';

/** What is seen around the objects of a run on this host. */
export interface GroupSurroundings extends Surroundings {
  /** Says in its description that relay manages it. */
  isMarked: (group: Id) => boolean;
  /** How many keys of users are bound to each group that the run has made. */
  userKeys: ReadonlyMap<Id, number>;
}

/** Looks around. Throws `HostFailure` where the groups cannot be read, without which nothing can be told. */
export async function surveyOf(
  reads: Sub2apiReads,
  made: readonly { kind: string; state: object }[],
  kinds: ReadonlySet<string>,
): Promise<GroupSurroundings> {
  const groups = await reads.groups();
  const there = new Map(groups.map((each) => [each.id, each]));
  const runOf = (id: Id) => readGroupMarker(there.get(id)?.description ?? '')?.run;
  const runs = new Set(
    made.flatMap(({ kind, state }) =>
      kind === 'group' ? [readGroupMarker((state as { description?: string }).description ?? '')?.run] : [],
    ),
  );
  const madePlaces = [...there.keys()].filter((id) => runOf(id) !== undefined && runs.has(runOf(id)));
  const isAsked = (kind: string) => kinds.has(kind) || madePlaces.length > 0;
  const [channels, tariffs] = await Promise.all([
    isAsked('channel') ? orNothing(() => reads.channels()) : [],
    isAsked('tariff') ? orNothing(() => reads.tariffs()) : [],
  ]);
  const objects: Record<string, readonly HostObject[] | undefined> = {
    group: groups,
    channel: channels,
    tariff: tariffs,
  };
  const userKeys = new Map<Id, number>();
  for (const id of madePlaces) {
    const keys = await orNothing(() => reads.keysOfGroup(id));
    // What cannot be asked for counts as there: a group is not removed on the strength of an answer that did not come.
    userKeys.set(id, keys?.length ?? 1);
  }
  return {
    placeExists: (id) => there.has(id),
    madePlaces,
    objects: (kind) => objects[kind],
    isMarked: (id) => runOf(id) !== undefined,
    userKeys,
  };
}
