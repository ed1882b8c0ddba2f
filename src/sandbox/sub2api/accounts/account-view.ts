import { redactCredentials } from './credentials.ts';
import { groupView } from '../resources/group-view.ts';
import type { Host } from '../host.ts';
import { isJsonObject } from '../../json-object.ts';
import type { JsonObject } from '../../json-object.ts';
import type { Account } from '../rows.ts';

/** Maps come back from the host's store with their keys sorted. */
function sortedKeys(map: JsonObject): JsonObject {
  const entries = Object.entries(map).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([key, value]) => [key, isJsonObject(value) ? sortedKeys(value) : value]));
}

function bindingsView(host: Host, account: Account): JsonObject {
  if (account.bindings.length === 0) return {};
  const groups = account.bindings.flatMap(({ group_id }) => host.state.groups.get(group_id) ?? []);
  return {
    account_groups: account.bindings.map(({ servedFrom: _hidden, ...binding }) => {
      const group = host.state.groups.get(binding.group_id);
      return { account_id: account.id, ...binding, ...(group === undefined ? {} : { group: groupView(group) }) };
    }),
    group_ids: account.bindings.map((binding) => binding.group_id),
    ...(groups.length === 0 ? {} : { groups: groups.map(groupView) }),
  };
}

/** An account as replies show it; `created` is the reply to its creation, which lacks what a reload would bring. */
export function accountView(host: Host, account: Account, created = false): JsonObject {
  const newer = host.features.newerFields;
  return {
    id: account.id,
    name: account.name,
    notes: account.notes,
    platform: account.platform,
    type: account.type,
    ...redactCredentials(host.features, sortedKeys(account.credentials)),
    extra: sortedKeys(account.extra),
    proxy_id: null,
    ...(newer ? { proxy_fallback_origin_id: null } : {}),
    concurrency: account.concurrency,
    ...(account.load_factor === null ? {} : { load_factor: account.load_factor }),
    priority: account.priority,
    rate_multiplier: account.rate_multiplier,
    status: account.status,
    error_message: account.error_message,
    last_used_at: account.last_used_at,
    expires_at: null,
    auto_pause_on_expired: true,
    created_at: account.created_at,
    updated_at: account.updated_at,
    schedulable: account.schedulable,
    rate_limited_at: account.rate_limited_at,
    rate_limit_reset_at: account.rate_limit_reset_at,
    overload_until: null,
    temp_unschedulable_until: account.temp_unschedulable_until,
    temp_unschedulable_reason: account.temp_unschedulable_reason,
    session_window_start: null,
    session_window_end: null,
    session_window_status: '',
    ...(newer && !created ? { quota_dimension: 'global' } : {}),
    ...(created ? {} : bindingsView(host, account)),
    current_concurrency: 0,
  };
}
