import type { JsonObject } from '../json-object.ts';

const jsonType = 'application/json; charset=utf-8';

/** A refusal; thrown by routes, answered with its body. */
export class HostError extends Error {
  readonly status: number;
  readonly body: unknown;
  readonly headers: Record<string, string>;

  constructor(status: number, body: unknown, headers: Record<string, string> = {}) {
    super(JSON.stringify(body));
    this.status = status;
    this.body = body;
    this.headers = headers;
  }
}

/** A JSON reply with the host's content type. */
export function json(status: number, body: unknown, headers: Record<string, string> = {}): Response {
  return new Response(JSON.stringify(body), { status, headers: { 'content-type': jsonType, ...headers } });
}

/** A plain text reply. */
export function plain(status: number, body: string): Response {
  return new Response(body, { status, headers: { 'content-type': 'text/plain' } });
}

/** The success envelope. */
export function success(data: unknown, status = 200, headers: Record<string, string> = {}): Response {
  return json(status, { code: 0, message: 'success', data }, headers);
}

/** A refusal in the envelope with a numeric code. */
export function refusal(status: number, message: string, reason?: string, metadata?: JsonObject): HostError {
  return new HostError(status, {
    code: status,
    message,
    ...(reason === undefined ? {} : { reason }),
    ...(metadata === undefined ? {} : { metadata }),
  });
}

/** A refusal with a text code. */
export function codeRefusal(status: number, code: string, message: string, metadata?: JsonObject): HostError {
  return new HostError(status, { code, message, ...(metadata === undefined ? {} : { metadata }) });
}

/** The answer to every failure that the host does not explain. */
export function internalError(): HostError {
  return refusal(500, 'internal error');
}
