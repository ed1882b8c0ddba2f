import { describe, expect, it } from 'vitest';
import { newApis } from '../../support/sandboxes.ts';
import { ask, makeChannel } from './client.ts';

const open = newApis();

const channel = { name: 'n', type: 1, key: 'sk-good', models: 'ali-a' };
const invalid = (call: string) => ({
  error: { message: `Invalid URL (${call})`, type: 'invalid_request_error', param: '', code: '' },
});
const no = (message: string) => ({ message, success: false });
const yes = { message: '', success: true };

interface Fact {
  name: string;
  call: string;
  body?: unknown;
  headers?: Record<string, string>;
  status: number;
  reply: unknown;
  only?: 'A' | 'B';
}

/** What real hosts of both states answered, word for word. */
const facts: Fact[] = [
  { name: 'an unknown path of the API', call: 'GET /api/nope', status: 404, reply: invalid('GET /api/nope') },
  { name: 'an unknown path of the gateway', call: 'GET /v1/nope', status: 404, reply: invalid('GET /v1/nope') },
  { name: 'any other path', call: 'GET /nope', status: 200, reply: expect.stringContaining('<!doctype html>') },
  {
    name: 'a collection without its slash',
    call: 'GET /api/channel?p=1',
    status: 301,
    reply: '<a href="/api/channel/?p=1">Moved Permanently</a>.\n\n',
  },
  { name: 'a write without the slash', call: 'POST /api/channel', body: {}, status: 307, reply: '' },
  {
    name: 'nobody',
    only: 'A',
    call: 'GET /api/channel/',
    headers: {},
    status: 401,
    reply: no('Unauthorized, not logged in and no access token provided'),
  },
  {
    name: 'nobody',
    only: 'B',
    call: 'GET /api/channel/',
    headers: {},
    status: 401,
    reply: { code: 'AUTH_UNAUTHORIZED', ...no('Unauthorized, invalid access token') },
  },
  {
    name: 'a wrong token',
    only: 'A',
    call: 'GET /api/channel/',
    headers: { authorization: 'bad', 'new-api-user': '1' },
    status: 200,
    reply: no('Unauthorized, invalid access token'),
  },
  {
    name: 'a wrong token',
    only: 'B',
    call: 'GET /api/channel/',
    headers: { authorization: 'Bearer bad' },
    status: 401,
    reply: { code: 'AUTH_UNAUTHORIZED', ...no('Unauthorized, invalid access token') },
  },
  {
    name: 'a wrong password',
    call: 'POST /api/user/login',
    body: { username: 'root', password: 'wrong' },
    headers: {},
    status: 200,
    reply: no('Username or password is incorrect, or user has been banned'),
  },
  {
    name: 'a set-up that is done',
    call: 'POST /api/setup',
    body: { username: 'root2', password: 'password1', confirmPassword: 'password1' },
    status: 200,
    reply: no('系统已经初始化完成'),
  },
  { name: 'an unknown channel', call: 'GET /api/channel/9999', status: 200, reply: no('record not found') },
  {
    name: 'a change of an unknown channel',
    call: 'PUT /api/channel/',
    body: { id: 9999, priority: 1 },
    status: 200,
    reply: no('record not found'),
  },
  { name: 'the removal of an unknown channel', call: 'DELETE /api/channel/9999', status: 200, reply: yes },
  {
    name: 'the removal of many unknown ones',
    only: 'A',
    call: 'POST /api/channel/batch',
    body: { ids: [777, 778] },
    status: 200,
    reply: { data: 2, ...yes },
  },
  {
    name: 'the removal of many unknown ones',
    only: 'B',
    call: 'POST /api/channel/batch',
    body: { ids: [777, 778] },
    status: 200,
    reply: { data: 0, ...yes },
  },
  {
    name: 'the flat form of one-api',
    only: 'B',
    call: 'POST /api/channel/',
    body: channel,
    status: 200,
    reply: no('channel cannot be empty'),
  },
  {
    name: 'no key',
    call: 'POST /api/channel/',
    body: { mode: 'single', channel: { ...channel, key: '' } },
    status: 200,
    reply: no('channel cannot be empty'),
  },
  {
    name: 'a remark that has no room',
    call: 'POST /api/channel/',
    body: { mode: 'single', channel: { ...channel, remark: 'x'.repeat(256) } },
    status: 200,
    reply: no('ERROR: value too long for type character varying(255) (SQLSTATE 22001)'),
  },
  {
    name: 'a weight below zero',
    call: 'POST /api/channel/',
    body: { mode: 'single', channel: { ...channel, weight: -1 } },
    status: 200,
    reply: no('json: cannot unmarshal number -1 into Go struct field Channel.channel.weight of type uint'),
  },
  {
    name: 'a priority as text',
    call: 'POST /api/channel/',
    body: { mode: 'single', channel: { ...channel, priority: '5' } },
    status: 200,
    reply: no('json: cannot unmarshal string into Go struct field Channel.channel.priority of type int64'),
  },
  {
    name: 'the status of an unknown channel',
    only: 'B',
    call: 'POST /api/channel/9999/status',
    body: { status: 1 },
    status: 200,
    reply: { data: false, ...yes },
  },
  {
    name: 'a status by PUT',
    only: 'B',
    call: 'PUT /api/channel/',
    body: { id: 1, status: 1 },
    status: 200,
    reply: no('Invalid parameters'),
  },
  {
    name: 'groups that are no JSON',
    call: 'PUT /api/option/',
    body: { key: 'GroupRatio', value: '{bad' },
    status: 200,
    reply: no("invalid character 'b' looking for beginning of object key string"),
  },
  {
    name: 'a group below zero',
    call: 'PUT /api/option/',
    body: { key: 'GroupRatio', value: '{"neg":-1}' },
    status: 200,
    reply: no('group ratio must be not less than 0: neg'),
  },
  {
    name: 'an option that nobody knows',
    call: 'PUT /api/option/',
    body: { key: 'NoSuch', value: 'x' },
    status: 200,
    reply: yes,
  },
  {
    name: 'terms confirmed by a token',
    call: 'POST /api/option/payment_compliance',
    body: { confirmed: true },
    status: 403,
    reply: no('This operation requires dashboard session authentication. API access token is not allowed.'),
  },
  {
    name: 'a plan before the terms are confirmed',
    call: 'POST /api/subscription/admin/plans',
    body: { plan: { title: 't' } },
    status: 200,
    reply: no(
      'Payment, redemption, subscription, and invitation reward features are disabled. The administrator must confirm compliance terms before enabling them.',
    ),
  },
  {
    name: 'the removal of a plan',
    call: 'DELETE /api/subscription/admin/plans/1',
    status: 404,
    reply: invalid('DELETE /api/subscription/admin/plans/1'),
  },
  {
    name: 'a long user name',
    call: 'POST /api/user/',
    body: { username: 'a-very-long-user-name-for-relay', password: 'password1' },
    status: 200,
    reply: no("Invalid input Key: 'User.Username' Error:Field validation for 'Username' failed on the 'max' tag"),
  },
];

describe.each(['A', 'B'] as const)('a new-api of state %s', (hostVersion) => {
  it('answers as the real one was seen to', async () => {
    const host = await open({ hostVersion, complianceGate: true });
    for (const { name, call, body, headers, status, reply, only } of facts) {
      if (only !== undefined && only !== hostVersion) continue;
      const [method = '', path = ''] = call.split(' ');
      const got = await ask(host, method, path, body, headers);
      expect([name, got.status, got.body]).toEqual([name, status, reply]);
    }
  });

  it('shows a channel with all its fields but the key', async () => {
    const host = await open({ hostVersion });
    const { id } = await makeChannel(host, { remark: 'r', tag: 't', other_info: '{"relay":1}' });
    expect((await ask(host, 'GET', `/api/channel/${id}`)).data).toEqual({
      id,
      type: 1,
      key: '',
      openai_organization: null,
      test_model: null,
      status: 1,
      name: expect.any(String),
      weight: 0,
      created_time: expect.any(Number),
      test_time: 0,
      response_time: 0,
      base_url: host.vendorUrl,
      other: '',
      balance: 0,
      balance_updated_time: 0,
      models: 'ali-a',
      group: 'team',
      used_quota: 0,
      model_mapping: '{"ali-a":"up-a"}',
      status_code_mapping: '',
      priority: 0,
      auto_ban: 1,
      other_info: '{"relay":1}',
      tag: 't',
      setting: null,
      param_override: null,
      header_override: null,
      remark: 'r',
      channel_info: {
        is_multi_key: false,
        multi_key_size: 0,
        multi_key_status_list: null,
        multi_key_polling_index: 0,
        multi_key_mode: '',
      },
      settings: '',
    });
  });
});
