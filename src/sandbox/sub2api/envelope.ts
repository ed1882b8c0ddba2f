import type { JsonObject } from '../json-object.ts';
import { HostError, json } from '../reply.ts';

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
