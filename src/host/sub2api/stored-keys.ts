import type { Secret } from '../../core/secrets/secret.ts';
import { HostFailure } from '../host-failure.ts';
import type { HttpRequest } from '../http/http-client.ts';
import type { Id } from '../account.ts';
import type { ApiClient } from '../http/api-client.ts';
import { adminSettingsWire, anything, exportWire } from './api/wire.ts';

const exportOf = (id: Id): HttpRequest => ({
  method: 'GET',
  path: '/api/v1/admin/accounts/data',
  query: { ids: id, include_proxies: 'false' },
});

/** The key that an account holds, unless it is kept back. Throws `HostFailure`. */
export async function storedKey(client: ApiClient, id: Id): Promise<Secret | undefined> {
  const exported = await client.read(exportOf(id), exportWire).catch((failure: unknown) => {
    if (isKeptBack(failure)) return { accounts: [] };
    throw failure;
  });
  const key = exported.accounts.length === 1 ? exported.accounts[0]?.credentials['api_key'] : undefined;
  return typeof key === 'string' && key !== '' ? client.http.redactor.seal(key) : undefined;
}

/**
 * Whether the host keeps stored keys back. 0.1.179 has a setting for it; where there is none, the host is asked for the
 * key of an account that cannot be: 0.1.159 keeps all back, 0.1.129 none. Throws `HostFailure`.
 */
export async function keepsKeysBack(client: ApiClient): Promise<boolean> {
  const { step_up_enabled: setting } = await client.get('/api/v1/admin/settings', adminSettingsWire);
  if (setting !== undefined) return setting;
  return client.read(exportOf('0'), anything).then(() => false, isKeptBack);
}

/** Only a person gets the keys, after a second factor. Any other refusal says nothing about them. */
function isKeptBack(failure: unknown): boolean {
  return failure instanceof HostFailure && failure.status === 403 && failure.reason?.startsWith('STEP_UP_') === true;
}
