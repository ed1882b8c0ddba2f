import { defaultModels } from '../accounts/default-models.ts';
import { json } from '../../reply.ts';
import { authenticate } from './gateway-auth.ts';
import type { Caller } from './gateway-auth.ts';
import { gatewayFailure } from './gateway-failure.ts';
import type { Protocol } from './gateway-forward.ts';
import { membersOf } from './gateway-route.ts';
import { serve } from './gateway-serve.ts';
import { isScheduled } from '../accounts/account-binding.ts';
import type { Host, HostApp, HostContext } from '../host.ts';
import { isJsonObject, parseJson } from '../../json-object.ts';
import type { JsonObject } from '../../json-object.ts';
import { modelMapping } from './model-match.ts';
import type { Group } from '../rows.ts';

function listModels(host: Host, group: Group): { models: JsonObject[]; cacheable: boolean } {
  const members = membersOf(host, group).filter(isScheduled);
  const ids = [...new Set(members.flatMap((account) => Object.keys(modelMapping(account))))].toSorted();
  if (ids.length === 0) return { models: defaultModels(group.platform), cacheable: members.length > 0 };
  const models = ids.map((id) => ({ id, type: 'model', display_name: id, created_at: '2024-01-01T00:00:00Z' }));
  return { models, cacheable: true };
}

/** `/v1/models` of each group, kept for as long as the host keeps it. */
function cachedModels(host: Host): (group: Group) => JsonObject[] {
  const cache = new Map<number, { models: JsonObject[]; until: number }>();
  return (group) => {
    const kept = cache.get(group.id);
    if (kept !== undefined && kept.until > host.now()) return kept.models;
    const { models, cacheable } = listModels(host, group);
    if (cacheable) cache.set(group.id, { models, until: host.now() + host.modelListDelayMs });
    return models;
  };
}

async function complete(
  host: Host,
  c: HostContext,
  protocol: Protocol,
  named?: { model: string; stream: boolean },
): Promise<Response> {
  const caller: Caller = authenticate(host, c);
  const body = parseJson(await c.req.text());
  if (!isJsonObject(body))
    return gatewayFailure(protocol, 400, 'invalid_request_error', 'Failed to parse request body');
  const model = named?.model ?? body['model'];
  if (typeof model !== 'string' || model === '')
    return gatewayFailure(protocol, 400, 'invalid_request_error', 'model is required');
  if (protocol === 'messages' && caller.group.platform === 'openai' && !caller.group.allow_messages_dispatch) {
    return gatewayFailure(protocol, 403, 'permission_error', 'This group does not allow /v1/messages dispatch');
  }
  const stream = named?.stream ?? body['stream'] === true;
  return serve(host, { caller, protocol, model, stream, body });
}

/** The gateway's routes, which users' keys open. */
export function addGatewayRoutes(app: HostApp, host: Host): void {
  const modelsOf = cachedModels(host);
  app.get('/v1/models', (c) => json(200, { data: modelsOf(authenticate(host, c).group), object: 'list' }));
  app.post('/v1/chat/completions', (c) => complete(host, c, 'chat'));
  app.post('/v1/messages', (c) => complete(host, c, 'messages'));
  app.post('/v1beta/models/:action', (c) => {
    const [model = '', action = ''] = (c.req.param('action') ?? '').split(':');
    return complete(host, c, 'gemini', { model, stream: action === 'streamGenerateContent' });
  });
}
