import { spoken } from './answers.ts';
import { startUpstream, type Answer, type Asked, type Upstream } from './upstream.ts';

/** What a test may set on LM Studio. */
export interface LmStudio extends Upstream {
  /** What is on the disk, embedding models among it. */
  downloaded: string[];
  /** What is in memory. */
  loaded: string[];
  /** Whether a model is loaded when it is asked for; the list holds all that is downloaded then. */
  loadsOnDemand: boolean;
}

const learn = 'Learn more at: https://lmstudio.ai/docs/developer/core/authentication.';

/**
 * LM Studio 0.4, http://127.0.0.1:1234/v1. It asks for no key unless it is told to (lmstudio.ai/docs/developer/core/authentication;
 * the 401: issue agustif/opencode-lmstudio 41, 0.4.18; `x-api-key` counts too: lmstudio.ai/docs/developer/anthropic-compat). What is no
 * endpoint is answered 200 with an error (issues lmstudio-ai/lmstudio-bug-tracker 618, 1323, 2085; 0.3.14 to 0.4.17). A
 * name that it does not know is answered by the one model that is loaded (619); with several it is refused with 400
 * (assafelovic/gpt-researcher 1556, icereed/paperless-gpt 908, 0.4.5; 404 and other words in gitbutlerapp/gitbutler 8706,
 * 2025-05); with none loaded see lmstudio-bug-tracker 1730 (0.4.8). The list with and without loading on demand:
 * lmstudio.ai/docs/app/api/headless; its entries have no date, and `data` stands first. An embedding model refuses to
 * chat with 404 "Model is not llm" (a log in a public repository, found by these words; lmstudio-ai/lms 205 has the
 * counterpart). It has Responses and Messages (lmstudio.ai/docs/api/openai-api). Invented: the words for a wrong key.
 */
export async function startLmStudio(
  options: { key?: string | null } & Partial<Pick<LmStudio, 'downloaded' | 'loaded' | 'loadsOnDemand'>> = {},
): Promise<LmStudio> {
  const { key = null, ...set } = options;
  const knobs = {
    downloaded: ['text-embedding-nomic-embed-text-v1.5', 'qwen/qwen3-8b', 'openai/gpt-oss-20b'],
    loaded: ['qwen/qwen3-8b'],
    loadsOnDemand: true,
    ...set,
  };
  return startUpstream({ base: '/v1', key, knobs }, (asked) => {
    const sent = asked.bearer ?? asked.headers['x-api-key'];
    if (key !== null && sent !== key) return unauthorized(sent);
    if (asked.route === 'GET /v1/models') {
      const ids = knobs.loadsOnDemand ? knobs.downloaded : knobs.loaded;
      return {
        json: { data: ids.map((id) => ({ id, object: 'model', owned_by: 'organization_owner' })), object: 'list' },
      };
    }
    const chosen = chosenFor(asked, knobs);
    const answer = spoken(asked, typeof chosen === 'string' ? { model: chosen } : {});
    if (answer === null) return { json: { error: `Unexpected endpoint or method. (${asked.route})` } };
    return typeof chosen === 'string' ? answer : chosen;
  });
}

/** The model that answers, or why none does. */
function chosenFor(
  { model }: Asked,
  { downloaded, loaded, loadsOnDemand }: Omit<LmStudio, keyof Upstream>,
): string | Answer {
  const chatting = loaded.filter((id) => !embeds(id));
  const known = loaded.includes(model) || (loadsOnDemand && downloaded.includes(model));
  if (known && embeds(model))
    return refusal(404, `Failed to load model "${model}". Error: Model is not llm.`, 'model_not_found');
  if (known) return model;
  const [only, ...others] = chatting;
  if (only === undefined) {
    const how = "Please load a model in the developer page or use the 'lms load' command.";
    return refusal(400, `No models loaded. ${how}`, null);
  }
  if (others.length === 0) return only;
  const some = chatting.join(', ');
  const text = `Invalid model identifier "${model}". Please specify a valid downloaded model (e.g., ${some}).`;
  return refusal(400, text, 'model_not_found');
}

function embeds(id: string): boolean {
  return id.startsWith('text-embedding-');
}

function refusal(status: number, message: string, code: string | null): Answer {
  return { status, json: { error: { message, type: 'invalid_request_error', param: 'model', code } } };
}

function unauthorized(sent: string | undefined): Answer {
  const none = `An LM Studio API token is required to make requests to this server, but none was provided. ${learn}`;
  const message = sent === undefined ? none : `The LM Studio API token is not valid. ${learn}`;
  return { status: 401, json: { error: { type: 'invalid_request', code: 'invalid_api_key', message } } };
}
