import type { MiddlewareHandler } from 'hono';
import { failure } from '../envelope.ts';
import type { Host, HostContext, HostEnv } from '../host.ts';
import { HostError } from '../../reply.ts';
import type { User } from '../rows.ts';

function refused(status: number, code: string, message: string): HostError {
  return new HostError(status, { ...(code === '' ? {} : { code }), message, success: false });
}

const wrongToken = 'Unauthorized, invalid access token';
const noPower = 'Unauthorized, insufficient privileges';
const banned = 'User has been banned';

/** The user of a login that still holds, by the text of its cookie or bearer token. */
function userOfSession(host: Host, text: string): User | undefined {
  const session = host.state.sessions.get(text);
  return session === undefined || session.until <= host.seconds() ? undefined : host.state.users.get(session.user);
}

function userOfToken(host: Host, header: string): User | undefined {
  const token = header.replace(/^Bearer /i, '').trim();
  return token === '' ? undefined : [...host.state.users.values()].find((user) => user.access_token === token);
}

function cookieOf(c: HostContext): string {
  return /(?:^|;\s*)session=([^;]*)/.exec(c.req.header('cookie') ?? '')?.[1] ?? '';
}

function whoByCookie(host: Host, c: HostContext): { user: User; bySession: boolean } {
  const header = c.req.header('authorization') ?? '';
  const logged = userOfSession(host, cookieOf(c));
  if (logged === undefined && header === '')
    throw refused(401, '', 'Unauthorized, not logged in and no access token provided');
  const user = logged ?? userOfToken(host, header);
  if (user === undefined) throw failure(wrongToken);
  return { user, bySession: logged !== undefined };
}

function whoByBearer(host: Host, c: HostContext): { user: User; bySession: boolean } {
  const header = c.req.header('authorization') ?? '';
  const logged = userOfSession(host, header.replace(/^Bearer /i, '').trim());
  const user = logged ?? userOfToken(host, header);
  if (user === undefined) throw refused(401, 'AUTH_UNAUTHORIZED', wrongToken);
  return { user, bySession: logged !== undefined };
}

function checkUserHeader(c: HostContext, user: User): void {
  const named = c.req.header('new-api-user') ?? '';
  if (named === '') throw refused(401, '', 'Unauthorized, New-Api-User header not provided');
  if (!/^\d+$/.test(named)) throw refused(401, '', 'Unauthorized, New-Api-User header format error');
  if (Number(named) !== user.id) throw refused(401, '', 'Unauthorized, New-Api-User does not match logged in user');
}

/** Lets through who is logged in, or brings an access token, and has at least that role. */
export function requireRole(host: Host, role: number): MiddlewareHandler<HostEnv> {
  const { needsUserHeader, bearerLogin, codesForLogin } = host.features;
  return async (c, next) => {
    const { user, bySession } = bearerLogin ? whoByBearer(host, c) : whoByCookie(host, c);
    if (needsUserHeader) checkUserHeader(c, user);
    if (user.status !== 1) throw codesForLogin ? refused(401, 'AUTH_USER_DISABLED', banned) : failure(banned);
    if (user.role < role) throw codesForLogin ? refused(403, 'AUTH_INSUFFICIENT_PRIVILEGE', noPower) : failure(noPower);
    c.set('actor', user);
    c.set('bySession', bySession);
    await next();
    c.header('auth-version', '864b7076dbcd0a3c01b5520316720ebf');
  };
}
