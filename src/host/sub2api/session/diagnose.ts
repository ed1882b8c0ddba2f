import { RelayError } from '../../../core/relay-error.ts';
import { CheckList, type Diagnosis } from '../../diagnosis.ts';
import { HttpClient, type HttpOptions } from '../../http/http-client.ts';
import { checkReachable } from '../api/address.ts';
import { openClient } from '../api/admin-client.ts';
import type { ApiClient } from '../../http/api-client.ts';
import { readTermsOfUse } from './compliance.ts';
import { hostOf, infoOf } from './connect.ts';
import { secretOf, type AdminLogin, type GivenLogin } from '../../login.ts';
import { logIn, checkGates } from './login.ts';
import { asksForCaptcha, readSettings, type PublicSettings } from './public-settings.ts';
import { checkVersion } from './version.ts';
import { keepsKeysBack } from '../stored-keys.ts';
import { pageWire, userWire } from '../api/wire.ts';

/**
 * Takes the steps of `connectSub2api` one by one and tells how each went; stops where the next would mean nothing. Writes
 * nothing. Throws nothing that a host or a network can cause.
 */
export async function diagnoseSub2api(options: HttpOptions, login: GivenLogin): Promise<Diagnosis> {
  const http = new HttpClient(options);
  if (!('missing' in login)) http.redactor.learn(secretOf(login));
  const found: Diagnosis = { checks: new CheckList(), info: null, host: null, termsOfUse: null };
  const open = openClient(http);
  const settings = await lookFromOutside(open, found.checks);
  if (settings === undefined) return found;
  const known = await found.checks.attempt('version', async () => checkVersion(settings.version, http));
  if (known === undefined) return found;
  found.info = infoOf(http, known, settings);
  const { kind, version } = found.info;
  const [newer] = known.warnings;
  if (newer === undefined) found.checks.pass('version', `${kind} ${version}`);
  else found.checks.warn('version', newer.message, newer.hint);
  await lookFromInside(open, login, settings, found);
  return found;
}

/** What shows without a login. Nothing when the host could not be asked what it is. */
async function lookFromOutside(open: ApiClient, checks: CheckList): Promise<PublicSettings | undefined> {
  const answers = await checks.attempt('address', async () => {
    await checkReachable(open.http, checks);
    return true;
  });
  if (answers === undefined) return undefined;
  try {
    const settings = await readSettings(open);
    checks.pass('setup', 'finished');
    tellGates(checks, settings);
    return settings;
  } catch (failure) {
    if (!(failure instanceof RelayError)) throw failure;
    // It answers, but not as a host would.
    const isElsewhere = failure.code === 'HOST_WRONG_ADDRESS' || failure.code === 'HOST_REDIRECTS';
    checks.fail(isElsewhere ? 'address' : 'setup', failure);
    return undefined;
  }
}

function tellGates(checks: CheckList, settings: PublicSettings): void {
  if (settings.backend_mode_enabled)
    checks.warn('backend_mode', 'on: only admins log in', 'Users with keys are served; none can get one by itself.');
  else checks.pass('backend_mode', 'off');
  if (asksForCaptcha(settings))
    checks.warn('captcha', 'on: a login by password needs a person', 'Log in with an admin API key.');
  else checks.pass('captcha', 'off');
}

/** What shows behind the login. */
async function lookFromInside(
  open: ApiClient,
  login: GivenLogin,
  settings: PublicSettings,
  found: Diagnosis,
): Promise<void> {
  const { checks } = found;
  if ('missing' in login) {
    checks.fail('login', login.missing);
    return;
  }
  const way = wayOf(login);
  const credentials = await checks.attempt('login', () => logIn(open, login, settings), way);
  if (credentials === undefined) return;
  const client = open.as(credentials);
  try {
    await checkGates(client);
  } catch (failure) {
    if (!(failure instanceof RelayError)) throw failure;
    if (failure.code !== 'COMPLIANCE_GATE') {
      checks.fail('login', { message: `${way}: ${failure.message}`, hint: failure.hint, code: failure.code });
      return;
    }
    checks.pass('login', way);
    checks.pass('second_factor', noSecondFactor(login));
    checks.fail('compliance', failure);
    found.termsOfUse = (await checks.attempt('compliance', () => readTermsOfUse(client))) ?? null;
    return;
  }
  const who = 'key' in login ? await firstAdmin(client) : undefined;
  checks.pass('login', who === undefined ? way : `${way}, acting as ${who}`);
  checks.pass('compliance', 'nothing to accept');
  if (await keepsKeysBack(client).catch(() => false))
    checks.warn(
      'second_factor',
      'on for reading stored keys: relay cannot see which key an account holds',
      'Leave --adopt out; accounts that relay made are known by their markers.',
    );
  else checks.pass('second_factor', noSecondFactor(login));
  found.host = found.info === null ? null : hostOf(found.info, client, login);
}

const noSecondFactor = (login: AdminLogin) => ('key' in login ? 'an admin API key needs none' : 'not asked for');

function wayOf(login: AdminLogin & { from?: string }): string {
  const from = login.from === undefined ? '' : ` (${login.from})`;
  return 'key' in login ? `admin API key${from}` : `e-mail and password of ${login.email}${from}`;
}

/** Whom an admin API key stands for: the host takes the first admin. */
async function firstAdmin(client: ApiClient): Promise<string | undefined> {
  const query = { role: 'admin', sort_by: 'id', sort_order: 'asc', page: 1, page_size: 1 };
  const page = await client
    .read({ method: 'GET', path: '/api/v1/admin/users', query }, pageWire)
    .catch(() => undefined);
  const email = userWire.safeParse(page?.items[0]).data?.email;
  return email === undefined ? undefined : client.http.clean(email, 100);
}
