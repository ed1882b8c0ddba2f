import type { Features } from '../features.ts';
import type { JsonObject } from '../../json-object.ts';
import type { User } from '../rows.ts';

/** A user as it appears inside other objects and in login replies. `fresh` is the state right after an insert. */
export function userView(features: Features, user: User, fresh = false): JsonObject {
  return {
    id: user.id,
    email: user.email,
    username: user.username,
    role: user.role,
    balance: user.balance,
    ...(features.newerFields ? { frozen_balance: 0 } : {}),
    concurrency: user.concurrency,
    status: user.status,
    allowed_groups: user.allowed_groups,
    ...(user.last_active_at === null ? {} : { last_active_at: user.last_active_at }),
    created_at: user.created_at,
    updated_at: user.updated_at,
    balance_notify_enabled: !fresh,
    balance_notify_threshold_type: fresh ? '' : 'fixed',
    balance_notify_threshold: null,
    balance_notify_extra_emails: null,
    total_recharged: 0,
    rpm_limit: user.rpm_limit,
  };
}

/** A user as the admin's user routes show it. */
export function adminUserView(features: Features, user: User, fresh = false): JsonObject {
  return { ...userView(features, user, fresh), notes: user.notes, last_used_at: null };
}
