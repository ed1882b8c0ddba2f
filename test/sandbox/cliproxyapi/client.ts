import type { CliProxy } from '../../support/start-sandbox.ts';
import { exchange, type Loose, type Reply } from '../exchange.ts';

const root = '/v0/management';

/** One request of management; the management key is sent unless other headers are given. */
export function ask(
  host: CliProxy,
  call: string,
  body?: unknown,
  headers: Record<string, string> = { authorization: `Bearer ${host.adminKey}` },
): Promise<Reply> {
  const [method = 'GET', path = ''] = call.split(' ');
  return exchange(host.url + root + path, method, body, headers);
}

/** A list as it is read. */
export async function list(host: CliProxy, name = 'openai-compatibility'): Promise<Loose> {
  return (await ask(host, `GET /${name}`)).body[name];
}

/** A provider at the sandbox's vendor. */
export function provider(host: CliProxy, more: Record<string, unknown> = {}, keys = ['sk-good-1']): Loose {
  return {
    name: 'relay:acme',
    'base-url': `${host.vendorUrl}/v1`,
    'api-key-entries': keys.map((key) => ({ 'api-key': key })),
    models: [{ name: 'up-a', alias: 'ali-a' }],
    ...more,
  };
}

/** Replaces the providers. */
export function putProviders(host: CliProxy, providers: unknown): Promise<Reply> {
  return ask(host, 'PUT /openai-compatibility', providers);
}

/** Replaces the keys of the one provider. */
export function putKeys(host: CliProxy, ...keys: string[]): Promise<Reply> {
  return putProviders(host, [provider(host, {}, keys)]);
}

/** A request of the gateway; the client key is sent unless other headers are given. */
export function gateway(
  host: CliProxy,
  call: string,
  body?: unknown,
  headers: Record<string, string> = { authorization: `Bearer ${host.clientKey}` },
): Promise<Reply> {
  const [method = 'GET', path = ''] = call.split(' ');
  return exchange(host.url + path, method, body, headers);
}

/** A completion through the gateway. */
export function complete(host: CliProxy, model = 'ali-a', headers?: Record<string, string>): Promise<Reply> {
  const all = headers === undefined ? undefined : { authorization: `Bearer ${host.clientKey}`, ...headers };
  return gateway(host, 'POST /v1/chat/completions', { model, messages: [{ role: 'user', content: 'hi' }] }, all);
}

/** The names of the models that the gateway lists. */
export async function models(host: CliProxy): Promise<string[]> {
  return (await gateway(host, 'GET /v1/models')).body.data.map(({ id }: Loose) => id as string).toSorted();
}
