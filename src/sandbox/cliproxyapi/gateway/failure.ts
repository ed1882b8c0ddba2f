import { isJsonObject, jsonObject, parseJson } from '../../json-object.ts';
import type { Protocol } from './upstream.ts';

/** A request that was not answered: a body of somebody's, or a text of the host's own. */
export class GatewayFailure extends Error {
  readonly status: number;
  readonly headers: Record<string, string>;

  constructor(status: number, said: string, headers: Record<string, string> = {}) {
    super(said);
    this.status = status;
    this.headers = headers;
  }
}

/** What the error in a body calls itself. */
export function errorType(body: string): unknown {
  return jsonObject(jsonObject(parseJson(body))['error'])['type'];
}

/** What the host calls a failure that says nothing of itself. */
function words(status: number): { type: string; code?: string } {
  if (status === 401) return { type: 'authentication_error', code: 'invalid_api_key' };
  if (status === 403) return { type: 'permission_error', code: 'insufficient_quota' };
  if (status === 429) return { type: 'rate_limit_error', code: 'rate_limit_exceeded' };
  if (status === 404) return { type: 'invalid_request_error', code: 'model_not_found' };
  if (status >= 500) return { type: 'server_error', code: 'internal_server_error' };
  return { type: 'invalid_request_error' };
}

/** How Anthropic calls a failure that says nothing of itself. */
function anthropicType(status: number): string {
  const types: Record<number, string> = {
    401: 'authentication_error',
    402: 'billing_error',
    403: 'permission_error',
    404: 'not_found_error',
    413: 'request_too_large',
    429: 'rate_limit_error',
    504: 'timeout_error',
    529: 'overloaded_error',
  };
  return types[status] ?? (status >= 500 ? 'api_error' : 'invalid_request_error');
}

/** A failure as a client of that protocol gets it: a vendor's JSON word for word, other texts in an envelope. */
export function failureReply(
  protocol: Protocol,
  { status, message, headers }: GatewayFailure,
  trace: Record<string, string>,
): Response {
  const body = parseJson(message);
  const error = jsonObject(jsonObject(body)['error']);
  const openai = () => (isJsonObject(body) ? message : JSON.stringify({ error: { message, ...words(status) } }));
  const anthropic = () => {
    const told = { type: error['type'] ?? anthropicType(status), message: error['message'] ?? message };
    return JSON.stringify({ type: 'error', error: told });
  };
  return new Response(protocol === 'messages' ? anthropic() : openai(), {
    status,
    headers: { 'content-type': 'application/json', ...headers, ...trace },
  });
}
