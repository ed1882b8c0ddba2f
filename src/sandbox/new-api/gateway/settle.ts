import type { Host, HostContext } from '../host.ts';
import { noteStatus } from '../channels/channel-status.ts';
import { quotaFor, type ModelPrice } from '../options/prices.ts';
import { groupRatios } from '../options/groups.ts';
import type { Channel } from '../rows.ts';
import type { Answered, Ask } from './forward.ts';
import type { Caller } from './gateway-auth.ts';
import type { RelayFailure } from './relay-error.ts';

/** Charges an answer, and notes in the log which channel gave it. */
export function charge(
  host: Host,
  c: HostContext,
  caller: Caller,
  { channel, ask, price, answered }: { channel: Channel; ask: Ask; price: ModelPrice; answered: Answered },
): void {
  const { token, user, group } = caller;
  const ratio = groupRatios(host)[group] ?? 1;
  const quota = quotaFor(host, price, ratio, answered.tokens);
  token.used_quota += quota;
  token.remain_quota -= quota;
  token.accessed_time = host.seconds();
  user.quota -= quota;
  user.used_quota += quota;
  user.request_count += 1;
  const stored = host.state.channels.get(channel.id);
  if (stored !== undefined) stored.used_quota += quota;
  host.state.logs.push({
    id: host.state.nextId('logs'),
    user_id: user.id,
    created_at: host.seconds(),
    type: 2,
    content: '',
    username: user.username,
    token_name: token.name,
    model_name: ask.model,
    quota,
    prompt_tokens: answered.tokens.input,
    completion_tokens: answered.tokens.output,
    use_time: 0,
    is_stream: ask.stream,
    channel: channel.id,
    channel_name: channel.name,
    token_id: token.id,
    group,
    ip: '',
    request_id: c.get('requestId'),
    other: JSON.stringify({
      admin_info: { use_channel: [String(channel.id)] },
      group_ratio: ratio,
      is_model_mapped: answered.upstreamModel !== ask.model,
      model_price: price.perCall ?? -1,
      model_ratio: price.perCall === undefined ? price.ratio : 0,
      request_path: c.req.path,
      upstream_model_name: answered.upstreamModel,
    }),
  });
}

/** Takes a channel out of service after a failure that the host was told to do that for. */
export function disableAfter(host: Host, c: HostContext, channel: Channel, failure: RelayFailure): void {
  const { options, channels } = host.state;
  const codes = (options.get('AutomaticDisableStatusCodes') ?? '').split(',').map(Number);
  const isOn = options.get('AutomaticDisableChannelEnabled') === 'true' && channel.auto_ban === 1;
  const stored = channels.get(channel.id);
  if (!isOn || !codes.includes(failure.status) || stored === undefined) return;
  const reason = `status_code=${failure.status}, ${failure.message} (request id: ${c.get('requestId')})`;
  const info = stored.channel_info;
  if (!info.is_multi_key) noteStatus(host, stored, 3, reason);
  else info.multi_key_status_list = { ...info.multi_key_status_list, [String(lastKey(info))]: 3 };
  host.cache.refresh();
}

function lastKey(info: Channel['channel_info']): number {
  return (info.multi_key_polling_index - 1) % Math.max(1, info.multi_key_size);
}
