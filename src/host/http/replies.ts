import { HostFailure } from '../host-failure.ts';
import type { HttpReply, ReplyHeaders } from './exchange.ts';
import type { HttpClient, HttpRequest } from './http-client.ts';

/** The failure that a redirect is: it is never followed, since it would carry credentials elsewhere. */
export function redirected(http: HttpClient, request: HttpRequest, reply: HttpReply): HostFailure | undefined {
  const { status } = reply;
  if (status < 300 || status >= 400) return undefined;
  const target = http.clean(reply.headers.get('location') ?? 'elsewhere', 200);
  return new HostFailure(
    'HOST_REDIRECTS',
    `${http.baseUrl} redirects ${request.method} ${request.path} to ${target}.`,
    {
      status,
      delivery: 'not_applied',
      transient: false,
      hint: insteadOf('--host', target, request.path, http.baseUrl),
    },
  );
}

/** What to do about a redirect, where it tells the address that the option should have given. */
export function insteadOf(option: string, target: string, path: string, baseUrl: string): string | undefined {
  if (!URL.canParse(target, baseUrl)) return undefined;
  const { origin, pathname } = new URL(target, baseUrl);
  const root = `${origin}${pathname}`.replace(/\/+$/, '');
  return root.endsWith(path) ? `Give ${option} ${root.slice(0, -path.length)} instead.` : undefined;
}

/** What to do about an answer that, by its look, did not come from the host itself, or comes too often. */
export function adviceOn(reply: HttpReply, isApi: boolean): string | undefined {
  if (reply.status === 429) return 'The host limits how often it is asked; wait a minute.';
  if ([502, 503, 504].includes(reply.status) && !isApi)
    return 'A proxy in between answers, and does not reach the host: check that the host runs, then the proxy.';
  if (!isApi && isHtml(reply))
    return 'A proxy or a firewall in between seems to answer for the host; look at its rules.';
  return undefined;
}

/** Whether it is a word that names a reason, and nothing that was quoted in its place. */
export function isWord(http: HttpClient, text: unknown): text is string {
  return typeof text === 'string' && /^[\w.-]{1,64}$/.test(text) && http.clean(text) === text;
}

/**
 * What a status says about the work. A 500 of this host may come after the work (a row stays without its group), and a
 * gateway error may come from a proxy while the host goes on.
 */
export function phaseOf(
  status: number,
  isApi: boolean,
): { delivery: 'not_applied' | 'unknown'; transient: boolean; maybeInFlight?: boolean } {
  if (status === 429) return { delivery: 'not_applied', transient: true };
  if (status === 502 || status === 504) return { delivery: 'unknown', transient: true, maybeInFlight: true };
  if (status === 503) return { delivery: 'unknown', transient: true };
  if (status >= 500 || status === 408) return { delivery: 'unknown', transient: false };
  return { delivery: isApi || status === 404 ? 'not_applied' : 'unknown', transient: false };
}

/** `Retry-After` in milliseconds, as seconds or as a date. */
export function retryAfter(headers: ReplyHeaders, now: number): number | undefined {
  const value = headers.get('retry-after');
  if (value === null) return undefined;
  const ms = /^\d+$/.test(value) ? Number(value) * 1000 : Date.parse(value) - now;
  return Number.isFinite(ms) ? Math.max(0, ms) : undefined;
}

export function isHtml(reply: HttpReply): boolean {
  return (reply.headers.get('content-type') ?? '').includes('text/html') || /^\s*<(?:!doctype|html)/i.test(reply.text);
}
