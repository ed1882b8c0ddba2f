import { spoken } from './answers.ts';
import { gate, startUpstream, type Answer, type Asked, type Gate, type Upstream } from './upstream.ts';

/** What a test may set on Ollama. */
export interface Ollama extends Upstream, Gate {
  /** What is pulled, with its tag. */
  models: string[];
  /** Those of them that only embed. */
  embedding: string[];
}

/**
 * Ollama 0.33, http://127.0.0.1:11434/v1, at commit fb307609 (2026-08-21). No key is asked for, and any is taken.
 * `openai/openai.go`: the owner in the list is an id's namespace, `data` is null when nothing is pulled (`/api/tags` has
 * an empty list then, `server/model_list_cache.go`), a type of error for each status, fingerprint `fp_ollama`.
 * `server/routes.go`: the wording for a model that is not pulled (404) and one that cannot chat (400), paths. A name
 * without a tag means `:latest`, and an answer repeats the name as it was asked for. `api/types.go`: `/api/tags` tells
 * what a model can do, `/v1/models` does not. A model that is not in memory is loaded first, which `hold` makes last. It
 * has Messages and Responses. Invented: sizes and dates.
 */
export async function startOllama(options: Partial<Pick<Ollama, 'models' | 'embedding'>> = {}): Promise<Ollama> {
  const slow = gate();
  const knobs = {
    models: ['llama3.2:latest', 'nomic-embed-text:latest', 'someone/tuned:7b'],
    embedding: ['nomic-embed-text:latest'],
    ...options,
    ...slow.knobs,
  };
  return startUpstream({ base: '/v1', key: null, knobs }, async (asked) => {
    const { models, embedding } = knobs;
    if (asked.route === 'GET /') return { text: 'Ollama is running' };
    if (asked.route === 'GET /api/version') return { json: { version: '0.33.0' } };
    if (asked.route === 'GET /api/tags')
      return { json: { models: models.map((name) => tag(name, embedding.includes(name))) } };
    if (asked.route === 'GET /v1/models')
      return { json: { object: 'list', data: models.length === 0 ? null : models.map(entry) } };
    const answer = spoken(asked, { fields: { system_fingerprint: 'fp_ollama' } });
    if (answer === null) return { status: 404, text: '404 page not found' };
    if (asked.path === '/v1/chat/completions' && !(asked.body['messages'] as unknown[] | undefined)?.length)
      return refusal(asked, 400, "[] is too short - 'messages'");
    const name = asked.model.includes(':') ? asked.model : `${asked.model}:latest`;
    if (!models.includes(name)) return refusal(asked, 404, `model '${asked.model}' not found`);
    if (embedding.includes(name)) return refusal(asked, 400, `"${asked.model}" does not support chat`);
    await slow.pass();
    return answer;
  });
}

function entry(id: string): Record<string, unknown> {
  return { id, object: 'model', created: 1_790_000_000, owned_by: id.includes('/') ? id.split('/')[0] : 'library' };
}

function tag(name: string, embeds: boolean): Record<string, unknown> {
  const capabilities = [embeds ? 'embedding' : 'completion'];
  return {
    name,
    model: name,
    modified_at: '2026-09-21T00:00:00Z',
    size: 2_019_393_189,
    digest: 'a80c4f17',
    capabilities,
  };
}

function refusal({ path }: Asked, status: 400 | 404, message: string): Answer {
  const type = status === 400 ? 'invalid_request_error' : 'not_found_error';
  if (path === '/v1/messages')
    return { status, json: { type: 'error', error: { type, message }, request_id: 'req_1' } };
  return { status, json: { error: { message, type, param: null, code: null } } };
}
