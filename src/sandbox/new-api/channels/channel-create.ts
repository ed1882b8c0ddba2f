import { done, failure } from '../envelope.ts';
import type { Host, HostContext } from '../host.ts';
import { isJsonObject } from '../../json-object.ts';
import { HostError } from '../../reply.ts';
import { readBody } from '../request-body.ts';
import type { Channel } from '../rows.ts';
import { channelFields, checkLengths } from './channel-fields.ts';

const noChannel = () => failure('channel cannot be empty');

/** The host loses its head; behind a compressed answer, that is 200 without a body. */
function panic(c: HostContext): HostError {
  if (/\bgzip\b/.test(c.req.header('accept-encoding') ?? '')) return new HostError(200, undefined);
  const error = 'runtime error: invalid memory address or nil pointer dereference';
  const message = `Panic detected, error: ${error}. Please submit a issue here: https://github.com/Calcium-Ion/new-api`;
  return new HostError(500, { error: { message, type: 'new_api_panic' } });
}

/** The keys of what is made, one for each channel. */
function keysFor(mode: unknown, key: string): string[] {
  if (mode === 'single') return [key];
  const lines = key.split('\n').filter((line) => line !== '');
  if (mode === 'batch') return lines;
  if (mode === 'multi_to_single') return [lines.map((line) => line.trim()).join('\n')];
  throw failure('不支持的添加模式');
}

/** Makes channels: nothing but types and lengths is looked at, and nobody is told an id. */
export async function createChannels(host: Host, c: HostContext): Promise<Response> {
  const body = await readBody(c);
  const wanted = body['channel'];
  if (!isJsonObject(wanted)) throw host.features.panicsWithoutChannel ? panic(c) : noChannel();
  const given = channelFields(wanted, 'Channel.channel');
  if ((given.key ?? '') === '') throw noChannel();
  const keys = keysFor(body['mode'], given.key ?? '');
  checkLengths(given);
  const isMulti = body['mode'] === 'multi_to_single';
  const multiMode = typeof body['multi_key_mode'] === 'string' ? body['multi_key_mode'] : '';
  for (const key of keys) {
    const channel: Channel = {
      type: 0,
      openai_organization: null,
      test_model: null,
      name: '',
      weight: 0,
      created_time: host.seconds(),
      test_time: 0,
      response_time: 0,
      base_url: '',
      other: '',
      balance: 0,
      balance_updated_time: 0,
      models: '',
      used_quota: 0,
      model_mapping: null,
      status_code_mapping: '',
      priority: 0,
      auto_ban: 1,
      other_info: '',
      tag: null,
      setting: null,
      param_override: null,
      header_override: null,
      remark: null,
      settings: '',
      ...given,
      // What is empty gets the column's default.
      status: given.status || 1,
      group: given.group || 'default',
      id: host.state.nextId('channels'),
      key,
      channel_info: {
        is_multi_key: isMulti,
        multi_key_size: isMulti ? key.split('\n').length : 0,
        multi_key_status_list: null,
        multi_key_polling_index: 0,
        multi_key_mode: isMulti ? multiMode : '',
      },
    };
    host.state.channels.set(channel.id, channel);
  }
  return done();
}
