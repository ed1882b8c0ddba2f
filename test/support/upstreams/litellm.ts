import { createHash } from 'node:crypto';
import { spoken } from './answers.ts';
import { startUpstream, type Answer, type Asked, type Upstream } from './upstream.ts';

/** What a test may set on LiteLLM's proxy. */
export interface Litellm extends Upstream {
  /** Its model names; one with a star stands for all that it matches, and stands in the list. */
  models: string[];
  /** A key of a team, and the models that the team may use. */
  teamKey: string;
  teamModels: string[];
  /** Without a database only the master key can be told from others. */
  database: boolean;
}

/**
 * LiteLLM's proxy, default http://127.0.0.1:4000/v1, with and without the `/v1`. Keys: `litellm/proxy/auth`
 * (`auth_exception_handler.py`, read in autumn 2026), issues BerriAI/litellm 11639 and 24680 (a key that is not known;
 * the answer holds its hash), 9132 (one without `sk-`). Without a database a wrong key is 400 and not 401 (a deployment's
 * note, found by its words "No connected db."). Unknown models: `ProxyModelNotFoundError` in `route_llm_request.py`; the
 * message is a dictionary as python prints it (issues 8821, 14257; 1.61 sent a JSON object instead). Models that a key
 * may not use: pull request 41852 (2026-09: 403, the same wording whether the model exists; 401 and the key's whole
 * list before). List: issue 13752 (wildcards stand in it), 14257 (one owner and date for all). Probes without a key:
 * docs.litellm.ai/docs/proxy/health (2026-10-10). It has Messages and Responses. Invented: what the vendor says to a
 * literal wildcard.
 */
export async function startLitellm(
  options: Partial<Pick<Litellm, 'models' | 'teamModels' | 'database'>> = {},
): Promise<Litellm> {
  const key = 'sk-litellm-master-0001';
  const knobs = {
    models: ['gpt-5-mini', 'openai/*', 'text-embedding-3-small'],
    teamKey: 'sk-litellm-team-00002',
    teamModels: ['gpt-5-mini'],
    database: true,
    ...options,
  };
  return startUpstream({ base: '/v1', key, knobs }, (asked) => {
    if (asked.route === 'GET /health/liveliness') return { json: "I'm alive!" };
    if (asked.route === 'GET /health/readiness')
      return { json: { status: 'healthy', db: knobs.database ? 'connected' : 'Not connected' } };
    const sent = asked.bearer ?? asked.headers['x-api-key'] ?? '';
    const ofTeam = knobs.database && sent === knobs.teamKey;
    if (sent !== key && !ofTeam) return unauthorized(sent, knobs.database);
    const path = asked.path.startsWith('/v1/') ? asked.path : `/v1${asked.path}`;
    const route = asked.route.replace(asked.path, path);
    const listed = ofTeam ? knobs.teamModels : knobs.models;
    if (route === 'GET /v1/models') {
      const entry = { object: 'model', created: 1_677_610_602, owned_by: 'openai' };
      return { json: { data: listed.map((id) => ({ id, ...entry })), object: 'list' } };
    }
    const answer = spoken({ ...asked, route, path });
    if (answer === null) return { status: 404, json: { detail: 'Not Found' } };
    return refusal(asked, path, { listed, all: knobs.models }) ?? answer;
  });
}

function failure(status: number, message: string, type: string, param: string): Answer {
  return { status, json: { error: { message, type, param, code: String(status) } } };
}

function unauthorized(sent: string, database: boolean): Answer {
  const no = (text: string, type = 'auth_error', param = 'None') =>
    failure(401, `Authentication Error, ${text}`, type, param);
  if (sent === '') return no('No api key passed in.');
  if (!sent.startsWith('sk-'))
    return no(`LiteLLM Virtual Key expected. Received=${sent.slice(0, 4)}****, expected to start with 'sk-'.`);
  if (!database) return failure(400, 'No connected db.', 'no_db_connection', 'None');
  const hash = createHash('sha256').update(sent).digest('hex');
  const shown = `Received API Key = sk-...${sent.slice(-4)}, Key Hash (Token) =${hash}`;
  const where = 'Unable to find token in cache or `LiteLLM_VerificationTokenTable`';
  return no(`Invalid proxy server token passed. ${shown}. ${where}`, 'token_not_found_in_db', 'key');
}

function refusal({ model }: Asked, path: string, { listed, all }: { listed: string[]; all: string[] }): Answer | null {
  const names = (name: string) => name === model || (name.endsWith('*') && model.startsWith(name.slice(0, -1)));
  if (listed !== all && !listed.some(names)) {
    const text = `The requested model '${model}' is not available for this API key, or the model name is invalid.`;
    return failure(
      403,
      `${text} Check the models available to you and try again.`,
      'team_model_access_denied',
      'model',
    );
  }
  if (!all.some(names)) {
    const text = `${path.slice('/v1'.length)}: Invalid model name passed in model=${model}.`;
    const whole = `{'error': '${text} Call \`/v1/models\` to view available models for your key.'}`;
    return failure(400, whole, 'None', 'None');
  }
  if (!model.includes('*')) return null;
  return failure(404, `litellm.NotFoundError: OpenAIException - The model \`*\` does not exist`, 'None', 'None');
}
