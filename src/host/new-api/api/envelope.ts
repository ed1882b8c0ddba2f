import { z } from 'zod';
import { HostFailure } from '../../host-failure.ts';
import type { HttpReply } from '../../http/exchange.ts';
import type { HttpClient, HttpRequest } from '../../http/http-client.ts';
import { adviceOn, isHtml, isWord, phaseOf, redirected, retryAfter } from '../../http/replies.ts';
import { wrongAddress } from '../../http/wrong-address.ts';
import { parseJson } from '../../../core/parse-json.ts';

/** `code` comes with newer builds only; a panic, and paths that are not there, have `error` in the place of all this. */
const envelope = z.looseObject({
  success: z.boolean().optional(),
  message: z.string().optional(),
  code: z.string().optional(),
  data: z.unknown().optional(),
  error: z.looseObject({ message: z.string().optional(), type: z.string().optional() }).optional(),
});

/**
 * The data of a good answer. Nearly every failure comes as 200, so `success` decides; its texts are Chinese or English as
 * the host pleases, and are only shown. Throws `HostFailure`, classified, for any other.
 */
export function openEnvelope<T>(http: HttpClient, request: HttpRequest, reply: HttpReply, schema: z.ZodType<T>): T {
  const { status } = reply;
  const what = `${request.method} ${request.path}`;
  const body = envelope.safeParse(parseJson(reply.text)).data;
  if (status < 200 || status > 299 || body?.success === false) throw refusalOf(http, request, reply);
  if (body?.success === undefined) {
    if (isHtml(reply))
      throw wrongAddress(http.baseUrl, `${http.baseUrl} answers ${what} with a web page instead of the API.`, {
        status,
        delivery: 'unknown',
      });
    throw new HostFailure('HOST_REPLY_UNEXPECTED', `The host answered ${what} with something that is not its API.`, {
      status,
      delivery: 'unknown',
      transient: false,
    });
  }
  const data = schema.safeParse(body.data);
  if (data.success) return data.data;
  const issue = data.error.issues[0];
  throw new HostFailure(
    'HOST_REPLY_UNEXPECTED',
    `The host answered ${what} with data of an unknown shape (${http.clean(`${issue?.path.join('.') ?? ''}: ${issue?.message ?? ''}`, 200)}).`,
    { status, delivery: 'unknown', transient: false },
  );
}

/** What an answer means that is no success. */
function refusalOf(http: HttpClient, request: HttpRequest, reply: HttpReply): HostFailure {
  const elsewhere = redirected(http, request, reply);
  if (elsewhere !== undefined) return elsewhere;
  const { status } = reply;
  const said = envelope.safeParse(parseJson(reply.text)).data;
  const reason = [said?.code, said?.error?.type].find((each) => isWord(http, each));
  const text = said?.message ?? said?.error?.message ?? (isHtml(reply) ? 'a web page' : reply.text);
  const message = http.clean(text, 300);
  if (status === 401)
    return new HostFailure('LOGIN_REFUSED', `The host refuses the login: ${message}.`, {
      status,
      reason,
      said: message,
      delivery: 'not_applied',
      transient: false,
    });
  const phase =
    status === 200
      ? ({ delivery: 'not_applied', transient: isBusy(text) } as const)
      : phaseOf(status, said !== undefined);
  return new HostFailure(
    'HOST_FAILED',
    `The host answered ${request.method} ${request.path} with ${status === 200 ? 'a refusal' : status}${reason === undefined ? '' : ` ${reason}`}: ${message}`,
    {
      status,
      reason,
      said: message,
      ...phase,
      retryAfterMs: retryAfter(reply.headers, http.clock.now()),
      hint: adviceOn(reply, said !== undefined),
    },
  );
}

/** What the database of the host says by itself, in whichever language the host speaks: another write was under way. */
function isBusy(text: string): boolean {
  return /SQLITE_BUSY|database is locked/.test(text);
}
