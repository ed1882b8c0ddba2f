import type { JsonObject } from '../../json-object.ts';
import type { User } from '../rows.ts';

/** A user as it appears inside other objects and in login replies. */
export function userView({ password: _secret, notes: _notes, ...shown }: User): JsonObject {
  return shown;
}

/** A user as the admin's user routes show it. */
export function adminUserView(user: User): JsonObject {
  return { ...userView(user), notes: user.notes };
}
