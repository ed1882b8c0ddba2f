import { describe, expect, it } from 'vitest';
import type { Sandbox } from '../support/start-sandbox.ts';
import { sandboxes } from '../support/sandboxes.ts';
import { ask, openAccount, openGroup, seeded } from './sandbox-client.ts';

const openSandbox = sandboxes();

const admin = '/api/v1/admin';
const versions = ['0.1.129', '0.1.179'] as const;
const required = (struct: string, field: string, tag = 'required') =>
  `Key: '${struct}.${field}' Error:Field validation for '${field}' failed on the '${tag}' tag`;

interface Fact {
  name: string;
  method: string;
  path: string;
  body?: unknown;
  /** What is sent where it names an object of this host. */
  bodyOn?: (sandbox: Sandbox) => unknown;
  headers?: Record<string, string>;
  status: number;
  reply: unknown;
}

const internal = { code: 500, message: 'internal error' };

/** What real hosts of both versions answered, word for word. */
const facts: Fact[] = [
  { name: 'health', method: 'GET', path: '/health', status: 200, reply: { status: 'ok' } },
  {
    name: 'set-up state',
    method: 'GET',
    path: '/setup/status',
    status: 200,
    reply: { code: 0, data: { needs_setup: false, step: 'completed' } },
  },
  { name: 'unknown path', method: 'GET', path: '/api/v1/nope', status: 404, reply: '404 page not found' },
  { name: 'wrong base', method: 'GET', path: '/foo/api/v1/admin/groups', status: 404, reply: '404 page not found' },
  {
    name: 'trailing slash',
    method: 'GET',
    path: `${admin}/groups/`,
    status: 301,
    reply: `<a href="${admin}/groups">Moved Permanently</a>.\n\n`,
  },
  {
    name: 'no credentials',
    method: 'GET',
    path: `${admin}/groups`,
    headers: { 'x-api-key': '' },
    status: 401,
    reply: { code: 'UNAUTHORIZED', message: 'Authorization required' },
  },
  {
    name: 'wrong admin key',
    method: 'GET',
    path: `${admin}/groups`,
    headers: { 'x-api-key': 'admin-wrong' },
    status: 401,
    reply: { code: 'INVALID_ADMIN_KEY', message: 'Invalid admin API key' },
  },
  {
    name: 'admin key as bearer',
    method: 'GET',
    path: `${admin}/groups`,
    headers: { authorization: 'Bearer admin-x' },
    status: 401,
    reply: { code: 'INVALID_TOKEN', message: 'Invalid token' },
  },
  {
    name: 'wrong password',
    method: 'POST',
    path: '/api/v1/auth/login',
    body: { email: 'admin@relay.test', password: 'wrong-password' },
    status: 401,
    reply: { code: 401, message: 'invalid email or password', reason: 'INVALID_CREDENTIALS' },
  },
  {
    name: 'login without an e-mail address',
    method: 'POST',
    path: '/api/v1/auth/login',
    body: { email: 'x', password: 'y' },
    status: 400,
    reply: { code: 400, message: `Invalid request: ${required('LoginRequest', 'Email', 'email')}` },
  },
  {
    name: 'group without rate',
    method: 'POST',
    path: `${admin}/groups`,
    body: { name: 'n', platform: 'openai' },
    status: 500,
    reply: internal,
  },
  {
    name: 'group without name',
    method: 'POST',
    path: `${admin}/groups`,
    body: { platform: 'openai', rate_multiplier: 1 },
    status: 400,
    reply: { code: 400, message: `Invalid request: ${required('CreateGroupRequest', 'Name')}` },
  },
  {
    name: 'group of no platform',
    method: 'POST',
    path: `${admin}/groups`,
    body: { name: 'n', platform: 'nope', rate_multiplier: 1 },
    status: 400,
    reply: { code: 400, message: `Invalid request: ${required('CreateGroupRequest', 'Platform', 'oneof')}` },
  },
  {
    name: 'broken JSON',
    method: 'POST',
    path: `${admin}/groups`,
    body: '{"name":',
    status: 400,
    reply: { code: 400, message: 'Invalid request: unexpected EOF' },
  },
  {
    name: 'unknown group',
    method: 'GET',
    path: `${admin}/groups/99999999`,
    status: 404,
    reply: { code: 404, message: 'group not found', reason: 'GROUP_NOT_FOUND' },
  },
  {
    name: 'group id abc',
    method: 'GET',
    path: `${admin}/groups/abc`,
    status: 400,
    reply: { code: 400, message: 'Invalid group ID' },
  },
  {
    name: 'channel of no group',
    method: 'POST',
    path: `${admin}/channels`,
    body: { name: 'c', group_ids: [99999999] },
    status: 500,
    reply: internal,
  },
  {
    name: 'channel of a wrong source',
    method: 'POST',
    path: `${admin}/channels`,
    body: { name: 'c', billing_model_source: 'nope' },
    status: 400,
    reply: {
      code: 400,
      message: required('createChannelRequest', 'BillingModelSource', 'oneof'),
      reason: 'VALIDATION_ERROR',
    },
  },
  {
    name: 'unknown channel',
    method: 'GET',
    path: `${admin}/channels/99999999`,
    status: 404,
    reply: { code: 404, message: 'channel not found', reason: 'CHANNEL_NOT_FOUND' },
  },
  {
    name: 'plan without a name',
    method: 'POST',
    path: `${admin}/payment/plans`,
    bodyOn: (sandbox) => {
      const { group } = seeded(sandbox);
      return { group_id: group.id, name: '', price: 0, validity_days: 0, validity_unit: '' };
    },
    status: 400,
    reply: { code: 400, message: 'plan name is required', reason: 'PLAN_NAME_REQUIRED' },
  },
  {
    name: 'PUT of an unknown plan',
    method: 'PUT',
    path: `${admin}/payment/plans/99999999`,
    body: { price: 1 },
    status: 500,
    reply: internal,
  },
  {
    name: 'DELETE of an unknown plan',
    method: 'DELETE',
    path: `${admin}/payment/plans/99999999`,
    status: 500,
    reply: internal,
  },
  {
    name: 'account of a wrong type',
    method: 'POST',
    path: `${admin}/accounts`,
    body: { name: 'a', platform: 'openai', type: 'nope', credentials: {} },
    status: 400,
    reply: { code: 400, message: `Invalid request: ${required('CreateAccountRequest', 'Type', 'oneof')}` },
  },
  {
    name: 'DELETE of an unknown account',
    method: 'DELETE',
    path: `${admin}/accounts/99999999`,
    status: 200,
    reply: { code: 0, message: 'success', data: { message: 'Account deleted successfully' } },
  },
  {
    name: 'test of an unknown account',
    method: 'POST',
    path: `${admin}/accounts/99999999/test`,
    body: {},
    status: 200,
    reply: 'data: {"type":"error","error":"Account not found"}\n\n',
  },
  {
    name: 'user without an e-mail address',
    method: 'POST',
    path: `${admin}/users`,
    body: { email: 'x', password: 'secret-1' },
    status: 400,
    reply: { code: 400, message: `Invalid request: ${required('CreateUserRequest', 'Email', 'email')}` },
  },
  {
    name: 'unknown user',
    method: 'GET',
    path: `${admin}/users/99999999`,
    status: 404,
    reply: { code: 404, message: 'user not found', reason: 'USER_NOT_FOUND' },
  },
  {
    name: 'subscription to a standard group',
    method: 'POST',
    path: `${admin}/subscriptions/assign`,
    bodyOn: (sandbox) => {
      const { user, group } = seeded(sandbox);
      return { user_id: user.id, group_id: group.id, validity_days: 30 };
    },
    status: 400,
    reply: { code: 400, message: 'group is not a subscription type', reason: 'GROUP_NOT_SUBSCRIPTION_TYPE' },
  },
  {
    name: 'user key with the admin key',
    method: 'POST',
    path: '/api/v1/keys',
    body: { name: 'probe', group_id: 2 },
    status: 401,
    reply: { code: 'UNAUTHORIZED', message: 'Authorization header is required' },
  },
  {
    name: 'gateway with a wrong key',
    method: 'GET',
    path: '/v1/models',
    headers: { authorization: 'Bearer sk-wrong' },
    status: 401,
    reply: { code: 'INVALID_API_KEY', message: 'Invalid API key' },
  },
  {
    name: 'gateway without a key',
    method: 'GET',
    path: '/v1/models',
    headers: { 'x-api-key': '' },
    status: 401,
    reply: {
      code: 'API_KEY_REQUIRED',
      message:
        'API key is required in Authorization header (Bearer scheme), x-api-key header, or x-goog-api-key header',
    },
  },
];

describe.each(versions)('recorded facts of %s', (hostVersion) => {
  it.each(facts)('$name', async ({ method, path, body, bodyOn, headers, status, reply }) => {
    const sandbox = await openSandbox({ hostVersion });
    const answer = await ask(sandbox, method, path, bodyOn?.(sandbox) ?? body, headers);
    expect({ status: answer.status, reply: answer.body }).toEqual({ status, reply });
  });

  it('answers JSON with a charset, and every reply with a request id', async () => {
    const sandbox = await openSandbox({ hostVersion });
    const { headers } = await ask(sandbox, 'GET', `${admin}/groups`, undefined, {
      'x-request-id': 'mine',
      'x-api-key': sandbox.adminKey,
    });
    expect(headers.get('content-type')).toBe('application/json; charset=utf-8');
    expect(headers.get('x-request-id')).toBe('mine');
    expect((await ask(sandbox, 'GET', '/nope')).headers.get('x-request-id')).toMatch(/./);
  });

  it('names the fields of an account as recorded', async () => {
    const sandbox = await openSandbox({ hostVersion });
    const { groupId } = await openGroup(sandbox);
    const id = await openAccount(sandbox, 'sk-good', { group_ids: [groupId] });
    const { data } = await ask(sandbox, 'GET', `${admin}/accounts/${id}`);
    const later = hostVersion === '0.1.179' ? ['proxy_fallback_origin_id', 'quota_dimension'] : [];
    expect(Object.keys(data).toSorted()).toEqual(
      [
        'id',
        'name',
        'notes',
        'platform',
        'type',
        'credentials',
        'credentials_status',
        'extra',
        'proxy_id',
        'concurrency',
        'priority',
        'rate_multiplier',
        'status',
        'error_message',
        'last_used_at',
        'expires_at',
        'auto_pause_on_expired',
        'created_at',
        'updated_at',
        'schedulable',
        'rate_limited_at',
        'rate_limit_reset_at',
        'overload_until',
        'temp_unschedulable_until',
        'temp_unschedulable_reason',
        'session_window_start',
        'session_window_end',
        'session_window_status',
        'account_groups',
        'group_ids',
        'groups',
        'current_concurrency',
        ...later,
      ].toSorted(),
    );
    expect(data.credentials_status).toEqual({ has_api_key: true });
    expect(data.credentials).not.toHaveProperty('api_key');
  });
});
