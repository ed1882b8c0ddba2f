import { createHmac } from 'node:crypto';
import type { Problem } from '../../core/relay-error.ts';
import { Secret } from '../../core/secrets/secret.ts';
import type { Host, HostInfo, ObjectKind } from '../host.ts';
import { HttpClient, type HttpOptions } from '../http-client.ts';
import { AdminClient } from './api/admin-client.ts';
import { sub2apiGateway } from './gateway.ts';
import { identityOf } from './identity.ts';
import { logIn, loginArguments, checkGates, secretOf, type AdminLogin } from './login.ts';
import { sub2apiProbes } from './probes.ts';
import { readSettings, type PublicSettings } from './public-settings.ts';
import { sub2apiReads } from './reads.ts';
import { checkVersion, featuresOf } from './version.ts';
import { sub2apiWrites } from './writes.ts';
import { upstreamBase } from './upstream-base.ts';

/**
 * Opens a sub2api host: is it there, set up, of a version that is known, and is the login good? Writes nothing. Throws
 * with a code that ends the run by exit 3.
 */
export async function connectSub2api(options: HttpOptions, login: AdminLogin): Promise<Host> {
  const http = new HttpClient(options);
  http.redactor.learn(secretOf(login));
  const open = new AdminClient(http, () => ({}));
  const settings = await readSettings(open);
  const known = checkVersion(settings.version, http);
  const credentials = await logIn(open, login, settings);
  const client = open.as(credentials);
  await checkGates(client);
  return hostOf(infoOf(http, known, settings), client, login);
}

/** What the engine may ask about a host that said so much of itself. */
export function infoOf(
  http: HttpClient,
  { version, warnings }: { version: string; warnings: Problem[] },
  settings: PublicSettings,
): HostInfo {
  return { kind: 'sub2api', version, url: http.baseUrl, features: featuresOf(version, settings), warnings };
}

/** The host behind a login that it took. */
export function hostOf(info: HostInfo, client: AdminClient, login: AdminLogin): Host {
  const { http } = client;
  const writes = sub2apiWrites(client);
  const gateway = sub2apiGateway(http);
  const asking = (asker: AdminClient): Host => ({
    info,
    reads: sub2apiReads(asker),
    writes,
    probes: sub2apiProbes(asker),
    gateway,
    until: (signal) => asking(asker.until(signal)),
    time: () => http.hostTime(),
    identity: () => identityOf(asker),
    derive: (purpose) => {
      const secret = createHmac('sha256', secretOf(login).open()).update(`relay.derived/1 ${purpose}`).digest('hex');
      const derived = new Secret(secret);
      http.redactor.learn(derived);
      return derived;
    },
    upstreamBase,
    command: (does, kind, id) =>
      `curl${does === 'remove' && id !== null ? ' -X DELETE' : ''} ${loginArguments(login, http.baseUrl)} '${http.baseUrl}${pathOf(kind)}${id === null ? '' : `/${id}`}'`,
  });
  return asking(client);
}

function pathOf(kind: ObjectKind): string {
  const collections: Record<ObjectKind, string> = {
    group: 'groups',
    channel: 'channels',
    tariff: 'payment/plans',
    account: 'accounts',
    subscription: 'subscriptions',
    user: 'users',
  };
  return `/api/v1/admin/${collections[kind]}`;
}
