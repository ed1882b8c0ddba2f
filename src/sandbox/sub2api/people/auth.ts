import { randomBytes, timingSafeEqual } from 'node:crypto';
import type { MiddlewareHandler } from 'hono';
import { bind } from '../binding.ts';
import { codeRefusal, refusal, success } from '../envelope.ts';
import { type HostError } from '../../reply.ts';
import type { Host, HostApp, HostContext, HostEnv } from '../host.ts';
import type { JsonObject } from '../../json-object.ts';
import type { User } from '../rows.ts';
import { userView } from './user-view.ts';

function sameText(a: string, b: string): boolean {
  const [left, right] = [Buffer.from(a), Buffer.from(b)];
  return left.length === right.length && timingSafeEqual(left, right);
}

function userOfToken(host: Host, token: string): User {
  const id = host.state.tokens.get(token);
  if (id === undefined) throw codeRefusal(401, 'INVALID_TOKEN', 'Invalid token');
  const user = host.state.users.get(id);
  if (user === undefined) throw codeRefusal(401, 'USER_NOT_FOUND', 'User not found');
  if (user.status !== 'active') throw codeRefusal(401, 'USER_INACTIVE', 'User account is not active');
  return user;
}

/** The admin who acts: an `x-api-key` decides alone, else a Bearer token of an admin. */
export function requireAdmin(host: Host): MiddlewareHandler<HostEnv> {
  return async (c, next) => {
    const key = c.req.header('x-api-key') ?? '';
    const [scheme, token = ''] = (c.req.header('authorization') ?? '').split(' ');
    if (key !== '') {
      if (!sameText(key, host.state.adminKey)) throw codeRefusal(401, 'INVALID_ADMIN_KEY', 'Invalid admin API key');
      const first = [...host.state.users.values()].find((user) => user.role === 'admin');
      if (first === undefined) throw codeRefusal(500, 'INTERNAL_ERROR', 'No admin user found');
      c.set('actor', first);
    } else {
      if (scheme?.toLowerCase() !== 'bearer' || token === '')
        throw codeRefusal(401, 'UNAUTHORIZED', 'Authorization required');
      const user = userOfToken(host, token);
      if (user.role !== 'admin') throw codeRefusal(403, 'FORBIDDEN', 'Admin access required');
      c.set('actor', user);
    }
    await next();
  };
}

/** How the host asks for a second factor at a single route. No admin of the sandbox has one. */
export function secondFactorNeeded(c: HostContext): HostError {
  if ((c.req.header('x-api-key') ?? '') === '')
    return codeRefusal(
      403,
      'STEP_UP_TOTP_NOT_ENABLED',
      'This operation requires two-factor authentication; please enable TOTP first',
    );
  return codeRefusal(
    403,
    'STEP_UP_ADMIN_API_KEY_FORBIDDEN',
    'Admin API key cannot access this endpoint; a two-factor verified admin session is required',
  );
}

/** The user of a Bearer token; an admin key is nobody here. */
export function requireUser(host: Host): MiddlewareHandler<HostEnv> {
  return async (c, next) => {
    const header = c.req.header('authorization') ?? '';
    if (header === '') throw codeRefusal(401, 'UNAUTHORIZED', 'Authorization header is required');
    c.set('actor', userOfToken(host, header.replace(/^Bearer /i, '')));
    await next();
  };
}

function tokenText(): string {
  const part = (bytes: number) => randomBytes(bytes).toString('base64url');
  return `eyJ${part(24)}.eyJ${part(48)}.${part(32)}`;
}

function tokensFor(host: Host, user: User): JsonObject {
  const token = tokenText();
  host.state.tokens.set(token, user.id);
  const refresh = `rt_${randomBytes(32).toString('hex')}`;
  return {
    access_token: token,
    refresh_token: refresh,
    expires_in: 86_400,
    token_type: 'Bearer',
    user: userView(user),
  };
}

function masked(email: string): string {
  const [name = '', domain = ''] = email.split('@');
  return `${name.slice(0, 1)}***@${domain}`;
}

async function login(host: Host, c: HostContext): Promise<Response> {
  const fields = await bind(c, 'LoginRequest');
  const [email, password] = [fields.text('email') ?? '', fields.text('password') ?? ''];
  fields.check('email', email === '' ? 'required' : 'email', /^[^\s@]+@[^\s@]+$/.test(email));
  fields.check('password', 'required', password !== '');
  fields.settle();
  if (host.settings.turnstile_enabled)
    throw refusal(400, 'turnstile verification failed', 'TURNSTILE_VERIFICATION_FAILED');
  const user = [...host.state.users.values()].find((row) => row.email === email);
  if (user === undefined || !sameText(password, user.password))
    throw refusal(401, 'invalid email or password', 'INVALID_CREDENTIALS');
  if (user.status !== 'active') throw refusal(403, 'user is not active', 'USER_NOT_ACTIVE');
  if (host.settings.totp_for_admin && user.role === 'admin') {
    return success({
      requires_2fa: true,
      temp_token: randomBytes(32).toString('hex'),
      user_email_masked: masked(email),
    });
  }
  if (host.settings.backend_mode_enabled && user.role !== 'admin') {
    throw refusal(403, 'Backend mode is active. Only admin login is allowed.', 'BACKEND_MODE_ADMIN_ONLY');
  }
  return success(tokensFor(host, user));
}

/** The login route; no second factor is ever accepted. */
export function addAuthRoutes(app: HostApp, host: Host): void {
  app.post('/api/v1/auth/login', (c) => login(host, c));
}
