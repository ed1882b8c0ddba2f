import { bind, pathId, validationError } from '../binding.ts';
import type { Fields } from '../binding.ts';
import { readPricing } from './channel-pricing.ts';
import { checkChannel } from './channel-rules.ts';
import { internalError, refusal, success } from '../envelope.ts';
import type { Host, HostApp, HostContext } from '../host.ts';
import { isJsonObject } from '../../json-object.ts';
import { paged } from '../pagination.ts';
import type { Channel } from '../rows.ts';
import { sorted } from '../sorting.ts';
import { timestamp } from '../state.ts';
import type { SandboxState } from '../state.ts';

/** Channels show whole seconds, with a Z that is always there. */
function view(channel: Channel): unknown {
  const short = (at: string) => `${at.slice(0, 19)}Z`;
  return { ...channel, created_at: short(channel.created_at), updated_at: short(channel.updated_at) };
}

function readMapping(fields: Fields): Channel['model_mapping'] | undefined {
  const source = fields.object('model_mapping');
  if (source === undefined) return undefined;
  const texts = (value: unknown) =>
    Object.entries(isJsonObject(value) ? value : {}).filter(
      (entry): entry is [string, string] => typeof entry[1] === 'string',
    );
  return Object.fromEntries(
    Object.entries(source).map(([platform, value]) => [platform, Object.fromEntries(texts(value))]),
  );
}

function checkGroups(state: SandboxState, ids: readonly number[], self?: number): void {
  const others = [...state.channels.values()].filter((channel) => channel.id !== self);
  if (others.some((channel) => channel.group_ids.some((id) => ids.includes(id)))) {
    throw refusal(409, 'one or more groups already belong to another channel', 'GROUP_ALREADY_IN_CHANNEL');
  }
  const known = (id: number) => state.groups.has(id) || state.retiredGroups.has(id);
  if (!ids.every(known) || new Set(ids).size !== ids.length) throw internalError();
}

function readBody(host: Host, fields: Fields, current?: Channel): Channel {
  const { state, features } = host;
  const source = fields.text('billing_model_source') ?? '';
  fields.check('billing_model_source', 'oneof', source === '' || features.billingModelSources.includes(source));
  const name = fields.text('name') ?? '';
  if (current === undefined) fields.check('name', 'required', name !== '');
  fields.check('name', 'max', [...name].length <= 100);
  const status = current === undefined ? '' : (fields.text('status') ?? '');
  fields.check('status', 'oneof', ['', 'active', 'disabled'].includes(status));
  fields.settle();
  const pricing = fields.list('model_pricing');
  const at = timestamp();
  return {
    id: current?.id ?? 0,
    name: name || (current?.name ?? ''),
    description: fields.text('description') ?? current?.description ?? '',
    status: status || (current?.status ?? 'active'),
    billing_model_source: source || (current?.billing_model_source ?? 'channel_mapped'),
    restrict_models: fields.flag('restrict_models') ?? current?.restrict_models ?? false,
    group_ids: fields.integers('group_ids') ?? current?.group_ids ?? [],
    model_pricing:
      pricing === undefined
        ? (current?.model_pricing ?? [])
        : readPricing(features, pricing, () => state.nextId('pricing')),
    model_mapping: readMapping(fields) ?? current?.model_mapping ?? {},
    created_at: current?.created_at ?? at,
    updated_at: at,
  };
}

function save(host: Host, channel: Channel, self?: number): Channel {
  const { state } = host;
  if ([...state.channels.values()].some((other) => other.id !== self && other.name === channel.name)) {
    throw refusal(409, 'channel name already exists', 'CHANNEL_EXISTS');
  }
  checkGroups(state, channel.group_ids, self);
  checkChannel(host.features, channel);
  state.channels.set(channel.id, channel);
  return channel;
}

/** The routes of `/api/v1/admin/channels`. */
export function addChannelRoutes(app: HostApp, host: Host): void {
  const { state } = host;
  const base = '/api/v1/admin/channels';
  const find = (c: HostContext): Channel => {
    const channel = state.channels.get(pathId(c, () => refusal(400, 'Invalid channel ID', 'INVALID_CHANNEL_ID')));
    if (channel === undefined) throw refusal(404, 'channel not found', 'CHANNEL_NOT_FOUND');
    return channel;
  };
  app.get(base, (c) => {
    const query = c.req.query();
    const rows = sorted([...state.channels.values()], query, (row) => row.created_at, 'desc');
    return paged(rows, query, view);
  });
  app.get(`${base}/:id`, (c) => success(view(find(c))));
  app.post(base, async (c) => {
    const channel = readBody(host, await bind(c, 'createChannelRequest', validationError));
    return success(view(save(host, { ...channel, id: state.nextId('channels') })));
  });
  app.put(`${base}/:id`, async (c) => {
    pathId(c, () => refusal(400, 'Invalid channel ID', 'INVALID_CHANNEL_ID'));
    const fields = await bind(c, 'updateChannelRequest', validationError);
    const current = find(c);
    return success(view(save(host, readBody(host, fields, current), current.id)));
  });
  app.delete(`${base}/:id`, (c) => {
    state.channels.delete(find(c).id);
    return success({ message: 'Channel deleted successfully' });
  });
}
