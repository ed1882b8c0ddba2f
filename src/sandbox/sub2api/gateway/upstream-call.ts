import type { Host } from '../host.ts';
import type { Account } from '../rows.ts';
import { hasBaseUrl } from './upstream-url.ts';

/** An upstream's whole answer. */
export interface UpstreamReply {
  status: number;
  contentType: string;
  body: string;
}

/** No answer came; the message is in the words of the host's HTTP client. */
export class UnreachableError extends Error {}

function reasonOf(error: unknown, url: string): string {
  const { host } = new URL(url);
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : '';
  if (code === 'ECONNREFUSED') return `dial tcp ${host}: connect: connection refused`;
  if (code === 'ENOTFOUND') return 'dial tcp: lookup: no such host';
  if (error instanceof Error && error.name === 'TimeoutError') return 'context deadline exceeded';
  return 'EOF';
}

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
  const method = body === undefined ? 'GET' : 'POST';
  const shown = `${method === 'GET' ? 'Get' : 'Post'} "${url}"`;
  if (!hasBaseUrl(account)) throw new UnreachableError(`${shown}: dial tcp: lookup: no such host`);
  try {
    const response = await fetch(url, {
      method,
      headers: {
        accept: 'application/json',
        ...keyHeader(account),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      signal: AbortSignal.any([host.stopping, AbortSignal.timeout(timeoutMs)]),
    });
    return {
      status: response.status,
      contentType: response.headers.get('content-type') ?? '',
      body: await response.text(),
    };
  } catch (error) {
    throw new UnreachableError(`${shown}: ${reasonOf(error, url)}`);
  }
}
