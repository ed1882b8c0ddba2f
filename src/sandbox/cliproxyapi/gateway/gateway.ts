import { randomBytes } from 'node:crypto';
import { readAnswer } from '../../answer-text.ts';
import { isJsonObject, parseJson } from '../../json-object.ts';
import type { UpstreamReply } from '../../upstream.ts';
import { vendorAnswer } from '../../vendor/answer.ts';
import type { Host, HostApp, HostContext } from '../host.ts';
import type { Credential } from '../runtime/credential.ts';
import { candidatesFor, choose } from './choose.ts';
import { requireClient } from './client-access.ts';
import { isRequestFault, noteAttempt } from './cool-down.ts';
import { errorType, failureReply, GatewayFailure } from './failure.ts';
import { listModels } from './model-list.ts';
import { ask, renamed, spokenBy, type Ask, type Protocol } from './upstream.ts';

/** Which credential was chosen last for a request, and when. */
function traceOf(credential: Credential, now: number): Record<string, string> {
  const at = new Date(now).toISOString().replaceAll(/\D/g, '').slice(0, 14);
  return { 'x-cpa-trace-id': `${at}-${credential.index}-${randomBytes(4).toString('hex')}` };
}

/** An answer in the protocol of the client, made of what the vendor said in its own; without words there is no content. */
async function translated(asked: Ask, model: string, text: string): Promise<{ body: string; contentType: string }> {
  const { protocol: kind, stream, body } = asked;
  if (kind === 'messages' && text === '' && !stream) {
    const empty = { id: '', type: 'message', role: 'assistant', model: '', content: [], stop_reason: 'end_turn' };
    const usage = { input_tokens: 0, output_tokens: 0 };
    return { body: JSON.stringify({ ...empty, stop_sequence: null, usage }), contentType: 'application/json' };
  }
  const answer = vendorAnswer({ kind, model, stream, body, text });
  return { body: await answer.text(), contentType: stream ? 'text/event-stream' : 'application/json' };
}

async function toClient(credential: Credential, asked: Ask, reply: UpstreamReply, trace: Record<string, string>) {
  const target = credential.models.get(asked.model);
  const isRenamed = target?.isRenamed === true;
  const model = isRenamed ? asked.model : (target?.upstream ?? asked.model);
  const isStream = asked.stream && reply.contentType.startsWith('text/event-stream');
  // Whatever the vendor has sent, it is passed on as what was asked for.
  const { body, contentType } =
    spokenBy(credential) === asked.protocol
      ? {
          body: isRenamed && !isStream ? renamed(reply.body, model) : reply.body,
          contentType: isStream ? 'text/event-stream' : 'application/json',
        }
      : await translated(asked, model, readAnswer(reply.body).text);
  return new Response(body, { status: 200, headers: { 'content-type': contentType, ...trace } });
}

/** Asks one key after another until one answers, or the request itself is at fault. */
async function complete(host: Host, c: HostContext, asked: Ask): Promise<Response> {
  const { protocol, model } = asked;
  let trace: Record<string, string> = {};
  try {
    const candidates = candidatesFor(host, model);
    const tried = new Set<string>();
    let last: GatewayFailure | undefined;
    for (;;) {
      const chosen = choose(host, candidates, model, tried);
      if (chosen === undefined) throw last;
      tried.add(chosen.id);
      trace = traceOf(chosen, host.now());
      const reply = await ask(chosen, c, asked, host.stopping);
      const isFault = reply.status !== 200 && isRequestFault(reply.status, errorType(reply.body));
      noteAttempt(chosen, model, { now: host.now(), status: reply.status, isFault });
      if (reply.status === 200) return await toClient(chosen, asked, reply, trace);
      last = new GatewayFailure(reply.status, reply.body);
      if (isFault) throw last;
    }
  } catch (error) {
    if (!(error instanceof GatewayFailure)) throw error;
    return failureReply(protocol, error, trace);
  }
}

async function completion(host: Host, c: HostContext, protocol: Protocol): Promise<Response> {
  requireClient(host, c);
  const body = parseJson(await c.req.text());
  const given = isJsonObject(body) ? body : {};
  const model = typeof given['model'] === 'string' ? given['model'] : '';
  return complete(host, c, { protocol, model, stream: given['stream'] === true, body: given });
}

/** The gateway's routes, which the keys of clients open. */
export function addGatewayRoutes(app: HostApp, host: Host): void {
  app.get('/v1/models', (c) => {
    requireClient(host, c);
    return listModels(host, c);
  });
  app.post('/v1/chat/completions', (c) => completion(host, c, 'chat'));
  app.post('/v1/messages', (c) => completion(host, c, 'messages'));
  app.post('/v1/responses', (c) => completion(host, c, 'responses'));
}
