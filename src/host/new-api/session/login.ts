import type { z } from 'zod';
import { RelayError } from '../../../core/relay-error.ts';
import type { Secret } from '../../../core/secrets/secret.ts';
import { HostFailure } from '../../host-failure.ts';
import type { ApiClient, Credentials } from '../../http/api-client.ts';
import type { HttpReply, ReplyHeaders } from '../../http/exchange.ts';
import type { HttpRequest } from '../../http/http-client.ts';
import type { AdminLogin } from '../../login.ts';
import { openEnvelope } from '../api/envelope.ts';
import { loginWire, selfWire } from '../api/wire.ts';
import { readOptions } from '../options.ts';
import type { PublicStatus } from './status.ts';

/** Roles as this host numbers them. */
const adminRole = 10;
const rootRole = 100;

/** A login that the host took. */
export interface AdminSession {
  client: ApiClient;
  /** Whose it is. */
  id: number;
  name: string;
  /** Whether it may set options, in which groups and prices stand. */
  isRoot: boolean;
  /** Whether it may make and remove channels. */
  makesChannels: boolean;
  /** Whether the host makes plans, as far as the login is shown that. */
  takesPlans: boolean;
}

/**
 * Logs in, and looks who that is. The token is never asked for: whoever asks for it gets another one, and the one in use
 * dies. Throws `LOGIN_REFUSED`, `LOGIN_NEEDS_KEY`, or what the host answered.
 */
export async function logIn(open: ApiClient, login: AdminLogin, status: PublicStatus): Promise<AdminSession> {
  const credentials = 'key' in login ? keyHeaders(login) : await passwordHeaders(open, login, status);
  const client = open.as(credentials);
  const self = await client.read({ method: 'GET', path: '/api/user/self' }, selfWire).catch((failure: unknown) => {
    throw refusedLogin(failure, login);
  });
  const name = open.http.clean(self.username, 100);
  if (self.role < adminRole)
    throw new RelayError('LOGIN_REFUSED', `The login is that of "${name}", who is no admin.`, {
      hint: 'Give the access token of an admin; groups and prices need the one of root.',
    });
  const isRoot = self.role >= rootRole;
  const may = self.permissions?.admin_permissions?.channel?.sensitive_write;
  const { takesPlans } = isRoot ? await readOptions(client, isRoot) : { takesPlans: true };
  return { client, id: self.id, name, isRoot, makesChannels: isRoot || may !== false, takesPlans };
}

/** Older builds want to know whose token it is, and newer ones do not mind. Without a word root is meant, who is the first. */
function keyHeaders({ key, user = '1' }: Extract<AdminLogin, { key: Secret }>): () => Record<string, string> {
  return () => ({ authorization: `Bearer ${key.open()}`, 'new-api-user': user });
}

/** Logs in, and again before what that gave runs out: newer builds give fifteen minutes, and an import may take longer. */
async function passwordHeaders(
  open: ApiClient,
  login: Extract<AdminLogin, { password: Secret }>,
  status: PublicStatus,
): Promise<Credentials> {
  if (status.turnstile_check)
    throw new RelayError('LOGIN_NEEDS_KEY', `${open.http.baseUrl} asks for a captcha at login.`);
  let session = Promise.resolve(await begin(open, login));
  return async () => {
    const { until } = await session;
    if (until !== null && open.http.clock.now() > until - marginMs) session = begin(open, login);
    return (await session).headers;
  };
}

/** A session of a user, as the user. Throws as `logIn` does. */
export async function userSession(open: ApiClient, name: string, password: Secret): Promise<ApiClient> {
  const { headers } = await begin(open, { email: name, password });
  return open.as(() => headers);
}

/** How long before its end a login is made anew, in milliseconds. */
const marginMs = 180_000;

interface Begun {
  headers: Record<string, string>;
  /** When it ends, by our clock, in milliseconds since 1970; `null` where the host does not say. */
  until: number | null;
}

async function begin(
  open: ApiClient,
  { email: username, password }: Extract<AdminLogin, { password: Secret }>,
): Promise<Begun> {
  const request = {
    method: 'POST',
    path: '/api/user/login',
    body: { username, password: password.open() },
    countsApart: true,
  } as const;
  const reply = await open.ask(request);
  const answer = readLogin(open, request, reply);
  if (answer.require_2fa === true)
    throw new RelayError('LOGIN_NEEDS_KEY', `The admin ${username} logs in with a second factor.`);
  const user = { 'new-api-user': String(answer.id ?? answer.user?.id ?? '') };
  const token = sealed(open, answer.access_token);
  if (token !== undefined) {
    const ends = answer.access_expires_at;
    const until = ends === undefined ? null : ends * 1000 - open.http.hostTime() + open.http.clock.now();
    return { headers: { authorization: `Bearer ${token.open()}`, ...user }, until };
  }
  const cookie = sealed(open, sessionOf(reply.headers));
  if (cookie === undefined) throw new RelayError('LOGIN_REFUSED', 'The host gave no session for the login.');
  return { headers: { cookie: `session=${cookie.open()}`, ...user }, until: null };
}

function readLogin(open: ApiClient, request: HttpRequest, reply: HttpReply): z.infer<typeof loginWire> {
  try {
    return openEnvelope(open.http, request, reply, loginWire);
  } catch (failure) {
    if (failure instanceof HostFailure && (failure.status === 200 || failure.code === 'LOGIN_REFUSED'))
      throw new RelayError('LOGIN_REFUSED', `The host refuses the login: ${failure.said ?? failure.message}.`, {
        cause: failure,
      });
    throw failure;
  }
}

function sessionOf(headers: ReplyHeaders): string | undefined {
  return headers
    .getSetCookie()
    .map((cookie) => /^session=([^;]+)/.exec(cookie)?.[1])
    .find((value) => value !== undefined);
}

function sealed(open: ApiClient, value: string | undefined): Secret | undefined {
  return value === undefined || value === '' ? undefined : open.http.redactor.seal(value);
}

/** A wrong token comes as 200 from older builds. They also refuse a good one that is another user's than was said. */
function refusedLogin(failure: unknown, login: AdminLogin): unknown {
  if (!(failure instanceof HostFailure) || (failure.status !== 200 && failure.code !== 'LOGIN_REFUSED')) return failure;
  const hint =
    'key' in login && login.user === undefined
      ? 'Check the access token. If it is not the one of user 1, say whose it is: --admin-user ID.'
      : 'Check the access token, and whose it is: --admin-user ID. A new token of that user makes the old one void.';
  return new RelayError('LOGIN_REFUSED', `The host refuses the login: ${failure.said ?? failure.message}.`, {
    cause: failure,
    ...('key' in login ? { hint } : {}),
  });
}
