import type { z } from 'zod';
import { parseJson } from '../../../core/parse-json.ts';
import { HostFailure } from '../../host-failure.ts';
import type { HttpReply } from '../../http/exchange.ts';
import type { HttpClient, HttpRequest } from '../../http/http-client.ts';
import { adviceOn, isHtml, phaseOf, redirected, retryAfter } from '../../http/replies.ts';
import { wrongAddress } from '../../http/wrong-address.ts';
import { errorWire } from './wire.ts';

/** Told by a 403 once an address has failed five times in a row: for half an hour nothing else is answered to it. */
const banned = /IP banned/i;

/** The data of a good answer, which is JSON without any frame. Throws `HostFailure`, classified, for any other. */
export function openReply<T>(http: HttpClient, request: HttpRequest, reply: HttpReply, schema: z.ZodType<T>): T {
  const { status } = reply;
  const what = `${request.method} ${request.path}`;
  if (status < 200 || status > 299) throw refusalOf(http, request, reply);
  const body = parseJson(reply.text);
  const read = schema.safeParse(body);
  if (body !== undefined && read.success) return read.data;
  if (isHtml(reply))
    throw wrongAddress(http.baseUrl, `${http.baseUrl} answers ${what} with a web page instead of the API.`, {
      status,
      delivery: 'unknown',
    });
  const where = read.success ? 'it is no JSON' : `${read.error.issues[0]?.path.join('.') ?? ''} is not as expected`;
  throw new HostFailure(
    'HOST_REPLY_UNEXPECTED',
    `The host answered ${what} with data of an unknown shape (${http.clean(where, 200)}).`,
    {
      status,
      delivery: 'unknown',
      transient: false,
    },
  );
}

function refusalOf(http: HttpClient, request: HttpRequest, reply: HttpReply): HostFailure {
  const elsewhere = redirected(http, request, reply);
  if (elsewhere !== undefined) return elsewhere;
  const { status } = reply;
  const said = errorWire.safeParse(parseJson(reply.text)).data;
  const message = http.clean([said?.error, said?.message].filter(Boolean).join(': ') || reply.text, 300);
  const facts = { status, said: message, delivery: 'not_applied', transient: false } as const;
  if (status === 404 && reply.text === '' && !reply.headers.has('x-cpa-version'))
    return new HostFailure('LOGIN_REFUSED', `The management of ${http.baseUrl} is switched off.`, {
      ...facts,
      hint: 'Set remote-management.secret-key in the configuration of the host, or MANAGEMENT_PASSWORD; in home mode, ask its control node.',
    });
  if (status === 403 && banned.test(message))
    return new HostFailure('LOGIN_REFUSED', `The host has locked this address out: ${message}`, {
      ...facts,
      hint: 'Five logins in a row have failed from here. Wait half an hour, or restart the host; then check the management key.',
    });
  if (status === 401 || status === 403)
    return new HostFailure('LOGIN_REFUSED', `The host refuses the login: ${message}.`, {
      ...facts,
      hint:
        status === 403
          ? 'Set remote-management.allow-remote in the configuration of the host, or run relay on its machine.'
          : 'Check the management key; after five failures in a row the host locks an address out for half an hour.',
    });
  // What could not be written to the file stands in memory all the same, until something else is saved or read.
  const phase =
    status === 500 && said !== undefined
      ? ({ delivery: 'unknown', transient: false } as const)
      : phaseOf(status, said !== undefined);
  return new HostFailure(
    'HOST_FAILED',
    `The host answered ${request.method} ${request.path} with ${status}${message === '' ? '' : `: ${message}`}`,
    {
      status,
      said: message,
      ...phase,
      retryAfterMs: retryAfter(reply.headers, http.clock.now()),
      hint: adviceOn(reply, said !== undefined),
    },
  );
}
