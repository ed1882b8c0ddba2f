import { groupView } from './group-view.ts';
import type { Host } from '../host.ts';
import type { JsonObject } from '../../json-object.ts';
import type { Subscription } from '../rows.ts';
import { userView } from '../people/user-view.ts';

/** A subscription, with the people that the reply is to name. */
export function subscriptionView(
  host: Host,
  row: Subscription,
  related: { user?: boolean; assigner?: boolean } = {},
): JsonObject {
  const { state } = host;
  const user = related.user === true ? state.users.get(row.user_id) : undefined;
  const assigner = related.assigner === true ? state.users.get(row.assigned_by) : undefined;
  const group = state.groups.get(row.group_id);
  return {
    id: row.id,
    user_id: row.user_id,
    group_id: row.group_id,
    starts_at: row.starts_at,
    expires_at: row.expires_at,
    status: row.status,
    monthly_usage_usd: row.usage_usd,
    created_at: row.created_at,
    updated_at: row.updated_at,
    ...(user === undefined ? {} : { user: userView(user) }),
    ...(group === undefined ? {} : { group: groupView(group) }),
    assigned_by: row.assigned_by,
    assigned_at: row.assigned_at,
    notes: row.notes,
    ...(assigner === undefined ? {} : { assigned_by_user: userView(assigner) }),
  };
}
