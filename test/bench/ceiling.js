// The ceiling of an import: the requests that it cannot do without, by a client that does nothing else. As a process of
// its own: `RELAY_ADMIN_KEY=… node ceiling.js URL BASE_URL KEY_FILE MODEL [AT_ONCE]`. It plans, notes, compares and reports
// nothing.
import { readFileSync } from 'node:fs';

const [url, baseUrl, keyFile, model, atOnce = '128'] = process.argv.slice(2);
const keys = readFileSync(keyFile, 'utf8').split('\n').filter(Boolean);
const admin = { 'x-api-key': process.env.RELAY_ADMIN_KEY };
const mark = `ceiling-${process.pid}-${Date.now()}`;
const batchSize = 50;
const batchesAtOnce = 2;

/** One request; its whole body is read. A read that a busy host fails is repeated; what else is no success ends the process. */
async function send(method, path, body, headers = admin, again = method === 'GET' ? 3 : 0) {
  const response = await fetch(url + path, {
    method,
    headers: { ...headers, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  if (response.status >= 500 && again > 0) return send(method, path, body, headers, again - 1);
  if (!response.ok) throw new Error(`${method} ${path} answered ${response.status}: ${text.slice(0, 200)}`);
  return text;
}

const ask = async (...request) => JSON.parse(await send(...request)).data;

/** Works on all items, so many at once. */
async function each(items, most, work) {
  const waiting = items.entries();
  const results = [];
  const worker = async () => {
    for (const [index, item] of waiting) results[index] = await work(item);
  };
  await Promise.all(Array.from({ length: most }, worker));
  return results;
}

const list = () => ask('GET', '/api/v1/admin/accounts?page=1&page_size=1000&sort_by=id&sort_order=asc');
const mapping = { [model]: model };

await Promise.all([
  send('GET', '/api/v1/settings/public', undefined, {}),
  ask('GET', '/api/v1/admin/groups?page=1&page_size=1000'),
  ask('GET', '/api/v1/admin/channels?page=1&page_size=1000'),
  ask('GET', '/api/v1/admin/payment/plans'),
  list(),
]);
const group = await ask('POST', '/api/v1/admin/groups', {
  name: mark,
  platform: 'openai',
  rate_multiplier: 1,
  subscription_type: 'subscription',
});
await ask('POST', '/api/v1/admin/channels', {
  name: mark,
  group_ids: [group.id],
  model_mapping: { openai: mapping },
  model_pricing: [
    { platform: 'openai', models: [model], billing_mode: 'token', input_price: 1e-6, output_price: 1e-6 },
  ],
});
await ask('POST', '/api/v1/admin/payment/plans', {
  group_id: group.id,
  name: mark,
  price: 1,
  validity_days: 30,
  validity_unit: 'day',
  for_sale: false,
});
const batches = [];
for (let start = 0; start < keys.length; start += batchSize) batches.push(keys.slice(start, start + batchSize));
const made = await each([...batches.entries()], batchesAtOnce, async ([number, some]) => {
  const accounts = some.map((key, index) => ({
    name: `${mark}-${number * batchSize + index}`,
    platform: 'openai',
    type: 'apikey',
    group_ids: [group.id],
    concurrency: 10,
    priority: 50,
    credentials: { base_url: baseUrl, api_key: key, model_mapping: mapping },
    extra: {},
  }));
  const { results } = await ask('POST', '/api/v1/admin/accounts/batch', { accounts });
  return results.map(({ id }) => id);
});
const ids = made.flat();
await list();
await each(ids, Number(atOnce), async (id) => {
  const [test] = await Promise.all([
    send('POST', `/api/v1/admin/accounts/${id}/test`, { model_id: model }),
    ask('GET', `/api/v1/admin/accounts/${id}/models`),
  ]);
  if (!test.includes('"success":true')) throw new Error(`account ${id} failed: ${test.slice(-200)}`);
});
await list();
await ask('POST', '/api/v1/admin/accounts/bulk-update', { account_ids: ids, extra: { tested: mark } });

const login = { email: `${mark}@example.org`, password: `Pw1!${mark}` };
const user = await ask('POST', '/api/v1/admin/users', { ...login, username: mark, balance: 1, concurrency: 5 });
const { access_token: token } = await ask('POST', '/api/v1/auth/login', login, {});
const own = { authorization: `Bearer ${token}` };
const grant = { user_id: user.id, group_id: group.id, validity_days: 1, notes: 'bench' };
const subscription = await ask('POST', '/api/v1/admin/subscriptions/assign', grant);
const key = await ask('POST', '/api/v1/keys', { name: mark, group_id: group.id }, own);
const asUser = { authorization: `Bearer ${key.key}` };
await send('GET', '/v1/models', undefined, asUser);
await send(
  'POST',
  '/v1/chat/completions',
  { model, max_tokens: 16, messages: [{ role: 'user', content: 'hi' }] },
  asUser,
);
await ask('DELETE', `/api/v1/keys/${key.id}`, undefined, own);
await ask('DELETE', `/api/v1/admin/subscriptions/${subscription.id}`);
await ask('DELETE', `/api/v1/admin/users/${user.id}`);
