import { upstreamMessage } from '../accounts/account-health.ts';
import { json } from '../../reply.ts';
import type { Protocol } from './gateway-forward.ts';

const googleStatus: Record<number, string> = {
  400: 'INVALID_ARGUMENT',
  403: 'PERMISSION_DENIED',
  404: 'NOT_FOUND',
  429: 'RESOURCE_EXHAUSTED',
};

/** A gateway error in the client's protocol. */
export function gatewayFailure(protocol: Protocol, status: number, type: string, message: string): Response {
  if (protocol === 'gemini')
    return json(status, { error: { code: status, message, status: googleStatus[status] ?? 'INTERNAL' } });
  if (protocol === 'messages') return json(status, { error: { message, type }, type: 'error' });
  return json(status, { error: { message, type } });
}

/** Statuses after which the next account is tried. */
export function failsOver(status: number): boolean {
  return [401, 403, 429].includes(status) || status >= 500;
}

/** What the client gets when the last account failed with that status. */
export function mappedFailure(protocol: Protocol, status: number): Response {
  const fail = (code: number, type: string, message: string) => gatewayFailure(protocol, code, type, message);
  if (status === 401)
    return fail(502, 'upstream_error', 'Upstream authentication failed, please contact administrator');
  if (status === 403) return fail(502, 'upstream_error', 'Upstream access forbidden, please contact administrator');
  if (status === 429) return fail(429, 'rate_limit_error', 'Upstream rate limit exceeded, please retry later');
  return fail(502, 'upstream_error', 'Upstream service temporarily unavailable');
}

/** What the client gets when the upstream refused the request itself. */
export function passedFailure(protocol: Protocol, status: number, body: string): Response {
  const type = status === 404 ? 'not_found_error' : status === 400 ? 'invalid_request_error' : 'api_error';
  return gatewayFailure(protocol, status, type, upstreamMessage(body) || 'Upstream request failed');
}
