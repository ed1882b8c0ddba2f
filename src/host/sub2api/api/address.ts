import type { CheckList } from '../../diagnosis.ts';
import type { HostFailure } from '../../host-failure.ts';
import type { HttpReply } from '../../http/exchange.ts';
import type { HttpClient, HttpRequest } from '../../http/http-client.ts';
import { tellAddress, tellClock } from '../../http/tell-address.ts';
import { loginInFront, wrongAddress } from '../../http/wrong-address.ts';
import { isHtml } from '../../http/replies.ts';
import { refusalOf } from './envelope.ts';
import { parseJson } from '../../../core/parse-json.ts';

const health: HttpRequest = { method: 'GET', path: '/health' };

/**
 * Knocks once, without a login and without trying again: does the address answer, itself, and as the host would? Tells
 * the checks of the address and of the clock; throws the `HostFailure` that says why nothing else can be asked.
 */
export async function checkReachable(http: HttpClient, checks: CheckList): Promise<void> {
  const reply = await http.send(health);
  const refused = refusalAtTheDoor(http, reply);
  if (refused !== undefined) throw refused;
  tellAddress(http, reply, checks);
  tellClock(checks, reply.headers.get('date'), http.clock.now());
}

/** Only what no other path would answer better: a host in its set-up wizard has no health path, and says so. */
function refusalAtTheDoor(http: HttpClient, reply: HttpReply): HostFailure | undefined {
  const { status } = reply;
  if (status === 401 || status === 407) return loginInFront(http.baseUrl, status);
  if ((status >= 300 && status < 400) || status === 403 || status === 429 || status >= 500)
    return refusalOf(http, health, reply);
  if (status === 200 && isHtml(reply) && parseJson(reply.text) === undefined)
    return wrongAddress(http.baseUrl, `${http.baseUrl} answers GET /health with a web page instead of the API.`, {
      status,
      delivery: 'not_applied',
    });
  return undefined;
}
