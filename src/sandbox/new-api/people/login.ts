import { badParameters, failure, success } from '../envelope.ts';
import type { Host, HostApp, HostContext } from '../host.ts';
import { json } from '../../reply.ts';
import { readBody } from '../request-body.ts';
import type { User } from '../rows.ts';
import { newAccessToken, randomText } from '../state.ts';
import { permissionsOf } from './permissions.ts';
import { userView } from './user-view.ts';

const month = 30 * 24 * 3600;

function byCookie(host: Host, user: User): Response {
  const session = randomText(64);
  host.state.sessions.set(session, { user: user.id, until: host.seconds() + month });
  const { display_name, group, id, role, status, username } = user;
  const data = { display_name, group, id, role, status, username };
  const cookie = `session=${session}; Path=/; Max-Age=${month}; HttpOnly; SameSite=Strict`;
  return json(200, { data, message: '', success: true }, { 'set-cookie': cookie });
}

function byBearer(host: Host, user: User): Response {
  const now = host.seconds();
  const token = `eyJ${randomText(24)}.eyJ${randomText(64)}.${randomText(43)}`;
  const until = now + 15 * 60;
  host.state.sessions.set(token, { user: user.id, until });
  const session = {
    sid: randomText(32),
    current: true,
    login_method: 'password',
    ip: '127.0.0.1',
    user_agent: '',
    created_at: now,
    last_active_at: now,
    expires_at: now + month,
  };
  const data = {
    access_expires_at: until,
    access_token: token,
    session,
    token_type: 'Bearer',
    user: { ...userView(user), permissions: { admin_permissions: { channel: permissionsOf(user) } } },
  };
  const cookie = `new_api_refresh=${randomText(64)}; Path=/api/user/auth; Max-Age=${month}; HttpOnly; SameSite=Strict`;
  return json(200, { data, message: '', success: true }, { 'set-cookie': cookie });
}

async function login(host: Host, c: HostContext): Promise<Response> {
  if (!host.settings.password_login) throw failure('The administrator has disabled password login');
  if (host.settings.turnstile_check && (c.req.query('turnstile') ?? '') === '')
    throw failure('Turnstile token is empty');
  const { username, password } = await readBody(c);
  if (typeof username !== 'string' || typeof password !== 'string' || username === '' || password === '')
    throw badParameters();
  const user = [...host.state.users.values()].find((row) => row.username === username || row.email === username);
  if (user?.password !== password || user.status !== 1)
    throw failure('Username or password is incorrect, or user has been banned');
  if (host.settings.require_2fa)
    return json(200, { data: { require_2fa: true }, message: 'Two-factor authentication required', success: true });
  user.last_login_at = host.seconds();
  return host.features.bearerLogin ? byBearer(host, user) : byCookie(host, user);
}

/** Logging in by name and password, and the one access token of a user. No second factor is ever accepted. */
export function addLoginRoutes(app: HostApp, host: Host): void {
  app.post('/api/user/login', (c) => login(host, c));
  app.get('/api/user/token', (c) => {
    const user = c.get('actor');
    // The token in use, by which it may just have been asked for, is dead from here on.
    user.access_token = newAccessToken();
    return success(user.access_token);
  });
}
