import { spoken } from './answers.ts';
import { startUpstream, type Answer, type Asked, type Upstream } from './upstream.ts';

/** What a test may set on vLLM. */
export interface Vllm extends Upstream {
  /** The one model, under each name that it is served by. */
  models: string[];
  /** Adapters on it, which stand in the list as models of their own. */
  adapters: string[];
}

const guarded = ['/v1', '/v2', '/inference', '/cohere'];

/**
 * vLLM's server, default http://127.0.0.1:8000/v1, read in the vllm-project/vllm sources of 2026:
 * `entrypoints/serve/middleware/authenticate.py` (commit baaf6e9c: bearer only, and only under these paths),
 * `entrypoints/openai/models/serving.py` (commit 00153c8b: the list, and that a request without a model is answered),
 * `entrypoints/openai/engine/protocol.py` (an entry's fields), `entrypoints/anthropic/api_router.py` (commit 01540b75:
 * Messages and their errors). Old ones sent errors flat, as `{"object":"error",…}` (issue 3485, 2024-03). It has
 * Responses. Invented: dates and the version.
 */
export async function startVllm(
  options: { key?: string | null } & Partial<Pick<Vllm, 'models' | 'adapters'>> = {},
): Promise<Vllm> {
  const { key = null, ...set } = options;
  const knobs = { models: ['Qwen/Qwen3-8B'], adapters: [] as string[], ...set };
  return startUpstream({ base: '/v1', key, knobs }, (asked) => {
    if (key !== null && guarded.some((path) => asked.path.startsWith(path)) && asked.bearer !== key)
      return { status: 401, json: { error: 'Unauthorized' } };
    if (asked.route === 'GET /health') return { text: '' };
    if (asked.route === 'GET /version') return { json: { version: '0.27.0' } };
    const [served = ''] = knobs.models;
    if (asked.route === 'GET /v1/models') {
      const base = { root: served, parent: null, max_model_len: 40_960 };
      const adapted = { root: '/adapters', parent: served, max_model_len: null };
      const data = [
        ...knobs.models.map((id) => ({ ...entry(id), ...base })),
        ...knobs.adapters.map((id) => ({ ...entry(id), ...adapted })),
      ];
      return { json: { object: 'list', data } };
    }
    const answer = spoken(asked, { model: asked.model === '' ? served : asked.model });
    if (answer === null) return { status: 404, json: { detail: 'Not Found' } };
    return ['', ...knobs.models, ...knobs.adapters].includes(asked.model) ? answer : unknown(asked);
  });
}

function entry(id: string): Record<string, unknown> {
  const created = 1_790_000_000;
  const may = { allow_create_engine: false, allow_sampling: true, allow_logprobs: true, allow_view: true };
  const permission = [
    { id: 'modelperm-1', object: 'model_permission', created, ...may, organization: '*', group: null },
  ];
  return { id, object: 'model', created, owned_by: 'vllm', permission };
}

function unknown({ path, model }: Asked): Answer {
  const message = `The model \`${model}\` does not exist.`;
  const error = { message, type: 'NotFoundError', param: 'model', code: 404 };
  if (path !== '/v1/messages') return { status: 404, json: { error } };
  return { status: 404, json: { type: 'error', error: { type: error.type, message } } };
}
