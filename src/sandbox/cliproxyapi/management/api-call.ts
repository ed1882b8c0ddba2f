import { z } from 'zod';
import { struct, text } from '../config/go-json.ts';
import { json } from '../../reply.ts';
import type { Host, HostApp } from '../host.ts';
import { serving } from './live-index.ts';
import { readStruct, refused } from './request-body.ts';

/** How long the host waits for the other side. */
const limitMs = 60_000;

const call = struct({
  auth_index: text,
  authIndex: text,
  method: text,
  url: text,
  header: z.record(z.string(), text).nullish(),
  data: text,
});

/** Headers as Go tells them: each name with a capital letter at each beginning, each value in a list. */
function headersOf(response: Response): Record<string, string[]> {
  const named = [...response.headers].map(([name, value]): [string, string[]] => [
    name.replaceAll(/(?:^|-)[a-z]/g, (part) => part.toUpperCase()),
    [value],
  ]);
  return Object.fromEntries(named);
}

/** Any request, sent by the host; the key of a credential stands in for `$TOKEN$`, where the credential is known. */
export function addApiCallRoute(app: HostApp, host: Host): void {
  app.post('/v0/management/api-call', async (c) => {
    const asked = await readStruct(c, call);
    const method = asked.method.trim().toUpperCase();
    const url = asked.url.trim();
    if (method === '') throw refused(400, 'missing method');
    if (url === '') throw refused(400, 'missing url');
    if (!URL.canParse(url) || new URL(url).host === '') throw refused(400, 'invalid url');
    const index = (asked.auth_index || asked.authIndex).trim();
    const credential = serving(host).find((each) => each.index === index);
    const header = Object.entries(asked.header ?? {});
    if (credential?.key === '' && header.some(([, value]) => value.includes('$TOKEN$')))
      throw refused(400, 'auth token not found');
    const key = credential?.key ?? '$TOKEN$';
    try {
      const response = await fetch(url, {
        method,
        headers: header.map(([name, value]): [string, string] => [name, value.replaceAll('$TOKEN$', () => key)]),
        ...(asked.data === '' ? {} : { body: asked.data }),
        signal: AbortSignal.any([host.stopping, AbortSignal.timeout(limitMs)]),
      });
      const body = await response.text();
      return json(200, { status_code: response.status, header: headersOf(response), body });
    } catch {
      return json(502, { error: 'request failed' });
    }
  });
}
