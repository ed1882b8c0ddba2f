import { groupView } from '../resources/group-view.ts';
import type { Host } from '../host.ts';
import type { JsonObject } from '../../json-object.ts';
import type { ApiKey } from '../rows.ts';
import { userView } from './user-view.ts';

/** A gateway key with its full text, and the related objects that were asked for. */
export function apiKeyView(host: Host, key: ApiKey, related: { user?: boolean; group?: boolean } = {}): JsonObject {
  const user = related.user === true ? host.state.users.get(key.user_id) : undefined;
  const group = related.group === true && key.group_id !== null ? host.state.groups.get(key.group_id) : undefined;
  const newer = host.features.newerFields;
  return {
    id: key.id,
    user_id: key.user_id,
    key: key.key,
    name: key.name,
    group_id: key.group_id,
    status: key.status,
    ip_whitelist: null,
    ip_blacklist: null,
    last_used_at: key.last_used_at,
    ...(newer ? { last_used_ip: null } : {}),
    quota: key.quota,
    quota_used: key.quota_used,
    expires_at: key.expires_at,
    created_at: key.created_at,
    updated_at: key.updated_at,
    ...(newer ? { current_concurrency: 0 } : {}),
    rate_limit_5h: 0,
    rate_limit_1d: 0,
    rate_limit_7d: 0,
    usage_5h: 0,
    usage_1d: 0,
    usage_7d: 0,
    window_5h_start: null,
    window_1d_start: null,
    window_7d_start: null,
    ...(user === undefined ? {} : { user: userView(host.features, user) }),
    ...(group === undefined ? {} : { group: groupView(group) }),
  };
}
