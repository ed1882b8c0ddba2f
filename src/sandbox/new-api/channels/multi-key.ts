import { failure } from '../envelope.ts';
import type { Host, HostApp, HostContext } from '../host.ts';
import { json } from '../../reply.ts';
import { readBody } from '../request-body.ts';
import type { Channel } from '../rows.ts';
import { keysOf } from './channel-view.ts';

const said: Record<string, string> = {
  disable_key: '密钥已禁用',
  enable_key: '密钥已启用',
  delete_key: '密钥已删除',
};

function statusOf(channel: Channel, index: number): number {
  return channel.channel_info.multi_key_status_list?.[String(index)] ?? 1;
}

function overview(channel: Channel): Response {
  const keys = keysOf(channel).map((key, index) => ({
    index,
    status: statusOf(channel, index),
    key_preview: key.slice(0, 10),
  }));
  const count = (status: number) => keys.filter((key) => key.status === status).length;
  return json(200, {
    data: {
      keys,
      total: keys.length,
      page: 1,
      page_size: 50,
      total_pages: 1,
      enabled_count: count(1),
      manual_disabled_count: count(2),
      auto_disabled_count: count(3),
    },
    message: '',
    success: true,
  });
}

/** Puts other keys in place of those that are there; what is behind a removed key moves up. */
function keep(channel: Channel, kept: readonly { key: string; status: number }[]): void {
  channel.key = kept.map(({ key }) => key).join('\n');
  channel.channel_info = {
    ...channel.channel_info,
    multi_key_size: kept.length,
    multi_key_status_list: Object.fromEntries(kept.map(({ status }, index) => [String(index), status])),
  };
}

async function manage(host: Host, c: HostContext): Promise<Response> {
  const { channel_id, action, key_index } = await readBody(c);
  const channel = host.state.channels.get(Number(channel_id));
  if (channel === undefined) throw failure('渠道不存在');
  if (!channel.channel_info.is_multi_key) throw failure('该渠道不是多密钥模式');
  if (action === 'get_key_status') return overview(channel);
  const keys = keysOf(channel).map((key, index) => ({ key, status: statusOf(channel, index) }));
  const one = keys[Number(key_index)];
  if (typeof action === 'string' && said[action] !== undefined && one === undefined) throw failure('密钥索引超出范围');
  const before = keys.filter(({ status }) => status === 1).length;
  const isOn = action === 'enable_key' || action === 'enable_all_keys';
  switch (action) {
    case 'disable_key':
    case 'enable_key':
      if (one !== undefined) one.status = isOn ? 1 : 2;
      break;
    case 'disable_all_keys':
    case 'enable_all_keys':
      for (const each of keys) each.status = isOn ? 1 : 2;
      break;
    case 'delete_key':
      keys.splice(Number(key_index), 1);
      break;
    case 'delete_disabled_keys':
      if (!keys.some(({ status }) => status === 3)) throw failure('没有需要删除的自动禁用密钥');
      keys.splice(0, keys.length, ...keys.filter(({ status }) => status !== 3));
      break;
    default:
      throw failure('不支持的操作');
  }
  keep(channel, keys);
  host.cache.refresh();
  return json(200, {
    message: said[action] ?? `已${isOn ? '启用' : '禁用'} ${isOn ? keys.length - before : before} 个密钥`,
    success: true,
  });
}

/** A channel of many keys, which have no names but their places. */
export function addMultiKeyRoute(app: HostApp, host: Host): void {
  app.post('/api/channel/multi_key/manage', (c) => manage(host, c));
}
