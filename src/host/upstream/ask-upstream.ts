import type { Platform } from '../../core/modes.ts';
import { parseJson } from '../../core/parse-json.ts';
import { RelayError } from '../../core/relay-error.ts';
import type { Secret } from '../../core/secrets/secret.ts';
import { HostFailure } from '../host-failure.ts';
import { TooLarge } from '../http/exchange.ts';
import type { HttpClient, HttpRequest } from '../http/http-client.ts';
import { insteadOf, isHtml } from '../http/replies.ts';
import { keyHeaders, upstreamPath } from '../protocols/upstream-request.ts';

/** An upstream as a client reaches it: `http` stands at its base URL. Without a key it is asked without one. */
export interface Upstream {
  platform: Platform;
  http: HttpClient;
  key: Secret | null;
}

/** Larger is no list of models, in bytes. */
const maxBytes = 8 * 1024 * 1024;

/**
 * Sends one request to an upstream and gives the JSON of its answer. Throws `UPSTREAM_UNREACHABLE` where none came or the
 * upstream has no time, `UPSTREAM_REFUSED` for its no to the key, and `UPSTREAM_WRONG_ADDRESS` for whatever is no such API.
 */
export async function askUpstream(
  { platform, http, key }: Upstream,
  request: Pick<HttpRequest, 'method' | 'path' | 'query' | 'body' | 'timeoutMs' | 'signal'>,
): Promise<unknown> {
  const path = upstreamPath(platform, request.path);
  const where = `${http.baseUrl}${path}`;
  const headers = key === null ? {} : keyHeaders(platform, key);
  const reply = await http.send({ ...request, path, headers, maxBytes }).catch((failure: unknown) => {
    const { aborted, reason } = request.signal ?? {};
    if (aborted === true && reason instanceof RelayError) throw reason;
    if (!(failure instanceof HostFailure)) throw failure;
    if (isTooLarge(failure.cause))
      throw new RelayError('UPSTREAM_LIST_UNUSABLE', `${where} answered with more than ${maxBytes / 1024 / 1024} MiB.`);
    const { message, hint } = failure;
    throw new RelayError('UPSTREAM_UNREACHABLE', message, { hint, cause: failure });
  });
  const { status, text } = reply;
  const said = isHtml(reply) ? 'a web page' : http.clean(text, 200);
  const wrong = (how: string, hint?: string) =>
    new RelayError('UPSTREAM_WRONG_ADDRESS', `${where} ${how}.`, hint === undefined ? {} : { hint });
  if (status === 401 || status === 403 || isBadKey(platform, status, text))
    throw new RelayError('UPSTREAM_REFUSED', `${where} answered ${status}: ${said}`);
  if (status === 429 || status >= 500)
    throw new RelayError('UPSTREAM_UNREACHABLE', `${where} answered ${status}: ${said}`, {
      hint: 'The upstream has no time, or is broken: run the same again later.',
    });
  if (status >= 300 && status < 400) {
    const target = http.clean(reply.headers.get('location') ?? 'elsewhere', 200);
    throw wrong(`redirects to ${target}`, insteadOf('--base-url', target, path, http.baseUrl));
  }
  if (status !== 200) throw wrong(`answered ${status}: ${said}`);
  const value = isHtml(reply) ? undefined : parseJson(text.replace(/^\uFEFF/, ''));
  if (value === undefined) throw wrong(`answered with ${isHtml(reply) ? 'a web page' : 'something that is not JSON'}`);
  return value;
}

/** What fetch and proxies wrap once or twice. */
function isTooLarge(cause: unknown): boolean {
  return cause instanceof TooLarge || (cause instanceof Error && isTooLarge(cause.cause));
}

/** Gemini answers 400, not 401, to a key that it does not know. */
function isBadKey(platform: Platform, status: number, text: string): boolean {
  return platform === 'gemini' && status === 400 && /API_KEY_INVALID|API key not valid/.test(text);
}
