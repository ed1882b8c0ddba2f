import { z } from 'zod';
import { HostFailure } from '../../host-failure.ts';
import { adviceOn, isHtml, isWord, phaseOf, redirected, retryAfter } from '../../http/replies.ts';
import type { HttpReply } from '../../http/exchange.ts';
import type { HttpClient, HttpRequest } from '../../http/http-client.ts';
import { wrongAddress } from '../../http/wrong-address.ts';
import { parseJson } from '../../../core/parse-json.ts';

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
  const body = parseJson(reply.text);
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
  const elsewhere = redirected(http, request, reply);
  if (elsewhere !== undefined) return elsewhere;
  const said = refusal.safeParse(parseJson(reply.text)).data;
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
