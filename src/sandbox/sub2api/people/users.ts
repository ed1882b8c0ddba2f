import { randomBytes } from 'node:crypto';
import { bind, pathId } from '../binding.ts';
import { rounded } from '../decimals.ts';
import { internalError, refusal, success } from '../envelope.ts';
import type { Host, HostApp, HostContext } from '../host.ts';
import type { Idempotently } from '../idempotency.ts';
import { apiKeyView } from './key-view.ts';
import { paged } from '../pagination.ts';
import type { User } from '../rows.ts';
import { matchesSearch, sorted } from '../sorting.ts';
import { timestamp } from '../state.ts';
import type { SandboxState } from '../state.ts';
import { subscriptionView } from '../resources/subscription-view.ts';
import { adminUserView } from './user-view.ts';

/** A user with a random password, put into the state. */
export function addUser(state: SandboxState, values: Partial<User> & { email: string }): User {
  const at = timestamp();
  const user: User = {
    id: values.id ?? state.nextId('users'),
    password: randomBytes(12).toString('hex'),
    username: '',
    notes: '',
    role: 'user',
    balance: 0,
    status: 'active',
    created_at: at,
    updated_at: at,
    ...values,
  };
  state.users.set(user.id, user);
  return user;
}

const looksLikeEmail = (text: string) => /^[^\s@]+@[^\s@]+$/.test(text);

async function create(host: Host, c: HostContext): Promise<Response> {
  const { state } = host;
  const fields = await bind(c, 'CreateUserRequest');
  const email = fields.text('email') ?? '';
  const password = fields.text('password') ?? '';
  fields.check('email', email === '' ? 'required' : 'email', looksLikeEmail(email));
  fields.check('password', password === '' ? 'required' : 'min', password.length >= 6);
  fields.settle();
  if ([...state.users.values()].some((user) => user.email === email))
    throw refusal(409, 'email already exists', 'EMAIL_EXISTS');
  if (Buffer.byteLength(password) > 72) throw internalError();
  const user = addUser(state, {
    email,
    password,
    username: fields.text('username') ?? '',
    notes: fields.text('notes') ?? '',
    balance: rounded(fields.number('balance') ?? 0, 8),
  });
  return success(adminUserView(user));
}

async function changeBalance(host: Host, c: HostContext, once: Idempotently): Promise<Response> {
  const id = pathId(c, () => refusal(400, 'Invalid user ID'));
  const fields = await bind(c, 'UpdateBalanceRequest');
  const amount = fields.number('balance') ?? 0;
  const operation = fields.text('operation') ?? '';
  fields.check('balance', amount === 0 ? 'required' : 'gt', amount > 0);
  fields.check('operation', operation === '' ? 'required' : 'oneof', ['set', 'add', 'subtract'].includes(operation));
  fields.settle();
  const payload = { user_id: id, body: { balance: amount, operation, notes: fields.text('notes') ?? '' } };
  return once(c, 'admin.users.balance.update', payload, () => {
    const user = requireUser(host.state, id);
    const next = operation === 'set' ? amount : operation === 'add' ? user.balance + amount : user.balance - amount;
    if (next < 0) throw internalError();
    user.balance = rounded(next, 8);
    user.updated_at = timestamp();
    return adminUserView(user);
  });
}

function requireUser(state: SandboxState, id: number): User {
  const user = state.users.get(id);
  if (user === undefined) throw refusal(404, 'user not found', 'USER_NOT_FOUND');
  return user;
}

function select(state: SandboxState, query: Record<string, string>): User[] {
  const keysOf = (user: User) =>
    [...state.apiKeys.values()].filter((key) => key.user_id === user.id).map((key) => key.key);
  const rows = [...state.users.values()].filter(
    (user) =>
      matchesSearch(query['search'], user.email, user.username, user.notes, ...keysOf(user)) &&
      (!query['role'] || user.role === query['role']),
  );
  return sorted(rows, query, (user) => user.created_at, 'desc');
}

/** The routes of `/api/v1/admin/users`. */
export function addUserRoutes(app: HostApp, host: Host, once: Idempotently): void {
  const { state } = host;
  const base = '/api/v1/admin/users';
  const find = (c: HostContext) =>
    requireUser(
      state,
      pathId(c, () => refusal(400, 'Invalid user ID')),
    );
  app.get(base, (c) => paged(select(state, c.req.query()), c.req.query(), adminUserView));
  app.post(base, (c) => create(host, c));
  app.get(`${base}/:id`, (c) => success(adminUserView(find(c))));
  app.delete(`${base}/:id`, (c) => {
    const user = find(c);
    if (user.role === 'admin') throw internalError();
    state.users.delete(user.id);
    state.retiredUsers.add(user.id);
    return success({ message: 'User deleted successfully' });
  });
  app.post(`${base}/:id/balance`, (c) => changeBalance(host, c, once));
  app.get(`${base}/:id/subscriptions`, (c) => {
    const id = pathId(c, () => refusal(400, 'Invalid user ID'));
    const rows = [...state.subscriptions.values()].filter((row) => row.user_id === id).toReversed();
    return success(rows.map((row) => subscriptionView(host, row, { user: false })));
  });
  app.get(`${base}/:id/api-keys`, (c) => {
    const id = pathId(c, () => refusal(400, 'Invalid user ID'));
    const rows = [...state.apiKeys.values()].filter((key) => key.user_id === id).toReversed();
    return paged(rows, c.req.query(), (key) => apiKeyView(host, key, { group: true }));
  });
}
