import { json } from '../reply.ts';
import type { Context } from 'hono';
import { spellings, type Spelling } from '../spellings.ts';

/**
 * An error that quotes all that the host knows, and the request itself;
 * in every spelling, or in one: a text that is hidden for one of them says nothing about the others.
 */
export function echo(c: Context, known: readonly string[], spelling?: Spelling): Response {
  const request = ['authorization', 'x-api-key', 'x-goog-api-key'].flatMap((name) => c.req.header(name) ?? []);
  const secrets = [...request, ...known];
  const used = spelling === undefined ? Object.values(spellings) : [spellings[spelling]];
  const text = secrets.flatMap((secret) => used.map((spell) => spell(secret))).join(' ');
  const headers = { 'x-echo': encodeURIComponent(secrets.join(' ')).slice(0, 8000) };
  if (c.req.path.endsWith('/test'))
    return new Response(`data: ${JSON.stringify({ type: 'error', error: text })}\n\n`, {
      headers: { 'content-type': 'text/event-stream', ...headers },
    });
  return json(400, { code: 400, message: text, reason: text, metadata: { text } }, headers);
}
