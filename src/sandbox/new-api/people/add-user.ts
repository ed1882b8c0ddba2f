import { roles, type User } from '../rows.ts';
import type { NewApiState } from '../state.ts';

/** Puts a user in, in group `default` and without quota unless told otherwise; the next free id where none is given. */
export function addUser(state: NewApiState, given: Partial<User> & Pick<User, 'username' | 'password'>): User {
  const user: User = {
    id: given.id ?? state.nextId('users'),
    display_name: given.username,
    role: roles.common,
    status: 1,
    email: '',
    quota: 0,
    used_quota: 0,
    request_count: 0,
    group: 'default',
    access_token: null,
    remark: '',
    sensitive_write: false,
    created_at: Math.floor(Date.now() / 1000),
    last_login_at: 0,
    ...given,
  };
  state.users.set(user.id, user);
  return user;
}
