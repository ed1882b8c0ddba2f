import { z } from 'zod';
import type { Secret } from '../../core/secrets/secret.ts';
import { HostFailure } from '../host-failure.ts';
import type { CompletionRequest, Gateway, GatewayAnswer } from '../gateway.ts';
import type { HttpReply } from '../http/exchange.ts';
import type { HttpClient, HttpRequest } from '../http/http-client.ts';
import { completionHttp, faultOfAnswer } from './completion.ts';
import { isHtml } from '../http/replies.ts';
import { parseJson } from '../../core/parse-json.ts';

const modelList = z.looseObject({ data: z.array(z.looseObject({ id: z.string() })) });
const refusal = z.looseObject({
  message: z.string().optional(),
  error: z
    .union([z.string(), z.looseObject({ message: z.string().optional(), type: z.string().optional() })])
    .optional(),
});

/** A completion waits for the vendor. */
const completionMs = 120_000;

/** Why a good answer proves nothing, in words; nothing where it does. */
export type Judge = (reply: HttpReply, request: CompletionRequest) => Promise<string | undefined>;

/** The `/v1` side of the host, with a user's key. `judge`: looks at completions that were answered well. */
export function httpGateway(http: HttpClient, judge?: Judge): Gateway {
  const ask = async <T>(
    key: Secret,
    request: HttpRequest,
    read: (body: unknown) => T | string,
    objection: (reply: HttpReply) => Promise<string | undefined> = async () => undefined,
  ): Promise<GatewayAnswer<T>> => {
    let reply: HttpReply;
    try {
      reply = await http.send({ ...request, headers: { authorization: `Bearer ${key.open()}` } });
    } catch (failure) {
      if (!(failure instanceof HostFailure)) throw failure;
      return { ok: false, status: null, message: failure.message, retryable: true };
    }
    if (reply.status !== 200) return refused(http, reply);
    const value = isHtml(reply) ? 'the answer is a web page' : read(parseJson(reply.text));
    if (typeof value === 'string') return { ok: false, status: 200, message: value, retryable: false };
    const message = await objection(reply);
    return message === undefined
      ? { ok: true, status: 200, value }
      : { ok: false, status: 200, message, retryable: true };
  };

  return {
    models: (key, signal) => ask(key, { method: 'GET', path: '/v1/models', signal }, (body) => modelNames(http, body)),
    complete: async (key, request, signal) => {
      const answer = await ask(
        key,
        { ...completionHttp(request), timeoutMs: completionMs, signal },
        (body) => faultOfAnswer(request.platform, body) ?? null,
        (reply) => judge?.(reply, request) ?? Promise.resolve(undefined),
      );
      return answer.ok ? { ...answer, value: undefined } : answer;
    },
    connection: (request) => {
      const { path, body } = completionHttp(request);
      const baseUrl = request.platform === 'openai' ? `${http.baseUrl}/v1` : http.baseUrl;
      const example = `curl ${quote(http.baseUrl + path)} -H 'Authorization: Bearer YOUR_KEY' -H 'Content-Type: application/json' -d ${quote(JSON.stringify(body))}`;
      return { baseUrl, example };
    },
  };
}

function modelNames(http: HttpClient, body: unknown): string[] | string {
  const list = modelList.safeParse(body).data;
  return list?.data.map((model) => http.name(model.id.trim())) ?? 'the answer is not a model list';
}

/** Statuses that a gateway gives for a while after it was provisioned (rule B24). */
function refused(http: HttpClient, reply: HttpReply): GatewayAnswer<never> {
  const said = refusal.safeParse(parseJson(reply.text)).data;
  const error = typeof said?.error === 'object' ? said.error : undefined;
  const text = said?.message ?? error?.message ?? (isHtml(reply) ? 'a web page' : reply.text);
  const retryable =
    reply.status === 503 ||
    reply.status === 403 ||
    reply.status === 429 ||
    (reply.status === 404 && error?.type === 'model_not_found');
  return { ok: false, status: reply.status, message: http.clean(`${reply.status}: ${text}`, 300), retryable };
}

/** Safe inside a POSIX shell. */
function quote(text: string): string {
  return `'${text.replaceAll("'", String.raw`'\''`)}'`;
}
