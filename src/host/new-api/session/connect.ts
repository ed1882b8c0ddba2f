import type { Host, HostInfo } from '../../host.ts';
import { HttpClient, type HttpOptions } from '../../http/http-client.ts';
import { secretOf, type AdminLogin } from '../../login.ts';
import { httpGateway } from '../../protocols/http-gateway.ts';
import { openClient } from '../api/client.ts';
import { newApiCapabilities, newApiHost } from '../new-api-host.ts';
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
export function infoOf(http: HttpClient, { version }: PublicStatus): HostInfo {
  const told = http.clean(version.replace(/^v-?/, ''), 40) || 'unknown';
  return { kind: 'new-api', version: told, url: http.baseUrl, capabilities: newApiCapabilities, warnings: [] };
}

/** The host behind a login that it took. */
export function hostOf(info: HostInfo, { client, id, isRoot, makesChannels }: AdminSession, login: AdminLogin): Host {
  return newApiHost({
    info,
    client,
    isRoot,
    makesChannels,
    gateway: httpGateway(client.http),
    command: commandOf(info.url, id, login),
  });
}

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
    const collection = collections.get(kind);
    const path = collection === undefined ? '/api/option/' : `/api/${collection}/${id ?? ''}`;
    // A user is not to be removed for being in a group.
    const removes = does === 'remove' && collection !== undefined && kind !== 'membership' && id !== null;
    return `curl${removes ? ' -X DELETE' : ''} ${headers} '${url}${path}'`;
  };
}
