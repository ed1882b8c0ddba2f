import { groupView } from '../resources/group-view.ts';
import type { Host } from '../host.ts';
import type { JsonObject } from '../../json-object.ts';
import type { ApiKey } from '../rows.ts';
import { userView } from './user-view.ts';

/** A gateway key with its full text, and the related objects that were asked for. */
export function apiKeyView(host: Host, key: ApiKey, related: { user?: boolean; group?: boolean } = {}): JsonObject {
  const user = related.user === true ? host.state.users.get(key.user_id) : undefined;
  const group = related.group === true && key.group_id !== null ? host.state.groups.get(key.group_id) : undefined;
  return {
    id: key.id,
    user_id: key.user_id,
    key: key.key,
    name: key.name,
    group_id: key.group_id,
    status: key.status,
    last_used_at: key.last_used_at,
    expires_at: null,
    created_at: key.created_at,
    updated_at: key.updated_at,
    ...(user === undefined ? {} : { user: userView(user) }),
    ...(group === undefined ? {} : { group: groupView(group) }),
  };
}
