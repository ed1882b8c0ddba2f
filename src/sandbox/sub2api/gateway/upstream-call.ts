import { askUpstream, UnreachableError, type UpstreamReply } from '../../upstream.ts';
import type { Host } from '../host.ts';
import type { Account } from '../rows.ts';
import { hasBaseUrl } from './upstream-url.ts';

/** The header that carries the account's key to its upstream. */
function keyHeader(account: Account): Record<string, string> {
  const key = String(account.credentials['api_key'] ?? '');
  if (account.platform === 'gemini') return { 'x-goog-api-key': key };
  if (account.platform === 'openai') return { authorization: `Bearer ${key}` };
  return { 'x-api-key': key, 'anthropic-version': '2023-06-01' };
}

/** Calls an account's upstream, a POST when there is a body. Only the account's own base URL is ever called. */
export async function callUpstream(
  host: Host,
  account: Account,
  url: string,
  body?: unknown,
  timeoutMs = 600_000,
): Promise<UpstreamReply> {
  if (!hasBaseUrl(account))
    throw new UnreachableError(`${body === undefined ? 'Get' : 'Post'} "${url}": dial tcp: lookup: no such host`);
  return askUpstream(url, keyHeader(account), body, AbortSignal.any([host.stopping, AbortSignal.timeout(timeoutMs)]));
}
