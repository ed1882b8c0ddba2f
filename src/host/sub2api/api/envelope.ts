import { z } from 'zod';
import { HostFailure } from '../../host-failure.ts';
import type { HttpClient, HttpReply, HttpRequest } from '../../http-client.ts';
import { wrongAddress } from '../../wrong-address.ts';

/** The four shapes in which this host says no: `code` is a number or a word, or `error` stands in its place. */
const refusal = z.looseObject({
  code: z.union([z.number(), z.string()]).optional(),
  error: z.string().optional(),
  message: z.string().optional(),
  reason: z.string().optional(),
  metadata: z.record(z.string(), z.string()).optional().catch(undefined),
});

const success = z.looseObject({ code: z.literal(0), data: z.unknown().optional() });

/** The data of a good answer. Throws `HostFailure`, classified, for any other. */
export function openEnvelope<T>(http: HttpClient, request: HttpRequest, reply: HttpReply, schema: z.ZodType<T>): T {
  if (reply.status < 200 || reply.status > 299) throw refusalOf(http, request, reply);
  const what = `${request.method} ${request.path}`;
  const body = parseJson(reply);
  const envelope = success.safeParse(body);
  if (!envelope.success) {
    if (isHtml(reply))
      throw wrongAddress(http.baseUrl, `${http.baseUrl} answers ${what} with a web page instead of the API.`, {
        status: reply.status,
        delivery: 'unknown',
      });
    throw new HostFailure('HOST_REPLY_UNEXPECTED', `The host answered ${what} with something that is not its API.`, {
      status: reply.status,
      delivery: 'unknown',
      transient: false,
    });
  }
  const data = schema.safeParse(envelope.data.data);
  if (data.success) return data.data;
  const issue = data.error.issues[0];
  throw new HostFailure(
    'HOST_REPLY_UNEXPECTED',
    `The host answered ${what} with data of an unknown shape (${http.clean(`${issue?.path.join('.') ?? ''}: ${issue?.message ?? ''}`, 200)}).`,
    { status: reply.status, delivery: 'unknown', transient: false },
  );
}

/** What an answer means that is no success. */
export function refusalOf(http: HttpClient, request: HttpRequest, reply: HttpReply): HostFailure {
  const { status } = reply;
  const what = `${request.method} ${request.path}`;
  if (status >= 300 && status < 400) {
    const target = http.clean(reply.headers.get('location') ?? 'elsewhere', 200);
    return new HostFailure('HOST_REDIRECTS', `${http.baseUrl} redirects ${what} to ${target}.`, {
      status,
      delivery: 'not_applied',
      transient: false,
      hint: rootBehind(target, request.path, http.baseUrl),
    });
  }
  const said = refusal.safeParse(parseJson(reply)).data;
  const reason = [said?.reason, said?.code, said?.error].find((each) => isWord(http, each));
  const message =
    said?.message === undefined
      ? isHtml(reply)
        ? 'a web page'
        : http.clean(reply.text, 200)
      : http.clean(said.message);
  if (status === 423) return complianceGate(http, status, reason, said?.metadata ?? {});
  if (status === 401 || (status === 403 && reason === 'FORBIDDEN')) {
    return new HostFailure('LOGIN_REFUSED', `The host refuses the login: ${message}.`, {
      status,
      reason,
      delivery: 'not_applied',
      transient: false,
    });
  }
  const facts = {
    status,
    reason,
    said: message,
    ...phaseOf(status, said !== undefined),
    retryAfterMs: retryAfter(reply.headers, http.clock.now()),
    hint: adviceOn(reply, said !== undefined),
  };
  return new HostFailure(
    'HOST_FAILED',
    `The host answered ${what} with ${status}${reason === undefined ? '' : ` ${reason}`}: ${message}`,
    facts,
  );
}

/** What to do about a redirect, where it tells the address of the host itself. */
function rootBehind(target: string, path: string, baseUrl: string): string | undefined {
  if (!URL.canParse(target, baseUrl)) return undefined;
  const { origin, pathname } = new URL(target, baseUrl);
  const root = `${origin}${pathname}`.replace(/\/+$/, '');
  return root.endsWith(path) ? `Give --host ${root.slice(0, -path.length)} instead.` : undefined;
}

/** What to do about an answer that, by its look, did not come from the host itself, or comes too often. */
function adviceOn(reply: HttpReply, isApi: boolean): string | undefined {
  if (reply.status === 429) return 'The host limits how often it is asked; wait a minute.';
  if ([502, 503, 504].includes(reply.status) && !isApi)
    return 'A proxy in between answers, and does not reach the host: check that the host runs, then the proxy.';
  if (!isApi && isHtml(reply))
    return 'A proxy or a firewall in between seems to answer for the host; look at its rules.';
  return undefined;
}

/** Whether it is a word that names a reason, and nothing that was quoted in its place. */
function isWord(http: HttpClient, text: unknown): text is string {
  return typeof text === 'string' && /^[\w.-]{1,64}$/.test(text) && http.clean(text) === text;
}

/**
 * What a status says about the work. A 500 of this host may come after the work (a row stays without its group), and a
 * gateway error may come from a proxy while the host goes on.
 */
function phaseOf(
  status: number,
  isApi: boolean,
): { delivery: 'not_applied' | 'unknown'; transient: boolean; maybeInFlight?: boolean } {
  if (status === 429) return { delivery: 'not_applied', transient: true };
  if (status === 502 || status === 504) return { delivery: 'unknown', transient: true, maybeInFlight: true };
  if (status === 503) return { delivery: 'unknown', transient: true };
  if (status >= 500 || status === 408) return { delivery: 'unknown', transient: false };
  return { delivery: isApi || status === 404 ? 'not_applied' : 'unknown', transient: false };
}

function complianceGate(
  http: HttpClient,
  status: number,
  reason: string | undefined,
  metadata: Record<string, string>,
): HostFailure {
  const document = http.clean(metadata['document_url_en'] ?? metadata['document_path_en'] ?? 'the admin panel', 300);
  const version = http.clean(metadata['version'] ?? 'unknown', 40);
  return new HostFailure(
    'COMPLIANCE_GATE',
    `The host is locked until its operator accepts its compliance terms (version ${version}): ${document}`,
    { status, reason, delivery: 'not_applied', transient: false },
  );
}

/** `Retry-After` in milliseconds, as seconds or as a date. */
function retryAfter(headers: Headers, now: number): number | undefined {
  const value = headers.get('retry-after');
  if (value === null) return undefined;
  const ms = /^\d+$/.test(value) ? Number(value) * 1000 : Date.parse(value) - now;
  return Number.isFinite(ms) ? Math.max(0, ms) : undefined;
}

export function parseJson(reply: HttpReply): unknown {
  try {
    return JSON.parse(reply.text);
  } catch {
    return undefined;
  }
}

export function isHtml(reply: HttpReply): boolean {
  return (reply.headers.get('content-type') ?? '').includes('text/html') || /^\s*<(?:!doctype|html)/i.test(reply.text);
}
