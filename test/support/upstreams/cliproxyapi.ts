import { spoken } from './answers.ts';
import { startUpstream, type Answer, type Asked, type Upstream } from './upstream.ts';

/** What a test may set on CLIProxyAPI. */
export interface Cliproxyapi extends Upstream {
  /** Its models: the id that clients ask for, and what the vendor calls it. */
  models: { alias: string; name: string }[];
  /** Doubles every id in the list as `prefix/id`. */
  prefix: string | null;
  /** How the vendor behind it refuses, handed on as it is. */
  vendorRefuses: { status: number; body: unknown } | null;
  /** Ends all pauses, as time does. */
  warm: () => void;
}

const disguise = 'claude-fable-5-dd-';
const empty: Answer = { status: 404, text: '' };

/**
 * CLIProxyAPI v7.2.140 and later, default http://127.0.0.1:8317/v1, as it was seen
 * (section 3) and as commit a7e3596b7 (2026-08-22) has it: `internal/access/config_access/provider.go` (where a key may
 * stand), `internal/api/server_routes.go` (whom the list is disguised for), `internal/client/claude/models/models.go`
 * (how), `sdk/api/handlers/handlers_routing.go` (unknown models). A vendor's refusal passes as it is, told from its own
 * by `X-Cpa-Trace-Id` alone; after 401, 402, 403 and 404 the model's only credential cools, the model leaves the list,
 * and who asks again gets 503. It has Messages and Responses.
 */
export async function startCliproxyapi(
  options: { key?: string | null } & Partial<Pick<Cliproxyapi, 'models' | 'prefix' | 'vendorRefuses'>> = {},
): Promise<Cliproxyapi> {
  const { key = 'cpa-key-1', ...set } = options;
  const cooling = new Set<string>();
  const knobs = {
    models: [{ alias: 'gpt-5-codex', name: 'gpt-5.2-codex' }],
    prefix: null as string | null,
    vendorRefuses: null as Cliproxyapi['vendorRefuses'],
    warm: () => cooling.clear(),
    ...set,
  };
  const ids = (alias: string) => (knobs.prefix === null ? [alias] : [alias, `${knobs.prefix}/${alias}`]);
  return startUpstream({ base: '/v1', key, knobs }, (asked) => {
    if (asked.route === 'GET /healthz') return { json: { status: 'ok' } };
    if (asked.route === 'GET /') return { json: { message: 'CLI Proxy API Server' } };
    if (!asked.path.startsWith('/v1/')) return empty;
    const keys = keysIn(asked);
    if (key !== null && !keys.includes(key))
      return { status: 401, json: { error: keys.length === 0 ? 'Missing API key' : 'Invalid API key' } };
    if (asked.route === 'GET /v1/models')
      return list(
        asked,
        knobs.models.filter(({ alias }) => !cooling.has(alias)).flatMap(({ alias }) => ids(alias)),
      );
    const id = asked.path === '/v1/messages' ? plain(asked.model) : asked.model;
    const model = knobs.models.find(({ alias }) => ids(alias).includes(id));
    const answer = spoken(asked, { model: model?.name ?? '', headers: { 'x-cpa-trace-id': 'trace-1' } });
    if (answer === null) return empty;
    if (model === undefined)
      return refusal(asked, 400, {
        message: `unknown provider for model ${id}`,
        type: 'invalid_request_error',
        code: 'model_not_found',
        param: 'model',
      });
    if (cooling.has(model.alias)) {
      const text = `auth_unavailable: no auth available (providers=codex, model=${id})`;
      return refusal(asked, 503, { message: text, type: 'server_error', code: 'auth_unavailable' });
    }
    if (knobs.vendorRefuses === null) return answer;
    const { status, body } = knobs.vendorRefuses;
    if ([401, 402, 403, 404].includes(status)) cooling.add(model.alias);
    return { status, json: body, headers: { 'x-cpa-trace-id': 'trace-1' } };
  });
}

/** The keys of a request, wherever they may stand; one that fits is enough. */
function keysIn({ headers, query, bearer }: Asked): string[] {
  const all = [
    bearer ?? headers['authorization'],
    headers['x-goog-api-key'],
    headers['x-api-key'],
    query.get('key'),
    query.get('auth_token'),
  ];
  return all.filter((each): each is string => typeof each === 'string' && each !== '');
}

function list({ headers }: Asked, ids: string[]): Answer {
  const forClaude = 'anthropic-version' in headers || headers['user-agent']?.startsWith('claude-cli') === true;
  if (!forClaude)
    return {
      json: {
        object: 'list',
        data: ids.map((id) => ({ id, object: 'model', created: 1_790_000_000, owned_by: 'openai' })),
      },
    };
  const data = ids.map((id) => ({ id: id.startsWith('claude-') ? id : disguise + reversed(id), object: 'model' }));
  return { json: { data, has_more: false, first_id: data[0]?.id ?? '', last_id: data.at(-1)?.id ?? '' } };
}

function plain(id: string): string {
  return id.startsWith(disguise) ? reversed(id.slice(disguise.length)) : id;
}

function reversed(id: string): string {
  return [...id].toReversed().join('');
}

function refusal(
  { path }: Asked,
  status: number,
  error: { message: string; type: string; code: string; param?: string },
): Answer {
  if (path !== '/v1/messages') return { status, json: { error } };
  return { status, json: { type: 'error', error: { type: error.type, message: error.message } } };
}
