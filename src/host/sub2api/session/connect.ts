import { createHmac } from 'node:crypto';
import type { Problem } from '../../../core/relay-error.ts';
import { gatedGateway } from '../../gated.ts';
import type { Gateway } from '../../gateway.ts';
import type { HostInfo } from '../../host.ts';
import { HttpClient, type HttpOptions } from '../../http/http-client.ts';
import { openClient } from '../api/admin-client.ts';
import type { ApiClient } from '../../http/api-client.ts';
import { httpGateway } from '../../protocols/http-gateway.ts';
import { identityOf } from './identity.ts';
import { logIn, loginArguments, checkGates } from './login.ts';
import { secretOf, type AdminLogin } from '../../login.ts';
import { sub2apiProof } from '../proof.ts';
import { readSettings, type PublicSettings } from './public-settings.ts';
import { sub2apiReads } from '../reads.ts';
import { checkVersion, capabilitiesOf } from './version.ts';
import { sub2apiWrites } from '../writes.ts';
import { sub2apiHost, type Sub2apiHost, type Sub2apiParts } from '../sub2api-host.ts';

/**
 * Opens a sub2api host: is it there, set up, of a version that is known, and is the login good? Writes nothing. Throws
 * with a code that ends the run by exit 3.
 */
export async function connectSub2api(options: HttpOptions, login: AdminLogin): Promise<Sub2apiHost> {
  return sub2apiHost(await reachSub2api(options, login));
}

/** The same, without the port over it. */
export async function reachSub2api(options: HttpOptions, login: AdminLogin): Promise<Sub2apiParts> {
  const http = new HttpClient(options);
  http.redactor.learn(secretOf(login));
  const open = openClient(http);
  const settings = await readSettings(open);
  const known = checkVersion(settings.version, http);
  const credentials = await logIn(open, login, settings);
  const client = open.as(credentials);
  await checkGates(client);
  return partsOf(infoOf(http, known, settings), client, login);
}

/** What the engine may ask about a host that said so much of itself. */
export function infoOf(
  http: HttpClient,
  { version, warnings }: { version: string; warnings: Problem[] },
  settings: PublicSettings,
): HostInfo {
  return { kind: 'sub2api', version, url: http.baseUrl, capabilities: capabilitiesOf(version, settings), warnings };
}

/** The host behind a login that it took. */
export function hostOf(info: HostInfo, client: ApiClient, login: AdminLogin): Sub2apiHost {
  return sub2apiHost(partsOf(info, client, login));
}

function partsOf(
  info: HostInfo,
  client: ApiClient,
  login: AdminLogin,
  gateway: Gateway = httpGateway(client.http),
): Sub2apiParts {
  const { http } = client;
  return {
    info,
    asking: (signal) => {
      const asker = signal === null ? client : client.until(signal);
      return { reads: sub2apiReads(asker), proof: sub2apiProof(asker.asWrites()), identity: () => identityOf(asker) };
    },
    writes: sub2apiWrites(client),
    gateway,
    through: (gate) => partsOf(info, client.through(gate), login, gatedGateway(gateway, gate)),
    time: () => http.hostTime(),
    derive: (purpose) => {
      const secret = createHmac('sha256', secretOf(login).open()).update(`relay.derived/1 ${purpose}`).digest('hex');
      return http.redactor.seal(secret);
    },
    command: (does, kind, id) =>
      `curl${does === 'remove' && id !== null ? ' -X DELETE' : ''} ${loginArguments(login, http.baseUrl)} '${http.baseUrl}${pathOf(kind)}${id === null ? '' : `/${id}`}'`,
  };
}

const collections = new Map([
  ['group', 'groups'],
  ['channel', 'channels'],
  ['tariff', 'payment/plans'],
  ['account', 'accounts'],
  ['subscription', 'subscriptions'],
  ['user', 'users'],
]);

function pathOf(kind: string): string {
  return `/api/v1/admin/${collections.get(kind) ?? kind}`;
}
