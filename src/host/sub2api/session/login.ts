import type { AdminLogin } from '../../login.ts';
import { RelayError } from '../../../core/relay-error.ts';
import { HostFailure } from '../../host-failure.ts';
import type { ApiClient } from '../../http/api-client.ts';
import { asksForCaptcha, type PublicSettings } from './public-settings.ts';
import { anything, loginWire } from '../api/wire.ts';

/** What logs curl in as relay did; it holds no secret, but names where a shell finds it. */
export function loginArguments(login: AdminLogin, baseUrl: string): string {
  const { inShell = '$RELAY_ADMIN_KEY' } = login;
  if ('key' in login) return `-H "x-api-key: ${inShell}"`;
  const email = JSON.stringify(login.email).replace(/[\\"$`]/g, String.raw`\$&`);
  // Whatever the password is, it stands in JSON.
  const password = String.raw`\"$(printf %s "${inShell}" | sed 's/[\\"]/\\&/g')\"`;
  const body = String.raw`{\"email\":${email},\"password\":${password}}`;
  const answer = `curl -s -H 'content-type: application/json' -d "${body}" '${baseUrl}/api/v1/auth/login'`;
  return String.raw`-H "Authorization: Bearer $(${answer} | sed 's/.*"access_token":"\([^"]*\)".*/\1/')"`;
}

/**
 * The headers of an admin's requests. Whether a key is good shows with the first of them. Throws `LOGIN_NEEDS_KEY`,
 * `LOGIN_REFUSED`, or what the host answered.
 */
export async function logIn(
  open: ApiClient,
  login: AdminLogin,
  settings: PublicSettings,
): Promise<() => Record<string, string>> {
  if ('key' in login) return () => ({ 'x-api-key': login.key.open() });
  if (asksForCaptcha(settings))
    throw new RelayError('LOGIN_NEEDS_KEY', `${open.http.baseUrl} asks for a captcha at login.`);
  const body = { email: login.email, password: login.password.open() };
  // A login changes nothing that relay answers for, and repeating it is harmless.
  const reply = await open
    .read({ method: 'POST', path: '/api/v1/auth/login', body }, loginWire)
    .catch((failure: unknown) => {
      throw refusedLogin(failure);
    });
  if (reply.requires_2fa === true)
    throw new RelayError('LOGIN_NEEDS_KEY', `The admin ${login.email} logs in with a second factor.`);
  if (reply.access_token === undefined) throw new RelayError('LOGIN_REFUSED', 'The host gave no token for the login.');
  const token = open.http.redactor.seal(reply.access_token);
  return () => ({ authorization: `Bearer ${token.open()}` });
}

/**
 * Makes the first request of an admin: cheap, and behind every gate that the others are behind. Throws `LOGIN_REFUSED`,
 * `COMPLIANCE_GATE`, or what the host answered.
 */
export async function checkGates(client: ApiClient): Promise<void> {
  await client.get('/api/v1/admin/settings/admin-api-key', anything);
}

function refusedLogin(failure: unknown): unknown {
  if (!(failure instanceof HostFailure)) return failure;
  const { reason, said, message, status } = failure;
  if (reason !== undefined && /CAPTCHA|TURNSTILE/.test(reason))
    return new RelayError('LOGIN_NEEDS_KEY', `The host wants a captcha at login: ${said ?? message}.`, {
      cause: failure,
    });
  if (status === 400 || status === 403)
    return new RelayError('LOGIN_REFUSED', `The host refuses the login: ${said ?? message}.`, { cause: failure });
  return failure;
}
