import type { Grant, User } from '../../grants.ts';
import type { Screen } from '../../screen.ts';
import { toTime } from '../api/times.ts';
import type { SubscriptionWire, UserWire } from '../api/wire.ts';

/** Constant: the host refuses the same subscription with other notes. */
export const subscriptionNotes = 'relay';

/** From the host's words to relay's. Pure. */
export function toGrant(wire: SubscriptionWire, now: number, screen: Screen): Grant {
  const expiresAt = Date.parse(wire.expires_at);
  return {
    id: String(wire.id),
    userId: String(wire.user_id),
    user: wire.user ? screen.name(wire.user.email) : null,
    place: String(wire.group_id),
    startsAt: Date.parse(wire.starts_at),
    expiresAt,
    active: wire.status === 'active' && expiresAt > now,
    byRelay: wire.notes?.trim() === subscriptionNotes,
  };
}

export function toUser(wire: UserWire, screen: Screen): User {
  const { id, email, status, created_at: createdAt } = wire;
  return { id: String(id), email: screen.name(email), active: status === 'active', createdAt: toTime(createdAt) };
}
