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

/** Calls an upstream with a key's headers, a POST when there is a body; ends with the signal. Throws `UnreachableError`. */
export async function askUpstream(
  url: string,
  keyHeaders: Record<string, string>,
  body: unknown,
  signal: AbortSignal,
): Promise<UpstreamReply> {
  const method = body === undefined ? 'GET' : 'POST';
  try {
    const response = await fetch(url, {
      method,
      headers: {
        accept: 'application/json',
        ...keyHeaders,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      signal,
    });
    return {
      status: response.status,
      contentType: response.headers.get('content-type') ?? '',
      body: await response.text(),
    };
  } catch (error) {
    throw new UnreachableError(`${method === 'GET' ? 'Get' : 'Post'} "${url}": ${reasonOf(error, url)}`);
  }
}
