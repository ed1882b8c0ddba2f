import { spoken } from './answers.ts';
import { startUpstream, type Answer, type Asked, type Upstream } from './upstream.ts';

/** What a test may set on new-api. */
export interface NewApi extends Upstream {
  models: string[];
  /** Models that the list names although no channel serves them. */
  withoutChannel: string[];
  /** The models that the token is kept to; null for all. */
  tokenModels: string[] | null;
}

type Json = Record<string, unknown>;

/**
 * The gateway of new-api, default http://127.0.0.1:3000/v1, as the contract page of this project (its section 8) and
 * commit afe16c64 (2026-07-28, read in sunnchao/new-api) have it: `middleware/auth.go` (where a token may stand, and
 * that a suffix is cut off), `router/relay-router.go` and `controller/model.go` (three forms of the list, the one of
 * google on `/v1/models` an error with 200), `middleware/utils.go` (errors, with the request's id in the text),
 * `i18n/locales` (their language), `router/web-router.go` (web page elsewhere). It has Messages and Responses.
 * Invented: the version, and what a request's id looks like.
 */
export async function startNewApi(
  options: Partial<Pick<NewApi, 'models' | 'withoutChannel' | 'tokenModels'>> = {},
): Promise<NewApi> {
  const key = 'sk-Newapi0000000000000000000000000000000000000000001';
  const knobs = {
    models: ['gpt-5-mini', 'claude-sonnet-4-6'],
    withoutChannel: [] as string[],
    tokenModels: null as string[] | null,
    ...options,
  };
  let count = 0;
  return startUpstream({ base: '/v1', key, knobs }, (asked) => {
    const id = `20260728152437${String((count += 1)).padStart(8, '0')}`;
    const answer = judged(asked, key, knobs, id);
    return { ...answer, headers: { 'x-oneapi-request-id': id, 'x-new-api-version': 'v1.0.0', ...answer.headers } };
  });
}

function judged(asked: Asked, key: string, knobs: Omit<NewApi, keyof Upstream>, id: string): Answer {
  const { route, path, headers, query, model } = asked;
  const refused = (status: number, text: string, code = '') => ({
    status,
    json: { error: { message: `${text} (request id: ${id})`, type: 'new_api_error', code } },
  });
  if (route === 'GET /api/status') return { json: { success: true, message: '', data: { version: 'v1.0.0' } } };
  if (!/^\/(v1|api|assets)/.test(path))
    return { type: 'text/html; charset=utf-8', text: '<!doctype html><title>New API</title>' };
  const answer = spoken(asked);
  if (answer === null && !['GET /v1/models', 'GET /v1beta/models'].includes(route)) {
    const message = `Invalid URL (${route})`;
    return { status: 404, json: { error: { message, type: 'invalid_request_error', param: '', code: '' } } };
  }
  if (tokenOf(asked) !== bare(key)) return refused(401, inChinese(asked) ? '无效的令牌' : 'Invalid token');
  const listed = knobs.tokenModels ?? knobs.models;
  if (route === 'GET /v1beta/models') return { json: { models: listed.map(geminiEntry), nextPageToken: null } };
  if (answer === null) {
    if ('x-api-key' in headers && 'anthropic-version' in headers) return anthropicList(listed);
    if (!('x-goog-api-key' in headers) && !query.has('key'))
      return { json: { data: listed.map(openaiEntry), object: 'list', success: true } };
    const error = {
      message: "The model '' does not exist",
      type: 'invalid_request_error',
      param: 'model',
      code: 'model_not_found',
    };
    return { json: { error } };
  }
  if (knobs.tokenModels?.includes(model) === false) return refused(403, `This token has no access to model ${model}`);
  if (knobs.models.includes(model) && !knobs.withoutChannel.includes(model)) return answer;
  const text = inChinese(asked)
    ? `分组 default 下模型 ${model} 无可用渠道（distributor）`
    : `No available channel for model ${model} under group default (distributor)`;
  return refused(503, text, 'model_not_found');
}

/** A token without `sk-` and without what stands after a dash. */
function bare(token: string): string {
  return token.replace(/^sk-/, '').split('-')[0] ?? '';
}

/** Other headers than the bearer count on some paths only, and there they win. */
function tokenOf({ path, headers, query, bearer }: Asked): string {
  const forClaude = path.startsWith('/v1/messages') || path.startsWith('/v1/models');
  const forGoogle = path.startsWith('/v1beta/models') || path.startsWith('/v1/models/');
  const claude = forClaude ? headers['x-api-key'] : undefined;
  const google = forGoogle ? (headers['x-goog-api-key'] ?? query.get('key') ?? undefined) : undefined;
  return bare(google ?? claude ?? bearer ?? headers['authorization'] ?? '');
}

function inChinese({ headers }: Asked): boolean {
  return headers['accept-language']?.startsWith('zh') === true;
}

function openaiEntry(id: string): Json {
  return { id, object: 'model', created: 1_626_777_600, owned_by: 'custom', supported_endpoint_types: ['openai'] };
}

function geminiEntry(id: string): Json {
  return { name: id, displayName: id, version: null, inputTokenLimit: null, supportedGenerationMethods: null };
}

/** An empty list ends in a panic: its first entry is read before anybody looks whether there is one. */
function anthropicList(ids: string[]): Answer {
  if (ids.length === 0)
    return {
      status: 500,
      json: { error: { message: 'Panic detected, error: index out of range [0]', type: 'new_api_panic' } },
    };
  const created_at = '2021-07-20T10:40:00Z';
  const data = ids.map((id) => ({ id, created_at, display_name: id, type: 'model' }));
  return { json: { data, first_id: ids[0], has_more: false, last_id: ids.at(-1) } };
}
