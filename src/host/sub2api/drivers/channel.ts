import { z } from 'zod';
import { counted } from '../../../core/counted.ts';
import { RelayError } from '../../../core/relay-error.ts';
import type { Id } from '../../account.ts';
import type { Others, ResourceDriver } from '../../driver.ts';
import type { Sub2apiReads, Sub2apiWrites } from '../admin-port.ts';
import { channelWith, comparableChannels, unkeptOfChannel } from '../translate/hidden-texts.ts';
import { differencesOf } from '../layout/plan-channel.ts';
import type { Channel, ChannelSpec } from '../objects.ts';
import type { GroupSurroundings } from '../survey.ts';

const amount = z.number().nullable();
const schema: z.ZodType<ChannelSpec> = z.object({
  name: z.string(),
  groupIds: z.array(z.string()),
  mappings: z.record(z.string(), z.record(z.string(), z.string())),
  prices: z.array(
    z.object({
      platform: z.string(),
      models: z.array(z.string()),
      billing: z.string(),
      input: amount,
      output: amount,
      cacheRead: amount,
      cacheWrite: amount,
      rest: z.record(z.string(), z.unknown()),
    }),
  ),
  restrictsModels: z.boolean(),
  billingSource: z.string(),
});

/** Channels bear no mark: name, content, and a group of relay tell whose they are. */
export function channelDriver(
  reads: Sub2apiReads,
  writes: Sub2apiWrites,
): ResourceDriver<ChannelSpec, Channel, GroupSurroundings> {
  const differences = (channel: Channel, state: ChannelSpec, around?: GroupSurroundings) => [
    ...(channel.name === state.name ? [] : ['name']),
    ...differencesOf(
      ...comparableChannels(
        { ...channel, groupIds: existing(channel.groupIds, around) },
        { ...state, groupIds: existing(state.groupIds, around) },
      ),
    ),
  ];
  return {
    kind: 'channel',
    schema,
    find: () => reads.channels(),
    isMadeAs: (channel, name, made) =>
      channel.name === name && made.groupIds.some((id) => channel.groupIds.includes(id)),
    isStill: (channel, name, made, around) =>
      channel.groupIds.some((id) => made.groupIds.includes(id) && around.isMarked(id)) ||
      (channel.name === name && differences(channel, made, around).length === 0),
    differences,
    stateOf: ({ id: _id, active: _active, ...spec }) => spec,
    placed: (state, ids) => {
      const group = ids.get('group');
      return group === undefined ? state : { ...state, groupIds: [...new Set([...state.groupIds, group])] };
    },
    create: (state) => writes.createChannel(state),
    update: async (id, { before, after }) => {
      // The whole channel is sent, so what others changed since the plan was made would be lost.
      const now = (await reads.channels()).find((channel) => channel.id === id);
      const isDesired = now !== undefined && differencesOf(now, after).length === 0;
      if (now !== undefined && !isDesired && differencesOf(now, before).length > 0)
        throw new RelayError('WRITE_REFUSED', `The channel "${now.name}" has changed since the plan was made.`, {
          hint: 'Run it again: the new plan takes the change into account.',
        });
      return writes.updateChannel(id, after);
    },
    remove: ({ id }) => writes.deleteChannel(id),
    restore: ({ id }, { before }, { around }) =>
      writes.updateChannel(id, { ...before, groupIds: existing(before.groupIds, around) }),
    release: ({ id, active: _active, ...spec }, place) =>
      writes.updateChannel(id, { ...spec, groupIds: spec.groupIds.filter((each) => each !== place) }),
    holds: ({ groupIds }, place) => groupIds.includes(place),
    usedBy,
    writable: (state, hide) => channelWith(state, hide),
    unkept: unkeptOfChannel,
  };
}

function usedBy({ groupIds }: Channel, { kept, around }: Others<GroupSurroundings>): string | null {
  const others = groupIds.filter((id) => around.placeExists(id)).length - 1;
  if (others > 0) return `it also holds ${counted(others, 'group')} of others`;
  return keptGroup(groupIds, kept);
}

/** What hangs on a group that stays, stays. */
export function keptGroup(groupIds: readonly Id[], kept: Others['kept']): string | null {
  const found = kept.find(({ kind, object }) => kind === 'group' && groupIds.includes(object.id));
  return found === undefined ? null : `the group "${found.name}" stays`;
}

function existing(ids: readonly Id[], around: GroupSurroundings | undefined): Id[] {
  return ids.filter((id) => around?.placeExists(id) !== false);
}
