import { RelayError } from '../../../core/relay-error.ts';
import { CheckList, type Diagnosis } from '../../diagnosis.ts';
import type { ApiClient } from '../../http/api-client.ts';
import { HttpClient, type HttpOptions } from '../../http/http-client.ts';
import { tellAddress, tellClock } from '../../http/tell-address.ts';
import { secretOf, type GivenLogin } from '../../login.ts';
import { management, openClient } from '../api/client.ts';
import { pluginsWire } from '../api/wire.ts';
import { comparedToFile } from '../lists/as-file.ts';
import { HostLists, otherThanFile } from '../lists/host-lists.ts';
import { hostOf, infoOf, isFrontPage, isSafeMode, logIn, rootRequest } from './connect.ts';

/**
 * Takes the steps of `connectCliproxyapi` one by one and tells how each went; stops where the next would mean nothing. Writes
 * nothing, and tries the login once.
 */
export async function diagnoseCliproxyapi(options: HttpOptions, login: GivenLogin): Promise<Diagnosis> {
  const http = new HttpClient(options);
  const found: Diagnosis = { checks: new CheckList(), info: null, host: null, termsOfUse: null };
  const { checks } = found;
  if (!('missing' in login)) http.redactor.learn(secretOf(login));
  const reply = await checks.attempt('address', () => openClient(http).ask(rootRequest));
  if (reply === undefined) return found;
  if (!isFrontPage(reply) && !isSafeMode(reply)) {
    checks.fail('address', {
      message: `${http.baseUrl} does not answer as a CLIProxyAPI does`,
      hint: 'Give the root address of the host, without a path.',
    });
    return found;
  }
  tellAddress(http, reply, checks);
  tellClock(checks, reply.headers.get('date'), http.clock.now());
  if (isSafeMode(reply))
    checks.warn(
      'setup',
      'safe mode: it was started with a client key that stands in its sample configuration, and serves nobody',
      'Take that key out of api-keys in its configuration file, and restart it.',
    );
  else checks.pass('setup', 'serves');
  if ('missing' in login) {
    checks.fail('login', login.missing);
    return found;
  }
  const session = await checks.attempt('login', () => logIn(http, login));
  if (session === undefined) return found;
  checks.pass('login', `management key${login.from === undefined ? '' : ` (${login.from})`}`);
  checks.pass('version', `CLIProxyAPI ${session.version}`);
  found.info = infoOf(http, session.version, false);
  await tellPlugins(checks, session.client);
  await tellFile(checks, session.client);
  found.host = (await checks.attempt('lists', () => hostOf(http, session))) ?? null;
  if (found.host === null) return found;
  found.info = found.host.info;
  for (const { message, hint } of found.info.warnings) checks.warn('setup', message, hint);
  return found;
}

/** A plugin may decide by itself who is let in. */
async function tellPlugins(checks: CheckList, client: ApiClient): Promise<void> {
  try {
    const { plugins_enabled: areOn } = await client.get(`${management}/plugins`, pluginsWire);
    if (areOn === true)
      checks.warn(
        'plugins',
        'plugins are on, and one of them may decide who is let in instead of the client keys',
        'If the gateway check is refused with 401, look at the login plugins of the host.',
      );
    else checks.pass('plugins', 'no plugins');
  } catch (failure) {
    if (!(failure instanceof RelayError)) throw failure;
    checks.skip('plugins', 'the host does not tell of plugins');
  }
}

async function tellFile(checks: CheckList, client: ApiClient): Promise<void> {
  await checks.attempt('lists', async () => {
    const lists = new HostLists(client);
    const state = await comparedToFile(client, (file) => lists.agreesWith(file, 'all'));
    if (state === 'agrees') checks.pass('lists', 'as the file of the host says');
    else if (state === 'empty')
      checks.warn(
        'lists',
        'the configuration file of the host is empty',
        'Put it right before the host is restarted: without it, it would come up open to everybody.',
      );
    else checks.warn('lists', otherThanFile.message, otherThanFile.hint);
  });
}
