import { refusal } from '../envelope.ts';
import { groupView } from '../resources/group-view.ts';
import type { Host, HostApp } from '../host.ts';
import type { JsonObject } from '../../json-object.ts';
import { apiKeyView } from './key-view.ts';
import { paged } from '../pagination.ts';
import type { UsageRow } from '../rows.ts';
import { sorted } from '../sorting.ts';
import { subscriptionView } from '../resources/subscription-view.ts';
import { userView } from './user-view.ts';

const zeroes = [
  'cache_creation_tokens',
  'cache_read_tokens',
  'cache_creation_5m_tokens',
  'cache_creation_1h_tokens',
  'cache_creation_cost',
  'cache_read_cost',
  'image_count',
];
const nulls = [
  'image_size',
  'image_input_size',
  'image_output_size',
  'image_size_source',
  'image_size_breakdown',
  'media_type',
  'user_agent',
];
const newerZeroes = ['image_input_tokens', 'image_input_cost', 'image_output_tokens', 'image_output_cost'];

function view(host: Host, row: UsageRow): JsonObject {
  const { endpoint, upstream_model, channel_id, ...rest } = row;
  const newer = host.features.newerFields;
  const { users, apiKeys, groups, accounts } = host.state;
  const [user, key, group, account] = [
    users.get(row.user_id),
    apiKeys.get(row.api_key_id),
    groups.get(row.group_id),
    accounts.get(row.account_id),
  ];
  const subscription = host.state.subscriptions.get(row.subscription_id ?? 0);
  return {
    ...rest,
    ...Object.fromEntries([...zeroes, ...(newer ? newerZeroes : [])].map((name) => [name, 0])),
    ...Object.fromEntries(nulls.map((name) => [name, null])),
    ...(newer ? { long_context_billing_applied: false } : {}),
    inbound_endpoint: endpoint,
    billing_type: row.subscription_id === null ? 0 : 1,
    request_type: row.stream ? 'stream' : 'sync',
    openai_ws_mode: false,
    duration_ms: 1,
    first_token_ms: null,
    cache_ttl_overridden: false,
    billing_mode: 'token',
    account_rate_multiplier: account?.rate_multiplier ?? 1,
    ip_address: '127.0.0.1',
    ...(upstream_model === row.model ? {} : { upstream_model, model_mapping_chain: `${row.model}→${upstream_model}` }),
    upstream_endpoint: endpoint,
    ...(newer ? { upstream_response_model: upstream_model, upstream_model_mismatch: false } : {}),
    ...(channel_id === null ? {} : { channel_id }),
    ...(user === undefined ? {} : { user: userView(host.features, user) }),
    ...(key === undefined ? {} : { api_key: apiKeyView(host, key) }),
    ...(group === undefined ? {} : { group: groupView(group) }),
    ...(subscription === undefined ? {} : { subscription: subscriptionView(host, subscription) }),
    ...(account === undefined ? {} : { account: { id: account.id, name: account.name } }),
  };
}

const idFilters = ['user_id', 'api_key_id', 'account_id', 'group_id'] as const;

function select(rows: readonly UsageRow[], query: Record<string, string>): UsageRow[] {
  for (const name of idFilters) {
    if (query[name] && !/^-?\d+$/.test(query[name])) throw refusal(400, `Invalid ${name}`);
  }
  const dayOf = (name: string) => {
    const text = query[name];
    if (!text) return undefined;
    if (!/^\d{4}-\d{2}-\d{2}$/.test(text) || Number.isNaN(Date.parse(text)))
      throw refusal(400, `Invalid ${name} format, use YYYY-MM-DD`);
    return text;
  };
  const [from, to] = [dayOf('start_date'), dayOf('end_date')];
  return rows.filter(
    (row) =>
      idFilters.every((name) => !query[name] || Number(query[name]) === 0 || row[name] === Number(query[name])) &&
      (!query['model'] || row.model === query['model']) &&
      (from === undefined || row.created_at.slice(0, 10) >= from) &&
      (to === undefined || row.created_at.slice(0, 10) <= to),
  );
}

/** GET `/api/v1/admin/usage`: what answered gateway requests cost. */
export function addUsageRoutes(app: HostApp, host: Host): void {
  app.get('/api/v1/admin/usage', (c) => {
    const query = c.req.query();
    const rows = sorted(select(host.state.usage, query), query, {
      keys: { created_at: (row) => row.created_at, model: (row) => row.model, id: (row) => row.id },
      fallback: { key: 'created_at', descending: true },
      tieBreak: (a, b) => a.id - b.id,
    });
    return paged(rows, query, (row) => view(host, row));
  });
}
