import { z } from 'zod';
import { counted, enumerated } from '../../../core/counted.ts';
import type { Others, ResourceDriver } from '../../driver.ts';
import { readGroupMarker } from '../../group-marker.ts';
import type { ApiClient } from '../../http/api-client.ts';
import { groupMarkerOf, type Group, type Tariff } from '../objects.ts';
import { editMaps, ownTexts } from '../options.ts';
import type { NewApiReads } from '../reads.ts';

const schema = z.object({
  name: z.string(),
  text: z.string().nullable(),
  ownText: z.string().nullable(),
  ratio: z.number().nullable(),
});
export type GroupState = z.infer<typeof schema>;

/** Groups bear the marker of their run at the end of what users are shown of them: everybody, or those who are in one. */
export function groupDriver(reads: NewApiReads, client: ApiClient): ResourceDriver<GroupState, Group> {
  // The marker comes first and goes last: what lacks the rest is known by it.
  const set = ({ name, text, ownText, ratio }: GroupState) =>
    editMaps(client, [
      { map: 'UserUsableGroups', entry: name, value: text ?? undefined },
      { map: ownTexts, entry: name, part: name, value: ownText ?? undefined },
      { map: 'GroupRatio', entry: name, value: ratio ?? undefined },
    ]);
  return {
    kind: 'group',
    schema,
    find: () => reads.groups(),
    isMadeAs: (group, name, made) => group.name === name && isOfRun(group, made),
    isStill: (group, _, made) => isOfRun(group, made),
    differences: (group, state) => [
      ...(group.text === state.text ? [] : ['text for users']),
      ...(group.ownText === state.ownText ? [] : ['text for those in it']),
      ...(group.ratio === state.ratio ? [] : ['rate']),
    ],
    stateOf: ({ name, text, ownText, ratio }) => ({ name, text, ownText, ratio }),
    placed: (state) => state,
    create: set,
    update: (_, { after }) => set(after),
    remove: ({ name }) =>
      editMaps(client, [
        { map: 'GroupRatio', entry: name, value: undefined },
        { map: 'UserUsableGroups', entry: name, value: undefined },
        { map: ownTexts, entry: name, part: name, value: undefined },
      ]),
    restore: (_, { before }) => set(before),
    usedBy,
  };
}

function isOfRun(group: Group, made: GroupState): boolean {
  const run = groupMarkerOf(made)?.run;
  return run !== undefined && groupMarkerOf(group)?.run === run;
}

/** Channels, users and plans that name it go on naming it: they would serve, and be served by, nobody. */
function usedBy(group: Group, { accounts, grants, around }: Others): string | null {
  const { id } = group;
  const run = groupMarkerOf(group)?.run;
  if (accounts === undefined || grants === undefined) return 'used by what could not be read';
  const inside = accounts.filter(({ places }) => places.includes(id)).length;
  const users = grants.filter(({ place }) => place === id).length;
  const plans = ((around.objects('tariff') ?? []) as readonly Tariff[]).filter(
    ({ groupId, text }) => groupId === id && readGroupMarker(text)?.run !== run,
  ).length;
  const uses = [
    ...(inside === 0 ? [] : [`${counted(inside, 'channel')} that the run did not make`]),
    ...(users === 0 ? [] : [counted(users, 'user')]),
    ...(plans === 0 ? [] : [`${counted(plans, 'plan')} that the run did not make`]),
  ];
  return uses.length === 0 ? null : `used by ${enumerated(uses)}`;
}
