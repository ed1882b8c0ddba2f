import type { Secret } from '../../core/secrets/secret.ts';
import type { Id } from '../account.ts';
import type { WriteResult } from '../host-failure.ts';
import type { ApiClient } from '../http/api-client.ts';
import { readPages } from './api/client.ts';
import { anything, tokenKeyWire, tokenWire, type TokenWire } from './api/wire.ts';

/** The tokens of whoever asks: those of others are shown to nobody. */
export function tokensOf(asker: ApiClient): Promise<TokenWire[]> {
  return readPages(asker, '/api/token/', tokenWire);
}

/** Makes a token of whoever asks, in the group that they are in. `expires`: in seconds since 1970; -1 for never. */
export function createToken(client: ApiClient, name: string, expires: number): Promise<WriteResult<unknown>> {
  const body = { name, group: '', unlimited_quota: true, remain_quota: 0, expired_time: expires };
  return client.write('POST', '/api/token/', body, anything);
}

/** Removes a token of whoever asks. */
export function deleteToken(client: ApiClient, id: Id): Promise<WriteResult<unknown>> {
  return client.write('DELETE', `/api/token/${id}`, undefined, anything);
}

/** The key of a token of whoever asks. Given once more whenever it is asked for, so that asking again is no harm. */
export async function readKey(client: ApiClient, id: Id): Promise<Secret> {
  const request = { method: 'POST', path: `/api/token/${id}/key`, body: {}, countsApart: true } as const;
  const { key } = await client.read(request, tokenKeyWire);
  return client.http.redactor.seal(key.startsWith('sk-') ? key : `sk-${key}`);
}
