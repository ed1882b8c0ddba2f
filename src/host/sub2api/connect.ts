import { createHmac } from 'node:crypto';
import { coerce, compare, gt, lt, parse } from 'semver';
import { Secret } from '../../terms/secret.ts';
import { problem, RelayError, type Problem } from '../../terms/relay-error.ts';
import { HostFailure } from '../host-failure.ts';
import type { Host, HostFeatures, ObjectKind } from '../host.ts';
import { HttpClient, type HttpOptions } from '../http-client.ts';
import { AdminClient } from './admin-client.ts';
import { sub2apiGateway } from './gateway.ts';
import { sub2apiProbes } from './probes.ts';
import { sub2apiReads } from './reads.ts';
import { anything, loginWire, publicSettingsWire, setupWire } from './wire.ts';
import { sub2apiWrites } from './writes.ts';

export type AdminLogin = { key: Secret } | { email: string; password: Secret };

const oldestVersion = '0.1.129';
const newestTried = '0.1.179';

/**
 * Opens a sub2api host: is it there, set up, of a version that is known, and is the login good? Writes nothing. Throws
 * with a code that ends the run by exit 3.
 */
export async function connectSub2api(options: HttpOptions, login: AdminLogin): Promise<Host> {
  const http = new HttpClient(options);
  http.redactor.learn(secretOf(login));
  const open = new AdminClient(http, () => ({}));
  const settings = await readSettings(open);
  const { version, warnings } = checkVersion(settings.version, http);
  const credentials = await logIn(open, login, settings.turnstile_enabled);
  const client = open.as(credentials);
  // Cheap, and behind every gate that the other admin calls are behind.
  await client.get('/api/v1/admin/settings/admin-api-key', anything);
  return {
    info: { kind: 'sub2api', version, url: http.baseUrl, features: featuresOf(version, settings), warnings },
    reads: sub2apiReads(client),
    writes: sub2apiWrites(client),
    probes: sub2apiProbes(client, credentials),
    gateway: sub2apiGateway(http),
    derive: (purpose) => {
      const secret = createHmac('sha256', secretOf(login).open()).update(`relay.derived/1 ${purpose}`).digest('hex');
      const derived = new Secret(secret);
      http.redactor.learn(derived);
      return derived;
    },
    command: (does, kind, id) =>
      `curl${does === 'remove' && id !== null ? ' -X DELETE' : ''} -H "x-api-key: $RELAY_ADMIN_KEY" '${http.baseUrl}${pathOf(kind)}${id === null ? '' : `/${id}`}'`,
  };
}

async function readSettings(
  open: AdminClient,
): Promise<{ version: string; turnstile_enabled: boolean; backend_mode_enabled: boolean }> {
  try {
    return await open.get('/api/v1/settings/public', publicSettingsWire);
  } catch (failure) {
    if (!(failure instanceof HostFailure) || failure.code === 'HOST_UNREACHABLE' || failure.code === 'HOST_REDIRECTS')
      throw failure;
    // A host in its set-up wizard has no such path.
    const setup = await open.get('/setup/status', setupWire).catch(() => undefined);
    if (setup?.needs_setup === true)
      throw new RelayError('HOST_IN_SETUP', `${open.http.baseUrl} is still in its set-up wizard.`, { cause: failure });
    if (failure.status === 404 || failure.code === 'HOST_REPLY_UNEXPECTED' || failure.code === 'HOST_WRONG_ADDRESS') {
      throw new RelayError('HOST_WRONG_ADDRESS', `${open.http.baseUrl} is no sub2api host: ${failure.message}`, {
        cause: failure,
      });
    }
    throw failure;
  }
}

function checkVersion(text: string, http: HttpClient): { version: string; warnings: Problem[] } {
  const version = parse(coerce(text, { includePrerelease: true }));
  const shown = http.clean(text, 40);
  if (version === null)
    throw new RelayError('HOST_VERSION_UNSUPPORTED', `${http.baseUrl} does not say which version it is ("${shown}").`);
  if (lt(version, oldestVersion))
    throw new RelayError(
      'HOST_VERSION_UNSUPPORTED',
      `${http.baseUrl} is sub2api ${shown}; relay works with ${oldestVersion} and newer.`,
    );
  const newer = gt(version, newestTried)
    ? [
        problem(
          'HOST_NEWER_THAN_KNOWN',
          `The host is sub2api ${shown}; relay was tried with versions up to ${newestTried}.`,
        ),
      ]
    : [];
  return { version: version.version, warnings: newer };
}

async function logIn(open: AdminClient, login: AdminLogin, captcha: boolean): Promise<() => Record<string, string>> {
  if ('key' in login) return () => ({ 'x-api-key': login.key.open() });
  if (captcha) throw new RelayError('LOGIN_NEEDS_KEY', `${open.http.baseUrl} asks for a captcha at login.`);
  const body = { email: login.email, password: login.password.open() };
  // A login changes nothing that relay answers for, and repeating it is harmless.
  const reply = await open.read({ method: 'POST', path: '/api/v1/auth/login', body }, loginWire);
  if (reply.requires_2fa === true)
    throw new RelayError('LOGIN_NEEDS_KEY', `The admin ${login.email} logs in with a second factor.`);
  if (reply.access_token === undefined) throw new RelayError('LOGIN_REFUSED', 'The host gave no token for the login.');
  const token = new Secret(reply.access_token);
  open.http.redactor.learn(token);
  return () => ({ authorization: `Bearer ${token.open()}` });
}

function featuresOf(
  version: string,
  settings: { turnstile_enabled: boolean; backend_mode_enabled: boolean },
): HostFeatures {
  const learnsSlowly = compare(version, '0.1.179') >= 0;
  const why = settings.turnstile_enabled
    ? 'users log in with a captcha'
    : settings.backend_mode_enabled
      ? 'backend mode keeps users from logging in'
      : undefined;
  return {
    longestName: 100,
    learningMs: learnsSlowly ? 17_000 : 10_000,
    // Until the scheduler's outbox was mended, what an account learnt could stay unseen for up to 300 s.
    nudgeAfterLearning: !learnsSlowly,
    probeUser: why === undefined ? { possible: true } : { possible: false, why },
  };
}

function secretOf(login: AdminLogin): Secret {
  return 'key' in login ? login.key : login.password;
}

function pathOf(kind: ObjectKind): string {
  const collections: Record<ObjectKind, string> = {
    group: 'groups',
    channel: 'channels',
    plan: 'payment/plans',
    account: 'accounts',
    subscription: 'subscriptions',
    user: 'users',
  };
  return `/api/v1/admin/${collections[kind]}`;
}
