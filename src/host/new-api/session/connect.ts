import type { Can } from '../../capabilities.ts';
import type { Host, HostInfo } from '../../host.ts';
import { HttpClient, type HttpOptions } from '../../http/http-client.ts';
import { secretOf, type AdminLogin } from '../../login.ts';
import { httpGateway } from '../../protocols/http-gateway.ts';
import { openClient } from '../api/client.ts';
import { userIdPrefix } from '../client-keys.ts';
import { newApiCapabilities, newApiHost } from '../new-api-host.ts';
import { plansPath } from '../reads.ts';
import { StatusSwitch } from '../status-switch.ts';
import { partsOf } from '../subscriptions.ts';
import { logIn, type AdminSession } from './login.ts';
import { readStatus, type PublicStatus } from './status.ts';

/**
 * Opens a new-api host: is it there, set up, and is the login that of an admin? Writes nothing. Throws with a code that
 * ends the run by exit 3.
 */
export async function connectNewApi(options: HttpOptions, login: AdminLogin): Promise<Host> {
  const http = new HttpClient(options);
  http.redactor.learn(secretOf(login));
  const open = openClient(http);
  const status = await readStatus(open);
  return hostOf(infoOf(http, status), await logIn(open, login, status), login);
}

/** What the engine may ask about a host that said so much of itself. Builds from source may have no version to tell. */
export function infoOf(http: HttpClient, status: PublicStatus): HostInfo {
  const version = http.clean(status.version.replace(/^v-?/, ''), 40) || 'unknown';
  const clientKeys = { ...newApiCapabilities.clientKeys, subscription: userLogin(status) };
  const capabilities = { ...newApiCapabilities, clientKeys };
  return { kind: 'new-api', version, url: http.baseUrl, capabilities, warnings: [] };
}

/** Only who is in a group that nobody may choose can ask it, and only who logs in has a key. */
function userLogin({ turnstile_check: captcha, password_login_enabled: byPassword }: PublicStatus): Can {
  if (captcha) return { possible: false, why: 'it takes a user of its own, and the host asks for a captcha at login' };
  if (byPassword) return { possible: true };
  return { possible: false, why: 'it takes a user of its own, and the host takes no passwords' };
}

/** The host behind a login that it took. */
export function hostOf(info: HostInfo, session: AdminSession, login: AdminLogin): Host {
  const { client, id, isRoot, makesChannels, takesPlans } = session;
  const grants = { ...info.capabilities.grants, ...(takesPlans ? {} : { subscription: noPlans }) };
  return newApiHost({
    info: { ...info, capabilities: { ...info.capabilities, grants } },
    client,
    isRoot,
    makesChannels,
    switching: new StatusSwitch(),
    gateway: httpGateway(client.http),
    command: commandOf(info.url, id, login),
  });
}

/** Only a person may promise that. */
const noPlans: Can = {
  possible: false,
  why: 'it makes no plans until root has confirmed its terms of payment, in the panel; --access self-service needs none',
};

const collections = new Map([
  ['account', 'channel'],
  ['token', 'token'],
  ['membership', 'user'],
]);

/** Groups and prices stand in options, of which a person takes out what is to go. */
function commandOf(url: string, user: number, login: AdminLogin): Host['command'] {
  const { inShell = '$RELAY_ADMIN_KEY' } = login;
  const headers =
    'key' in login
      ? `-H "Authorization: ${inShell}" -H 'New-Api-User: ${user}'`
      : `-H "Authorization: $NEW_API_ACCESS_TOKEN" -H 'New-Api-User: ${user}'`;
  return (does, kind, id) => {
    const isUser = id?.startsWith(userIdPrefix) === true;
    const collection = isUser ? 'user' : collections.get(kind);
    // Plans have no address of their own, and options have one together.
    const path =
      collection === undefined
        ? kind === 'tariff'
          ? plansPath
          : '/api/option/'
        : `/api/${collection}/${partsOf(id?.replace(userIdPrefix, '') ?? '').user}`;
    // A user is not to be removed for being in a group.
    const removes = does === 'remove' && collection !== undefined && kind !== 'membership' && id !== null;
    return `curl${removes ? ' -X DELETE' : ''} ${headers} '${url}${path}'`;
  };
}
