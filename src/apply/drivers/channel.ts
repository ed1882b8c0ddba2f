import type { Id } from '../../host/objects.ts';
import { differencesOf } from '../../plan/plan-channel.ts';
import { comparableChannels } from '../undo/unkept.ts';
import type { Driver, Groups } from './driver.ts';

/** Channels bear no mark: name, content, and a group of relay tell whose they are. */
export const channelDriver: Driver<'channel'> = {
  find: (host) => host.reads.channels(),
  isMadeAs: (channel, name, made) => channel.name === name && made.groupIds.some((id) => channel.groupIds.includes(id)),
  isStill: (channel, name, made, groups) =>
    channel.groupIds.some((id) => made.groupIds.includes(id) && groups.isMarked(id)) ||
    (channel.name === name && channelDriver.differences(channel, made, groups).length === 0),
  differences: (channel, state, groups) => [
    ...(channel.name === state.name ? [] : ['name']),
    ...differencesOf(
      ...comparableChannels(
        { ...channel, groupIds: existing(channel.groupIds, groups) },
        { ...state, groupIds: existing(state.groupIds, groups) },
      ),
    ),
  ],
  stateOf: ({ id: _id, active: _active, ...spec }) => spec,
  remove: (host, { id }) => host.writes.deleteChannel(id),
  restore: (host, { id }, { before }, { groups }) =>
    host.writes.updateChannel(id, { ...before, groupIds: existing(before.groupIds, groups) }),
};

function existing(ids: readonly Id[], groups: Groups | undefined): Id[] {
  return ids.filter((id) => groups?.exists(id) !== false);
}
