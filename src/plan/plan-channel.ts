import type { Channel, ChannelSpec, Group } from '../host/objects.ts';
import { effectiveMapping } from '../pack/model-mapping.ts';
import { problem } from '../core/relay-error.ts';
import type { ChannelStep } from './import-plan.ts';
import { resourceName } from './names.ts';
import type { HostSnapshot, Desired } from './observed.ts';
import type { Planned } from './plan-group.ts';
import { mergePrices, samePriceList, desiredPrices } from './prices.ts';

/** Users are billed for the model that their request was mapped to (rule B10). */
const billingSource = 'channel_mapped';

/** Rules B7, B10, N4, N7 and N18 for the channel. `group` is the group as it stands, when it stands. */
export function planChannel(desired: Desired, snapshot: HostSnapshot, group: Group | undefined): Planned<ChannelStep> {
  const { provider } = desired;
  const name = resourceName(provider.id, desired.access);
  const found = snapshot.channels.filter((channel) => channel.name === name);
  const [channel] = found;
  if (found.length > 1)
    return {
      problem: problem(
        'NAME_AMBIGUOUS',
        `${found.length} channels are named "${name}" (${found.map((each) => each.id).join(', ')}).`,
      ),
    };
  const holder =
    group === undefined
      ? undefined
      : snapshot.channels.find((each) => each.groupIds.includes(group.id) && each.name !== name);
  if (group !== undefined && holder !== undefined) {
    return {
      problem: problem(
        'GROUP_IN_FOREIGN_CHANNEL',
        `The group "${group.name}" (${group.id}) belongs to the channel "${holder.name}" (${holder.id}).`,
      ),
    };
  }
  if (channel === undefined) return { step: { action: 'create', name, spec: newChannel(desired, name) } };
  const managed = group !== undefined && channel.groupIds.includes(group.id);
  if (!managed && !desired.adopt)
    return {
      problem: problem(
        'FOREIGN_OBJECT',
        `The channel "${name}" (${channel.id}) does not belong to a group that relay manages.`,
      ),
    };
  const spec = editedChannel(channel, desired);
  const differences = differencesOf(channel, spec);
  if (!managed)
    return {
      step: { action: 'adopt', name, id: channel.id, before: channel, spec, differences: ['groups', ...differences] },
    };
  if (differences.length === 0) return { step: { action: 'unchanged', name, id: channel.id } };
  return { step: { action: 'update', name, id: channel.id, before: channel, spec, differences } };
}

function newChannel({ provider }: Desired, name: string): ChannelSpec {
  return {
    name,
    groupIds: [],
    mappings: { [provider.platform]: effectiveMapping(provider) },
    prices: desiredPrices(provider),
    restrictsModels: true,
    billingSource,
  };
}

/** The channel with what relay manages set, and everything else as it is. */
function editedChannel(channel: Channel, { provider }: Desired): ChannelSpec {
  return {
    name: channel.name,
    groupIds: channel.groupIds,
    mappings: { ...channel.mappings, [provider.platform]: effectiveMapping(provider) },
    prices: mergePrices(channel.prices, provider),
    restrictsModels: true,
    billingSource,
  };
}

/** In what two states of a channel differ, in words. Tells what an edit would change, and whether one was stored. */
export function differencesOf(now: ChannelState, desired: ChannelState): string[] {
  const platforms = Object.keys({ ...now.mappings, ...desired.mappings });
  const sameMappings = platforms.every((each) => sameMapping(now.mappings[each] ?? {}, desired.mappings[each] ?? {}));
  const sameGroups = new Set([...now.groupIds, ...desired.groupIds]).size === new Set(now.groupIds).size;
  return [
    ...(sameGroups && now.groupIds.length === desired.groupIds.length ? [] : ['groups']),
    ...(sameMappings ? [] : ['model mapping']),
    ...(samePriceList(now.prices, desired.prices) ? [] : ['prices']),
    ...(now.restrictsModels === desired.restrictsModels ? [] : ['model restriction']),
    ...(now.billingSource === desired.billingSource ? [] : ['billing source']),
  ];
}

type ChannelState = Omit<ChannelSpec, 'name'>;

/** Order does not matter. */
export function sameMapping(one: Record<string, string>, other: Record<string, string>): boolean {
  const keys = Object.keys(one);
  return keys.length === Object.keys(other).length && keys.every((key) => one[key] === other[key]);
}
