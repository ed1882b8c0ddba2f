import { HostError } from '../../reply.ts';
import type { Host, HostContext } from '../host.ts';

/** Refuses who has no key of a client; with no keys at all the gateway is open. Any key that fits is enough. */
export function requireClient({ state }: Host, c: HostContext): void {
  if (state.clientKeys.length === 0) return;
  const given = [
    c.req.header('authorization'),
    c.req.header('x-goog-api-key'),
    c.req.header('x-api-key'),
    c.req.query('key'),
    c.req.query('auth_token'),
  ].flatMap((each) => each || []);
  if (given.length === 0) throw new HostError(401, { error: 'Missing API key' });
  const fits = given.some((each) => state.clientKeys.includes(each.replace(/^bearer /i, '').trim()));
  if (!fits) throw new HostError(401, { error: 'Invalid API key' });
}
