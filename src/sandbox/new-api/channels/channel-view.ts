import type { JsonObject } from '../../json-object.ts';
import type { Channel } from '../rows.ts';

/** A channel as the host shows one: never with its key. */
export function channelView(channel: Channel): JsonObject {
  const info = { ...channel.channel_info, multi_key_status_list: null, multi_key_polling_index: 0 };
  return { ...channel, key: '', channel_info: info };
}

/** The keys that a channel holds: one, or a line each. */
export function keysOf(channel: Channel): string[] {
  return channel.channel_info.is_multi_key ? channel.key.split('\n').filter((key) => key !== '') : [channel.key];
}
