import type { Sandbox } from '../support/start-sandbox.ts';
import { exchange, type Loose, type Reply } from './exchange.ts';
import type { Group, User } from '../../src/sandbox/sub2api/rows.ts';

/** One request; the admin key is sent unless other credentials are given. */
export async function ask(
  sandbox: Sandbox,
  method: string,
  path: string,
  body?: unknown,
  headers?: Record<string, string>,
): Promise<Reply> {
  const credentials =
    headers === undefined || !Object.keys(headers).some((name) => ['authorization', 'x-api-key'].includes(name));
  return exchange(sandbox.url + path, method, body, {
    ...(credentials ? { 'x-api-key': sandbox.adminKey } : {}),
    ...headers,
  });
}

/** Asks the host as somebody with a bearer text. */
export function askAs(sandbox: Sandbox, bearer: string, method: string, path: string, body?: unknown): Promise<Reply> {
  return ask(sandbox, method, path, body, { authorization: `Bearer ${bearer}` });
}

/** Repeats a look until it shows what is waited for. */
export async function eventually<T>(look: () => T | undefined | Promise<T | undefined>): Promise<T> {
  for (;;) {
    const seen = await look();
    if (seen !== undefined) return seen;
    await new Promise((resolve) => setImmediate(resolve));
  }
}

/** What every host begins with: its admin, a user, and a group that takes no subscriptions. */
export function seeded(sandbox: Sandbox): { admin: User; user: User; group: Group } {
  const [admin, user] = sandbox.state.users.values();
  const [group] = sandbox.state.groups.values();
  return { admin: admin!, user: user!, group: group! };
}

/** A group, a channel over it, a subscribed user and a key of that user. */
export async function openGroup(
  sandbox: Sandbox,
  options: { platform?: string; channel?: Record<string, unknown> } = {},
): Promise<{ groupId: number; key: string; userToken: string }> {
  const group = {
    name: `g-${sandbox.requests.length}`,
    platform: options.platform ?? 'openai',
    rate_multiplier: 1,
    subscription_type: 'subscription',
  };
  const { id: groupId } = (await ask(sandbox, 'POST', '/api/v1/admin/groups', group)).data;
  if (options.channel !== undefined) {
    await ask(sandbox, 'POST', '/api/v1/admin/channels', {
      name: `c-${groupId}`,
      group_ids: [groupId],
      ...options.channel,
    });
  }
  const { user } = seeded(sandbox);
  await ask(sandbox, 'POST', '/api/v1/admin/subscriptions/assign', {
    user_id: user.id,
    group_id: groupId,
    validity_days: 30,
  });
  const credentials = { email: user.email, password: user.password };
  const userToken = (await ask(sandbox, 'POST', '/api/v1/auth/login', credentials)).data.access_token as string;
  const key = (await askAs(sandbox, userToken, 'POST', '/api/v1/keys', { name: 'probe', group_id: groupId })).data
    .key as string;
  return { groupId, key, userToken };
}

/** An account at the sandbox's vendor; its Responses capability is known when this returns. */
export async function openAccount(
  sandbox: Sandbox,
  key: string,
  more: Record<string, unknown> = {},
  prefix = '/chat-only/v1',
): Promise<number> {
  const { credentials, ...rest } = more;
  const body = {
    name: key,
    platform: 'openai',
    type: 'apikey',
    ...rest,
    credentials: {
      base_url: sandbox.vendorUrl + prefix,
      api_key: key,
      model_mapping: { 'kimi-k2.6': 'kimi-k2.6' },
      ...(credentials as object),
    },
  };
  const { id } = (await ask(sandbox, 'POST', '/api/v1/admin/accounts', body)).data;
  if (body.platform === 'openai') {
    await eventually(() => sandbox.state.accounts.get(id)?.extra['openai_responses_supported'] as boolean | undefined);
  }
  return id as number;
}

/** The events of an account test. */
export async function testAccount(sandbox: Sandbox, id: number, model = 'kimi-k2.6'): Promise<Loose[]> {
  const { text } = await ask(sandbox, 'POST', `/api/v1/admin/accounts/${id}/test`, { model_id: model });
  return text
    .split('\n\n')
    .filter((part) => part !== '')
    .map((part) => JSON.parse(part.slice('data: '.length)));
}

/** A chat completion through the gateway. */
export function complete(
  sandbox: Sandbox,
  key: string,
  model = 'kimi-k2.6',
  more: Record<string, unknown> = {},
): Promise<Reply> {
  return askAs(sandbox, key, 'POST', '/v1/chat/completions', {
    model,
    messages: [{ role: 'user', content: 'ping' }],
    ...more,
  });
}
