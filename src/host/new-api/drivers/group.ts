import { z } from 'zod';
import { counted } from '../../../core/counted.ts';
import type { Others, ResourceDriver } from '../../driver.ts';
import { readGroupMarker } from '../../group-marker.ts';
import type { ApiClient } from '../../http/api-client.ts';
import type { Group } from '../objects.ts';
import { editMaps } from '../options.ts';
import type { NewApiReads } from '../reads.ts';

const schema = z.object({ name: z.string(), text: z.string().nullable(), ratio: z.number().nullable() });
export type GroupState = z.infer<typeof schema>;

/** Groups bear the marker of their run at the end of what users are shown of them. */
export function groupDriver(reads: NewApiReads, client: ApiClient): ResourceDriver<GroupState, Group> {
  // The marker comes first and goes last: what lacks the rest is known by it.
  const set = ({ name, text, ratio }: GroupState) =>
    editMaps(client, [
      { map: 'UserUsableGroups', entry: name, value: text ?? undefined },
      { map: 'GroupRatio', entry: name, value: ratio ?? undefined },
    ]);
  return {
    kind: 'group',
    schema,
    find: () => reads.groups(),
    isMadeAs: (group, name, made) => group.name === name && isOfRun(group.text, made.text),
    isStill: (group, _, made) => isOfRun(group.text, made.text),
    differences: (group, state) => [
      ...(group.text === state.text ? [] : ['text for users']),
      ...(group.ratio === state.ratio ? [] : ['rate']),
    ],
    stateOf: ({ name, text, ratio }) => ({ name, text, ratio }),
    placed: (state) => state,
    create: set,
    update: (_, { after }) => set(after),
    remove: ({ name }) =>
      editMaps(client, [
        { map: 'GroupRatio', entry: name, value: undefined },
        { map: 'UserUsableGroups', entry: name, value: undefined },
      ]),
    restore: (_, { before }) => set(before),
    usedBy,
  };
}

function isOfRun(text: string | null, made: string | null): boolean {
  const run = readGroupMarker(made ?? '')?.run;
  return run !== undefined && readGroupMarker(text ?? '')?.run === run;
}

/** Channels and users that name it go on naming it: they would serve, and be served by, nobody. */
function usedBy({ id }: Group, { accounts, grants }: Others): string | null {
  if (accounts === undefined || grants === undefined) return 'used by what could not be read';
  const inside = accounts.filter(({ places }) => places.includes(id)).length;
  const users = grants.filter(({ place }) => place === id).length;
  const uses = [
    ...(inside === 0 ? [] : [`${counted(inside, 'channel')} that the run did not make`]),
    ...(users === 0 ? [] : [counted(users, 'user')]),
  ];
  return uses.length === 0 ? null : `used by ${uses.join(' and ')}`;
}
