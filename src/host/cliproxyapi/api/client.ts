import type { Secret } from '../../../core/secrets/secret.ts';
import { ApiClient } from '../../http/api-client.ts';
import type { HttpClient } from '../../http/http-client.ts';
import { openReply } from './reply.ts';

/** Where the management API stands. No path of it ends with a slash: the host would redirect. */
export const management = '/v0/management';

/** Speaks to a host without a login: to its front page, and to its gateway. */
export function openClient(http: HttpClient): ApiClient {
  return new ApiClient(http, { open: openReply }, () => ({}));
}

/** Speaks to the management API. Whoever fails five times in a row is locked out, so a refusal is never tried again. */
export function managementClient(http: HttpClient, key: Secret): ApiClient {
  return openClient(http).as(() => ({ authorization: `Bearer ${key.open()}` }));
}
