import type { NewApi } from '../../support/start-sandbox.ts';
import { exchange, type Reply } from '../exchange.ts';
import type { Channel } from '../../../src/sandbox/new-api/rows.ts';

/** One request; the root user's access token and id are sent unless other headers are given. */
export async function ask(
  host: NewApi,
  method: string,
  path: string,
  body?: unknown,
  headers: Record<string, string> = { authorization: host.adminKey, 'new-api-user': host.adminUser ?? '' },
): Promise<Reply> {
  return exchange(host.url + path, method, body, headers);
}

/** Makes a channel at the sandbox's vendor and finds it, as nobody is told its id. */
export async function makeChannel(host: NewApi, more: Record<string, unknown> = {}): Promise<Channel> {
  const channel = {
    name: `c-${host.requests.length}`,
    type: 1,
    key: 'sk-good',
    base_url: host.vendorUrl,
    models: 'ali-a',
    group: 'team',
    model_mapping: '{"ali-a":"up-a"}',
    ...more,
  };
  await ask(host, 'POST', '/api/channel/', { mode: 'single', channel });
  const [made] = (await ask(host, 'GET', '/api/channel/?id_sort=true')).data.items as Channel[];
  return made!;
}

/** Replaces one map among the options. */
export function setMap(host: NewApi, key: string, map: Record<string, unknown>): Promise<Reply> {
  return ask(host, 'PUT', '/api/option/', { key, value: JSON.stringify(map) });
}

/** A group that everybody may use, with prices for the models `ali-a` and `ali-b`. */
export async function openGroup(host: NewApi, name = 'team'): Promise<void> {
  await setMap(host, 'GroupRatio', { default: 1, [name]: 1.5 });
  await setMap(host, 'UserUsableGroups', { default: 'd', [name]: 'x' });
  await setMap(host, 'ModelRatio', { 'ali-a': 10, 'ali-b': 1 });
  await setMap(host, 'CompletionRatio', { 'ali-a': 4 });
}

/** A token in a group, found by its name; the text of its key without `sk-`. */
export async function makeToken(host: NewApi, group = 'team', headers?: Record<string, string>): Promise<string> {
  const name = `t-${host.requests.length}`;
  await ask(host, 'POST', '/api/token/', { name, unlimited_quota: true, expired_time: -1, group }, headers);
  const { items } = (await ask(host, 'GET', '/api/token/?p=1&size=100', undefined, headers)).data;
  const { id } = items.find((token: { name: string }) => token.name === name);
  return (await ask(host, 'POST', `/api/token/${id}/key`, {}, headers)).data.key as string;
}

/** A chat completion through the gateway. */
export function complete(host: NewApi, key: string, model = 'ali-a'): Promise<Reply> {
  const body = { model, messages: [{ role: 'user', content: 'hi' }], max_tokens: 4 };
  const headers = { authorization: `Bearer sk-${key}`, 'content-type': 'application/json' };
  return ask(host, 'POST', '/v1/chat/completions', body, headers);
}

/** Makes a user and logs in; the headers of that login, or of the one that is there already. */
export async function logIn(
  host: NewApi,
  who: 'common' | 'admin' | 'root',
  hostVersion: 'A' | 'B',
): Promise<Record<string, string>> {
  const role = { common: 1, admin: 10, root: 100 }[who];
  if (who !== 'root') await ask(host, 'POST', '/api/user/', { username: who, password: 'password1', role });
  const credentials = { username: who, password: who === 'root' ? host.adminPassword : 'password1' };
  const { data, headers } = await ask(host, 'POST', '/api/user/login', credentials, {});
  if (hostVersion === 'B') return { authorization: `Bearer ${data.access_token}` };
  return { cookie: headers.get('set-cookie')?.split(';')[0] ?? '', 'new-api-user': String(data.id) };
}
