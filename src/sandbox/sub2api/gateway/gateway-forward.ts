import { usesResponses } from '../accounts/account-test.ts';
import { readAnswer } from '../../answer-text.ts';
import type { Host } from '../host.ts';
import type { JsonObject } from '../../json-object.ts';
import type { Account } from '../rows.ts';
import { callUpstream } from './upstream-call.ts';
import { baseUrlOf, geminiUrl, messagesUrl, openAiUrl } from './upstream-url.ts';

/** The protocols that clients speak to the gateway. */
export type Protocol = 'chat' | 'messages' | 'gemini';

/** What an upstream made of a request. */
export interface Forwarded {
  status: number;
  contentType: string;
  body: string;
  /** The protocol of `body`; `responses` is never what a client asked for. */
  protocol: Protocol | 'responses';
}

/** Tokens that an answer cost. */
export interface Tokens {
  input: number;
  output: number;
}

interface Ask {
  protocol: Protocol;
  model: string;
  body: JsonObject;
  stream: boolean;
}

function promptOf(body: JsonObject): unknown {
  return body['messages'] ?? [{ role: 'user', content: 'hi' }];
}

/** Sends a request to an account's upstream, in the protocol that this account speaks. */
export async function forward(host: Host, account: Account, ask: Ask): Promise<Forwarded> {
  const { model, stream, body } = ask;
  const base = baseUrlOf(account);
  if (account.platform === 'openai') {
    if (usesResponses(account)) {
      const request = { model, input: promptOf(body), stream: true };
      const reply = await callUpstream(host, account, openAiUrl(host.features, base, '/v1/responses'), request);
      return { ...reply, protocol: 'responses' };
    }
    const request = ask.protocol === 'chat' ? { ...body, model } : { model, messages: promptOf(body), stream };
    const reply = await callUpstream(host, account, openAiUrl(host.features, base, '/v1/chat/completions'), request);
    return { ...reply, protocol: 'chat' };
  }
  if (account.platform === 'gemini') {
    const action = stream ? 'streamGenerateContent?alt=sse' : 'generateContent';
    const request = ask.protocol === 'gemini' ? body : { contents: [{ role: 'user', parts: [{ text: 'hi' }] }] };
    const reply = await callUpstream(host, account, geminiUrl(base, model, action), request);
    return { ...reply, protocol: 'gemini' };
  }
  const request =
    ask.protocol === 'messages' ? { ...body, model } : { model, max_tokens: 1024, messages: promptOf(body), stream };
  const reply = await callUpstream(host, account, messagesUrl(base), request);
  return { ...reply, protocol: 'messages' };
}

/** An upstream's answer understood: its words and its price in tokens; undefined when it was no finished answer. */
export function understand(reply: Forwarded): { text: string; tokens: Tokens } | undefined {
  const { events, text, tokens } = readAnswer(reply.body);
  if (reply.protocol === 'responses' && !events.some((event) => event['type'] === 'response.completed'))
    return undefined;
  return events.length === 0 ? undefined : { text, tokens };
}
