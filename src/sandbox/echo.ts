import { json } from './envelope.ts';
import type { Host, HostContext } from './host.ts';

/** Every way in which a careless host gives a secret away: in full, encoded, and cut by what a terminal does not show. */
function spelled(secret: string): string[] {
  const half = Math.floor(secret.length / 2);
  const cutBy = (junk: string) => secret.slice(0, half) + junk + secret.slice(half);
  return [
    secret,
    encodeURIComponent(secret),
    Buffer.from(secret).toString('base64'),
    Buffer.from(`key:${secret}`).toString('base64'),
    Buffer.from(secret).toString('hex'),
    cutBy('\u0000'),
    cutBy('\u001B[31m'),
    cutBy('\u200B\n'),
  ];
}

/** An error that quotes all that the host knows: upstream keys, admin key, users' keys and passwords, and the request itself. */
export function echo(c: HostContext, { state }: Host): Response {
  const request = ['authorization', 'x-api-key', 'x-goog-api-key'].flatMap((name) => c.req.header(name) ?? []);
  const secrets = [
    ...request,
    ...[...state.accounts.values()].map((account) => String(account.credentials['api_key'] ?? '')),
    ...[...state.apiKeys.values()].map((key) => key.key),
    ...[...state.users.values()].map((user) => user.password),
    state.adminKey,
  ];
  const text = secrets.flatMap(spelled).join(' ');
  const headers = { 'x-echo': encodeURIComponent(secrets.join(' ')).slice(0, 8000) };
  if (c.req.path.endsWith('/test'))
    return new Response(`data: ${JSON.stringify({ type: 'error', error: text })}\n\n`, {
      headers: { 'content-type': 'text/event-stream', ...headers },
    });
  return json(400, { code: 400, message: text, reason: text, metadata: { text } }, headers);
}
