import { problem } from '../../../core/relay-error.ts';
import { effectiveMapping } from '../../../pack/model-mapping.ts';
import { sameMapping } from '../../account.ts';
import type { Owner } from '../../layout.ts';
import { resourceName } from '../../names.ts';
import type { Channel, ChannelSpec, Group } from '../objects.ts';
import type { Planned, Sub2apiResources } from './held.ts';
import { channelValues } from './channel-values.ts';
import { mergePrices, samePriceList, desiredPrices } from './prices.ts';

/** Users are billed for the model that their request was mapped to (rule B10). */
const billingSource = 'channel_mapped';

/** Rules B7, B10, N4, N7 and N18 for the channel. `group` is the group as it stands, when it stands. */
export function planChannel(
  job: Owner & { adopt: boolean },
  { channels }: Sub2apiResources,
  group: Group | undefined,
): Planned {
  const name = resourceName(job.provider.id, job.access);
  const found = channels.filter((channel) => channel.name === name);
  const [channel] = found;
  if (found.length > 1)
    return {
      problem: problem(
        'NAME_AMBIGUOUS',
        `${found.length} channels are named "${name}" (${found.map((each) => each.id).join(', ')}).`,
      ),
    };
  const holder =
    group === undefined ? undefined : channels.find((each) => each.groupIds.includes(group.id) && each.name !== name);
  if (group !== undefined && holder !== undefined)
    return {
      problem: problem(
        'GROUP_IN_FOREIGN_CHANNEL',
        `The group "${group.name}" (${group.id}) belongs to the channel "${holder.name}" (${holder.id}).`,
      ),
    };
  if (channel === undefined) return { step: creation(newChannel(job, name)) };
  const managed = group !== undefined && channel.groupIds.includes(group.id);
  if (!managed && !job.adopt)
    return {
      problem: problem(
        'FOREIGN_OBJECT',
        `The channel "${name}" (${channel.id}) does not belong to a group that relay manages.`,
      ),
    };
  const after = editedChannel(channel, job);
  const own = differencesOf(channel, after);
  const differences = managed ? own : ['groups', ...own];
  const step = { kind: 'channel', name, id: channel.id };
  if (differences.length === 0) return { step: { ...step, action: 'unchanged', detail: '' } };
  const { id: _id, active: _active, ...before } = channel;
  const detail = `change ${differences.join(', ')}`;
  return {
    step: {
      ...step,
      action: managed ? 'update' : 'adopt',
      before,
      after,
      differences,
      values: channelValues(before, after),
      detail,
    },
  };
}

function creation(after: ChannelSpec) {
  const names = Object.values(after.mappings).reduce((sum, mapping) => sum + Object.keys(mapping).length, 0);
  const priced = after.prices
    .filter((entry) => entry.input !== null)
    .reduce((sum, entry) => sum + entry.models.length, 0);
  const detail = `${names} model name${names === 1 ? '' : 's'}, ${priced} priced`;
  return { kind: 'channel', action: 'create', id: null, name: after.name, after, detail } as const;
}

function newChannel({ provider }: Owner, name: string): ChannelSpec {
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
function editedChannel(channel: Channel, { provider }: Owner): ChannelSpec {
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
