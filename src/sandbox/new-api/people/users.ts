import { badParameters, done, failure, notFound, success } from '../envelope.ts';
import type { Host, HostApp, HostContext } from '../host.ts';
import { jsonObject } from '../../json-object.ts';
import { paged, pageOf } from '../paging.ts';
import { fieldsOf, readBody, type Shape } from '../request-body.ts';
import { roles, type User } from '../rows.ts';
import { addUser } from './add-user.ts';
import { permissionsOf } from './permissions.ts';
import { userView } from './user-view.ts';

const shape = {
  id: 'int64',
  username: 'string',
  password: 'string',
  display_name: 'string',
  role: 'int64',
  email: 'string',
  group: 'string',
  quota: 'int64',
  remark: 'string',
} as const satisfies Shape;

const limits = [
  ['Username', 'username', 0, 20],
  ['Password', 'password', 8, 20],
  ['DisplayName', 'display_name', 0, 20],
] as const;

/** Throws what the host says of texts that are too short or too long. */
function checkTexts(given: { username?: string; password?: string; display_name?: string }): void {
  for (const [field, name, least, most] of limits) {
    const text = given[name] ?? '';
    if (text === '') continue;
    const tag = text.length < least ? 'min' : text.length > most ? 'max' : undefined;
    if (tag !== undefined)
      throw failure(
        `Invalid input Key: 'User.${field}' Error:Field validation for '${field}' failed on the '${tag}' tag`,
      );
  }
}

function find(host: Host, id: number): User {
  const user = host.state.users.get(id);
  if (user === undefined) throw notFound();
  return user;
}

const noPower = () => failure('You do not have permission to manage users of the same or higher level');

/** A user whom the actor may change: below it, or anybody for the root user. */
function manageable(host: Host, c: HostContext, id: number): User {
  const user = find(host, id);
  const { role } = c.get('actor');
  if (role !== roles.root && user.role >= role) throw noPower();
  return user;
}

function checkName(host: Host, username: string, id: number): void {
  if ([...host.state.users.values()].some((user) => user.username === username && user.id !== id))
    throw failure('ERROR: duplicate key value violates unique constraint "users_username_key" (SQLSTATE 23505)');
}

async function create(host: Host, c: HostContext): Promise<Response> {
  const { username = '', password = '', display_name, role = 0 } = fieldsOf(await readBody(c), shape, 'User');
  const name = username.trim();
  if (name === '' || password === '') throw badParameters();
  checkTexts({ username: name, password, ...(display_name === undefined ? {} : { display_name }) });
  if (role >= c.get('actor').role) throw failure('Cannot create a user whose level is not below your own');
  checkName(host, name, 0);
  addUser(host.state, { username: name, password, display_name: display_name || name, role: role || roles.common });
  return done();
}

async function update(host: Host, c: HostContext): Promise<Response> {
  const body = await readBody(c);
  const given = fieldsOf(body, shape, 'User');
  const username = (given.username ?? '').trim();
  if (!given.id || (username === '' && host.features.wantsUserName)) throw badParameters();
  checkTexts({ ...given, username });
  const user = manageable(host, c, given.id);
  checkName(host, username, user.id);
  // What the body leaves out is written as empty, but for the password.
  const { display_name = '', group = '', remark = '', password } = given;
  const { sensitive_write } = jsonObject(jsonObject(body['admin_permissions'])['channel']);
  if (typeof sensitive_write === 'boolean' && c.get('actor').role === roles.root)
    user.sensitive_write = sensitive_write;
  if (host.features.endsLogins && (group !== user.group || password)) endLogins(host, user);
  Object.assign(user, { username, display_name, group, remark, ...(password ? { password } : {}) });
  return done();
}

function addQuota(user: User, mode: unknown, value: number): void {
  if (mode === 'override') user.quota = value;
  else if (value <= 0) throw failure('Quota change must not be zero');
  else if (mode === 'add') user.quota += value;
  else if (mode === 'subtract') user.quota -= value;
  else throw badParameters();
}

async function manage(host: Host, c: HostContext): Promise<Response> {
  const body = await readBody(c);
  const user = manageable(host, c, Number(body['id']));
  const isRoot = user.role === roles.root;
  const action = body['action'];
  if (isRoot && (action === 'disable' || action === 'delete' || action === 'demote'))
    throw failure(`Cannot ${action} the root user`);
  if (action === 'add_quota') {
    addQuota(user, body['mode'], Number(body['value']));
    return done();
  }
  if (action === 'delete') {
    remove(host, user);
    return done();
  }
  if (action === 'disable' || action === 'enable') user.status = action === 'enable' ? 1 : 2;
  else if (action === 'promote' || action === 'demote') user.role = action === 'promote' ? roles.admin : roles.common;
  else throw badParameters();
  return success({ role: user.role, status: user.status });
}

/** Removes a user for good, with tokens and logins; the name is free again. */
function remove(host: Host, user: User): void {
  const { state } = host;
  endLogins(host, user);
  state.users.delete(user.id);
  for (const token of state.tokens.values()) if (token.user_id === user.id) state.tokens.delete(token.id);
}

function endLogins({ state }: Host, user: User): void {
  for (const [text, session] of state.sessions) if (session.user === user.id) state.sessions.delete(text);
}

function search(host: Host, c: HostContext): Response {
  const { keyword = '', group = '' } = c.req.query();
  const rows = [...host.state.users.values()].filter(
    (user) =>
      (String(user.id) === keyword ||
        [user.username, user.email, user.display_name].some((text) => text.includes(keyword))) &&
      (group === '' || user.group === group),
  );
  return success(paged(newestFirst(rows), pageOf(c.req.query()), userView));
}

/** A user with what it may do, where the host has permissions. */
function withPermissions(host: Host, user: User) {
  const own = host.features.permissions ? { permissions: { admin_permissions: { channel: permissionsOf(user) } } } : {};
  return { ...userView(user), ...own };
}

function newestFirst(users: readonly User[]): User[] {
  return users.toSorted((a, b) => b.id - a.id);
}

/** People: made without an id, found by name, put into a group, removed. */
export function addUserRoutes(app: HostApp, host: Host): void {
  const base = '/api/user';
  app.get(`${base}/`, (c) =>
    success(paged(newestFirst([...host.state.users.values()]), pageOf(c.req.query()), userView)),
  );
  app.get(`${base}/search`, (c) => search(host, c));
  app.get(`${base}/self`, (c) => success(withPermissions(host, c.get('actor'))));
  app.post(`${base}/`, (c) => create(host, c));
  app.put(`${base}/`, (c) => update(host, c));
  app.post(`${base}/manage`, (c) => manage(host, c));
  app.delete(`${base}/:id`, (c) => {
    const user = manageable(host, c, Number(c.req.param('id')));
    if (user.role >= c.get('actor').role) throw noPower();
    remove(host, user);
    return done();
  });
  app.get(`${base}/:id`, (c) => success(userView(find(host, Number(c.req.param('id'))))));
}
