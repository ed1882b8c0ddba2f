import { jsonObject, parseJson, type JsonObject } from '../../json-object.ts';
import { askUpstream, UnreachableError, type UpstreamReply } from '../../upstream.ts';
import type { HostContext } from '../host.ts';
import type { Credential, CredentialSettings } from '../runtime/credential.ts';

/** The protocols in which the host speaks to clients and to vendors. */
export type Protocol = 'chat' | 'responses' | 'messages' | 'gemini';

/** A request for a completion. */
export interface Ask {
  protocol: Protocol;
  /** The name that the client uses. */
  model: string;
  stream: boolean;
  body: JsonObject;
}

const spoken: Record<CredentialSettings['list'], Protocol> = {
  'openai-compatibility': 'chat',
  'claude-api-key': 'messages',
  'codex-api-key': 'responses',
  'gemini-api-key': 'gemini',
};

/** The protocol that the vendor of a credential speaks. */
export function spokenBy({ list }: Credential): Protocol {
  return spoken[list];
}

function urlOf({ base: given }: Credential, protocol: Protocol, model: string): string {
  const base = given.replace(/\/$/, '');
  if (protocol === 'messages') return `${base}/v1/messages?beta=true`;
  if (protocol === 'responses') return `${base}/responses`;
  return protocol === 'gemini' ? `${base}/v1beta/models/${model}:generateContent` : `${base}/chat/completions`;
}

function keyHeaders({ key }: Credential, protocol: Protocol): Record<string, string> {
  if (key === '') return {};
  if (protocol === 'gemini') return { 'x-goog-api-key': key };
  const authorization = `Bearer ${key}`;
  return protocol === 'messages' ? { authorization, 'anthropic-version': '2023-06-01' } : { authorization };
}

/** The headers of an entry as they are sent: one whose value begins with $ copies a header of the client, if there is one. */
function ownHeaders({ headers }: Credential, c: HostContext): Record<string, string> {
  const sent = Object.entries(headers).flatMap(([name, value]): [string, string][] => {
    const copied = value.startsWith('$') ? headerNamed(c, value.slice(1).trim()) : value;
    return copied === undefined || copied === '' ? [] : [[name.toLowerCase(), copied]];
  });
  return Object.fromEntries(sent);
}

function headerNamed(c: HostContext, name: string): string | undefined {
  return Object.entries(c.req.header()).find(([each]) => each.toLowerCase() === name.toLowerCase())?.[1];
}

function bodyFor(asked: Ask, protocol: Protocol, model: string): JsonObject {
  const { body, stream } = asked;
  if (protocol === 'gemini') return { contents: [{ role: 'user', parts: [{ text: 'hi' }] }] };
  if (protocol === asked.protocol) return { ...body, model };
  const messages = body['messages'] ?? [{ role: 'user', content: body['input'] ?? 'hi' }];
  if (protocol === 'responses') return { model, input: messages, stream: true };
  if (protocol === 'messages') return { model, max_tokens: body['max_tokens'] ?? 32_000, messages, stream };
  return { model, messages, stream };
}

/** Asks the vendor of a credential, in its own protocol. Nobody that answers is a 500 in the words of Go. */
export async function ask(
  credential: Credential,
  c: HostContext,
  asked: Ask,
  stopping: AbortSignal,
): Promise<UpstreamReply> {
  const protocol = spokenBy(credential);
  const model = credential.models.get(asked.model)?.upstream ?? asked.model;
  const url = urlOf(credential, protocol, model);
  const failed = (body: string) => ({ status: 500, contentType: 'text/plain', body });
  // The sandbox calls nobody but who was named to it.
  if (credential.base === '' || !URL.canParse(url))
    return failed(`Post "${encodeURI(url)}": unsupported protocol scheme ""`);
  const headers = { ...keyHeaders(credential, protocol), ...ownHeaders(credential, c) };
  try {
    return await askUpstream(url, headers, bodyFor(asked, protocol, model), stopping);
  } catch (error) {
    if (!(error instanceof UnreachableError)) throw error;
    return failed(error.message);
  }
}

/** A vendor's body with the name that the client uses, where an entry wants that. */
export function renamed(body: string, model: string): string {
  const parsed = parseJson(body);
  return parsed === undefined ? body : JSON.stringify({ ...jsonObject(parsed), model });
}
