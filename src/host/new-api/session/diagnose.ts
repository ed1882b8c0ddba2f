import { RelayError } from '../../../core/relay-error.ts';
import { CheckList, type Diagnosis } from '../../diagnosis.ts';
import { HttpClient, type HttpOptions } from '../../http/http-client.ts';
import { tellAddress, tellClock } from '../../http/tell-address.ts';
import { secretOf, type GivenLogin } from '../../login.ts';
import { openClient } from '../api/client.ts';
import { readOptions } from '../options.ts';
import { hostOf, infoOf } from './connect.ts';
import { logIn, type AdminSession } from './login.ts';
import { readStatus, statusRequest, type PublicStatus } from './status.ts';

/**
 * Takes the steps of `connectNewApi` one by one and tells how each went; stops where the next would mean nothing. Writes
 * nothing. Throws nothing that a host or a network can cause.
 */
export async function diagnoseNewApi(options: HttpOptions, login: GivenLogin): Promise<Diagnosis> {
  const http = new HttpClient(options);
  const found: Diagnosis = { checks: new CheckList(), info: null, host: null, termsOfUse: null };
  const { checks } = found;
  if (!('missing' in login)) http.redactor.learn(secretOf(login));
  const open = openClient(http);
  const reply = await checks.attempt('address', () => open.ask(statusRequest));
  if (reply === undefined) return found;
  tellAddress(http, reply, checks);
  tellClock(checks, reply.headers.get('date'), http.clock.now());
  const status = await statusOf(open, checks);
  if (status === undefined) return found;
  found.info = infoOf(http, status);
  checks.pass('version', `new-api ${found.info.version}`);
  if (status.turnstile_check)
    checks.warn('captcha', 'on: a login by password needs a person', 'Log in with an access token.');
  else checks.pass('captcha', 'off');
  if ('missing' in login) {
    checks.fail('login', login.missing);
    return found;
  }
  const session = await checks.attempt('login', () => logIn(open, login, status));
  if (session === undefined) return found;
  await tellSession(checks, session, login);
  found.host = hostOf(found.info, session, login);
  return found;
}

async function statusOf(open: ReturnType<typeof openClient>, checks: CheckList): Promise<PublicStatus | undefined> {
  try {
    const status = await readStatus(open);
    checks.pass('setup', 'finished');
    return status;
  } catch (failure) {
    if (!(failure instanceof RelayError)) throw failure;
    const id = { HOST_IN_SETUP: 'setup', HOST_VERSION_UNSUPPORTED: 'version' } as const;
    checks.fail(id[failure.code as keyof typeof id] ?? 'address', failure);
    return undefined;
  }
}

/** Whose login it is, and what it may not do. */
async function tellSession(
  checks: CheckList,
  session: AdminSession,
  login: Exclude<GivenLogin, { missing: unknown }>,
): Promise<void> {
  const { name, id, isRoot, makesChannels, client } = session;
  const from = login.from === undefined ? '' : ` (${login.from})`;
  const way = `${'key' in login ? 'access token' : 'name and password'}${from} of ${name}, user ${id}`;
  if (isRoot) checks.pass('login', `${way}, root`);
  else if (!makesChannels)
    checks.warn(
      'login',
      `${way}, who may not make channels`,
      'Give the access token of root, or have root allow that admin to write channels.',
    );
  else
    checks.warn(
      'login',
      `${way}, no root`,
      'Groups and prices are set by root alone: the first import of a provider needs its access token.',
    );
  checks.pass(
    'pace',
    'requests are counted: 180 in 180 s, or 360, where GLOBAL_API_RATE_LIMIT of the host says nothing else; relay waits',
  );
  checks.pass('second_factor', 'key' in login ? 'an access token needs none' : 'not asked for');
  const options = await checks.attempt('settings', () => readOptions(client, isRoot));
  if (options === undefined) return;
  // Only root is shown whether they are.
  if (options.isWhole && options.takesPlans) checks.pass('compliance', 'the terms of payment are confirmed');
  else if (options.isWhole)
    checks.warn(
      'compliance',
      'the terms of payment are not confirmed, so that nobody can be given access by subscription',
      'Root confirms them in the panel of the host, among its payment settings; or import with --access self-service.',
    );
  const [broken] = options.broken;
  if (broken === undefined) checks.pass('settings', 'groups and prices can be read');
  else
    checks.fail('settings', {
      message: `the option ${broken} holds no valid JSON`,
      hint: 'Correct it in the settings of the host; relay overwrites nothing that it cannot read.',
    });
}
