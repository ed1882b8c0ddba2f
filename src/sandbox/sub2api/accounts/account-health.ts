import type { Host } from '../host.ts';
import { jsonObject, parseJson } from '../../json-object.ts';
import type { Account } from '../rows.ts';
import { timestamp } from '../state.ts';

/** Puts an account into status `error`. */
export function markError(host: Host, account: Account, message: string): void {
  account.status = 'error';
  account.error_message = message;
  if (host.features.errorUnschedules) account.schedulable = false;
  account.updated_at = timestamp();
}

/** Ends every trouble; an account that the later version unscheduled stays so. */
export function recover(account: Account): void {
  if (account.status === 'error') account.status = 'active';
  account.error_message = '';
  account.rate_limited_at = null;
  account.rate_limit_reset_at = null;
  account.temp_unschedulable_until = null;
  account.temp_unschedulable_reason = '';
  account.updated_at = timestamp();
}

/** The words of an upstream's error body. */
export function upstreamMessage(body: string): string {
  const parsed = jsonObject(parseJson(body));
  const message = jsonObject(parsed['error'])['message'] ?? parsed['message'];
  return typeof message === 'string' ? message.slice(0, 512) : '';
}

function forbid(host: Host, account: Account, body: string): void {
  const detail = upstreamMessage(body) || body.slice(0, 512) || 'account may be suspended or lack permissions';
  const message = `Access forbidden (403): ${detail}`;
  if (account.platform !== 'openai') return markError(host, account, message);
  account.temp_unschedulable_until = timestamp(Date.now() + 10 * 60_000);
  account.temp_unschedulable_reason = `OpenAI 403 temporary cooldown (1/3): ${message}`;
}

/** Marks a limit the way the host does when the upstream names no end: five seconds. */
export function limitRate(account: Account): void {
  account.rate_limited_at = timestamp();
  account.rate_limit_reset_at = timestamp(Date.now() + 5_000);
}

/** What an upstream failure on the gateway does to the account; pool mode is spared. */
export function suffer(host: Host, account: Account, status: number, body: string): void {
  if (account.credentials['pool_mode'] === true) return;
  const message = upstreamMessage(body);
  if (status === 401)
    markError(host, account, `Authentication failed (401): ${message || 'invalid or expired credentials'}`);
  if (status === 403) forbid(host, account, body);
  if (status === 429 && (account.platform !== 'anthropic' || host.features.limitsAnthropic)) limitRate(account);
  account.updated_at = timestamp();
}
