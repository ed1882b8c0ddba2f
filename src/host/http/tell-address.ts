import { lengthInWords } from '../../core/secrets/length-in-words.ts';
import { isLoopback } from '../../core/loopback.ts';
import type { CheckList } from '../diagnosis.ts';
import type { HttpReply, ReplyHeaders } from './exchange.ts';
import type { HttpClient } from './http-client.ts';

/** Difference between two clocks from which on it matters, in milliseconds. Headers count in seconds. */
const clockTolerance = 60_000;

/** Tells that the address answers, and what is unsafe about it. */
export function tellAddress(http: HttpClient, reply: HttpReply, checks: CheckList): void {
  const through = proxyOf(reply.headers);
  const says = `${http.baseUrl} answers${through === undefined ? '' : `, through ${http.clean(through, 40)}`}`;
  const { protocol, hostname } = new URL(http.baseUrl);
  if (protocol === 'http:' && !isLoopback(hostname))
    checks.warn('address', `${says}, over plain http`, 'Use https: the admin login and all keys travel unprotected.');
  else checks.pass('address', says);
}

/** Who passed the answer on, where it left its name. The host itself leaves none. */
export function proxyOf(headers: ReplyHeaders): string | undefined {
  if (headers.has('cf-ray')) return 'cloudflare';
  const via = headers.get('via') ?? headers.get('server');
  return via === null || via.trim() === '' ? undefined : via;
}

/** Compares the host's clock with ours. */
export function tellClock(checks: CheckList, date: string | null, now: number): void {
  const theirs = date === null ? Number.NaN : Date.parse(date);
  if (Number.isNaN(theirs)) {
    checks.skip('clock', 'the host does not say what time it is');
    return;
  }
  const apart = theirs - now;
  const size = Math.abs(apart);
  if (size <= clockTolerance) checks.pass('clock', 'as here, to within a minute');
  else
    checks.warn(
      'clock',
      `the clock of the host is ${lengthInWords(size)} ${apart > 0 ? 'ahead of' : 'behind'} the one here`,
      'Set both by NTP: subscriptions begin and end, and logins expire, by these clocks.',
    );
}
