import { badParameters, failure, notFound, success } from '../envelope.ts';
import type { Host, HostContext } from '../host.ts';
import { mayWriteSensitive } from '../people/permissions.ts';
import { readBody } from '../request-body.ts';
import type { Channel } from '../rows.ts';
import { channelFields, checkLengths } from './channel-fields.ts';
import { channelView, keysOf } from './channel-view.ts';

/** Fields whose empty or zero value an update does not take for a value. */
const notEmptied = ['type', 'key', 'name', 'models', 'group', 'status', 'other', 'other_info', 'settings'] as const;

/** Fields that an admin changes only with a permission of its own, where the host has such. */
const sensitive = [
  'type',
  'key',
  'base_url',
  'openai_organization',
  'header_override',
  'param_override',
  'setting',
  'settings',
  'other',
] as const;

function isSensitive(channel: Channel, given: Partial<Channel>): boolean {
  return sensitive.some((name) => given[name] !== undefined && given[name] !== channel[name]);
}

function withAppended(channel: Channel, added: string): string {
  const keys = added.split('\n').map((key) => key.trim());
  return [...new Set([...keysOf(channel), ...keys.filter((key) => key !== '')])].join('\n');
}

/** Changes the fields of a channel that a body names, shows what became of it, and has the gateway see everything. */
export async function updateChannel(host: Host, c: HostContext): Promise<Response> {
  const body = await readBody(c);
  if (host.features.statusRoutes && 'status' in body) throw badParameters();
  const given = channelFields(body, 'PatchChannel');
  const channel = host.state.channels.get(given.id ?? 0);
  if (channel === undefined) throw notFound();
  if (!mayWriteSensitive(host, c.get('actor')) && isSensitive(channel, given))
    throw failure('Unauthorized, insufficient privileges');
  checkLengths(given);
  for (const name of notEmptied) if (!given[name]) delete given[name];
  const isMulti = channel.channel_info.is_multi_key;
  if (isMulti && given.key !== undefined && body['key_mode'] === 'append') given.key = withAppended(channel, given.key);
  Object.assign(channel, given);
  if (isMulti) channel.channel_info = { ...channel.channel_info, multi_key_size: keysOf(channel).length };
  host.cache.refresh();
  const { key_mode = null, multi_key_mode = null } = body;
  return success({ ...channelView(channel), key_mode, multi_key_mode });
}
