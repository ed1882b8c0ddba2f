import { lengthInWords } from '../../../core/secrets/length-in-words.ts';
import { isLoopback } from '../../../core/loopback.ts';
import type { CheckList } from '../../diagnosis.ts';
import type { HostFailure } from '../../host-failure.ts';
import type { HttpClient, HttpReply, HttpRequest } from '../../http/http-client.ts';
import { wrongAddress } from '../../http/wrong-address.ts';
import { isHtml, parseJson } from '../../http/replies.ts';
import { refusalOf } from './envelope.ts';

/** Difference between two clocks from which on it matters, in milliseconds. Headers count in seconds. */
const clockTolerance = 60_000;

const health: HttpRequest = { method: 'GET', path: '/health' };

/**
 * Knocks once, without a login and without trying again: does the address answer, itself, and as the host would? Tells
 * the checks of the address and of the clock; throws the `HostFailure` that says why nothing else can be asked.
 */
export async function checkReachable(http: HttpClient, checks: CheckList): Promise<void> {
  const reply = await http.send(health);
  const refused = refusalAtTheDoor(http, reply);
  if (refused !== undefined) throw refused;
  const through = proxyOf(reply.headers);
  const says = `${http.baseUrl} answers${through === undefined ? '' : `, through ${http.clean(through, 40)}`}`;
  const { protocol, hostname } = new URL(http.baseUrl);
  if (protocol === 'http:' && !isLoopback(hostname))
    checks.warn('address', `${says}, over plain http`, 'Use https: the admin login and all keys travel unprotected.');
  else checks.pass('address', says);
  tellClock(checks, reply.headers.get('date'), http.clock.now());
}

/** Only what no other path would answer better: a host in its set-up wizard has no health path, and says so. */
function refusalAtTheDoor(http: HttpClient, reply: HttpReply): HostFailure | undefined {
  const { status } = reply;
  if (status === 401 || status === 407)
    return wrongAddress(
      http.baseUrl,
      `${http.baseUrl} asks for a login before it answers at all; the host itself does not.`,
      {
        status,
        delivery: 'not_applied',
        hint: 'Something in front of the host keeps others out: let relay past it, or give the address behind it.',
      },
    );
  if ((status >= 300 && status < 400) || status === 403 || status === 429 || status >= 500)
    return refusalOf(http, health, reply);
  if (status === 200 && isHtml(reply) && parseJson(reply) === undefined)
    return wrongAddress(http.baseUrl, `${http.baseUrl} answers GET /health with a web page instead of the API.`, {
      status,
      delivery: 'not_applied',
    });
  return undefined;
}

/** Who passed the answer on, where it left its name. The host itself leaves none. */
export function proxyOf(headers: Headers): string | undefined {
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
