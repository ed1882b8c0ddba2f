import type { Host, HostContext } from '../host.ts';
import { noteStatus } from '../channels/channel-status.ts';
import { quotaFor, type ModelPrice } from '../options/prices.ts';
import { groupRatios } from '../options/groups.ts';
import type { Channel, Token, User } from '../rows.ts';
import type { Answered, Ask } from './forward.ts';
import type { Caller } from './gateway-auth.ts';
import type { RelayFailure } from './relay-error.ts';

/** Charges an answer, and notes in the log which channel gave it. */
export function charge(host: Host, c: HostContext, caller: Caller, given: Given): void {
  const { channel, price, answered } = given;
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
  note(host, { user, token, group, quota, ratio, requestId: c.get('requestId'), content: '', path: c.req.path }, given);
}

/** Notes a test of a channel in the log, where it stands as what the tester asked for; nobody is charged. */
export function noteTest(host: Host, user: User, given: Given): void {
  const ratio = groupRatios(host)[user.group] ?? 1;
  const quota = quotaFor(host, given.price, ratio, given.answered.tokens);
  const name = '模型测试';
  const by = { user, token: { id: 0, name }, group: user.group, quota, ratio, requestId: '', content: name };
  note(host, { ...by, path: '/v1/chat/completions' }, given);
}

/** An answer: which channel gave it, to what, and at which price. */
interface Given {
  channel: Channel;
  ask: Ask;
  price: ModelPrice;
  answered: Answered;
}

interface By {
  user: User;
  token: Pick<Token, 'id' | 'name'>;
  group: string;
  quota: number;
  ratio: number;
  requestId: string;
  content: string;
  path: string;
}

function note(host: Host, by: By, { channel, ask, price, answered }: Given): void {
  host.state.logs.push({
    id: host.state.nextId('logs'),
    user_id: by.user.id,
    created_at: host.seconds(),
    type: 2,
    content: by.content,
    username: by.user.username,
    token_name: by.token.name,
    model_name: ask.model,
    quota: by.quota,
    prompt_tokens: answered.tokens.input,
    completion_tokens: answered.tokens.output,
    use_time: 0,
    is_stream: ask.stream,
    channel: channel.id,
    channel_name: channel.name,
    token_id: by.token.id,
    group: by.group,
    ip: '',
    request_id: by.requestId,
    other: JSON.stringify({
      admin_info: { use_channel: by.requestId === '' ? null : [String(channel.id)] },
      group_ratio: by.ratio,
      is_model_mapped: answered.upstreamModel !== ask.model,
      model_price: price.perCall ?? -1,
      model_ratio: price.perCall === undefined ? price.ratio : 0,
      request_path: by.path,
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
