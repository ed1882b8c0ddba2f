import { parseJson } from '../../../core/parse-json.ts';
import { problem, RelayError } from '../../../core/relay-error.ts';
import type { Host, HostInfo } from '../../host.ts';
import type { ApiClient } from '../../http/api-client.ts';
import type { HttpReply } from '../../http/exchange.ts';
import { HttpClient, type HttpOptions } from '../../http/http-client.ts';
import { wrongAddress } from '../../http/wrong-address.ts';
import { secretOf, type AdminLogin } from '../../login.ts';
import { httpGateway } from '../../protocols/http-gateway.ts';
import { partsOfId } from '../accounts/translate.ts';
import { management, managementClient, openClient } from '../api/client.ts';
import { openReply } from '../api/reply.ts';
import { anything, rootWire } from '../api/wire.ts';
import { clientKeysOf, isBlank } from '../client-keys.ts';
import { HostLists } from '../lists/host-lists.ts';
import { ownAnswer } from '../own-answer.ts';
import { cliproxyapiCapabilities, cliproxyapiHost } from '../cliproxyapi-host.ts';

/** The front page, which everybody is shown. */
export const rootRequest = { method: 'GET', path: '/' } as const;

/** What the front page says, by which the host is told from all others. */
export function isFrontPage(reply: HttpReply): boolean {
  return rootWire.safeParse(parseJson(reply.text)).data?.message === 'CLI Proxy API Server';
}

/** Whether it answers in place of its front page that it was started with a key that everybody knows. */
export function isSafeMode(reply: HttpReply): boolean {
  return reply.headers.has('x-cpa-safe-mode');
}

/** What the host is, and how the login went. */
export interface Session {
  client: ApiClient;
  version: string;
}

/**
 * Logs in, by one request: five failures in a row lock an address out for half an hour. Throws `LOGIN_REFUSED`, and what the
 * host answers otherwise.
 */
export async function logIn(http: HttpClient, login: AdminLogin): Promise<Session> {
  if (!('key' in login))
    throw new RelayError('LOGIN_REFUSED', 'This host knows no users: it takes its management key.', {
      hint: 'Give the key with --admin-key-file, or RELAY_ADMIN_KEY.',
    });
  const client = managementClient(http, login.key);
  const request = { method: 'GET', path: `${management}/openai-compatibility` } as const;
  const reply = await client.ask(request);
  openReply(http, request, reply, anything);
  return { client, version: http.clean(reply.headers.get('x-cpa-version') ?? 'unknown', 40).replace(/^v/, '') };
}

/** Opens a CLIProxyAPI. Writes nothing. Throws with a code that ends the run by exit 3. */
export async function connectCliproxyapi(options: HttpOptions, login: AdminLogin): Promise<Host> {
  const http = new HttpClient(options);
  http.redactor.learn(secretOf(login));
  const reply = await openClient(http).ask(rootRequest);
  if (!isFrontPage(reply) && !isSafeMode(reply))
    throw wrongAddress(http.baseUrl, `${http.baseUrl} does not answer as a CLIProxyAPI does.`, {
      status: reply.status,
      delivery: 'not_applied',
    });
  return hostOf(http, await logIn(http, login));
}

/** The host behind a login that it took. Throws `HostFailure`. */
export async function hostOf(http: HttpClient, { client, version }: Session): Promise<Host> {
  const isOpen = (await clientKeysOf(client)).every(isBlank);
  return cliproxyapiHost({
    info: infoOf(http, version, isOpen),
    client,
    isOpen,
    seen: { lists: new Map(), isSaved: undefined },
    gateway: httpGateway(http, ownAnswer(new HostLists(client))),
    command: commandOf(http.baseUrl),
  });
}

/** What the engine may ask about it. */
export function infoOf(http: HttpClient, version: string, isOpen: boolean): HostInfo {
  const warnings = isOpen
    ? [
        problem(
          'GATEWAY_OPEN',
          'The host has no client keys, so its gateway serves everybody who reaches it; relay adds none.',
        ),
      ]
    : [];
  return { kind: 'cliproxyapi', version, url: http.baseUrl, capabilities: cliproxyapiCapabilities, warnings };
}

/**
 * A key has no address of its own, and a look at its list shows the keys of everybody: what is looked at, and removed, is by
 * relay itself.
 */
function commandOf(url: string): Host['command'] {
  return (does, kind, id) =>
    does === 'remove' && kind === 'account' && id !== null
      ? `relay revoke --fingerprint ${partsOfId(id).fingerprint} --host '${url}'`
      : `relay status --all --host '${url}'`;
}
