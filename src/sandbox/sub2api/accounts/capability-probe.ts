import { modelMapping } from '../gateway/model-match.ts';
import type { Host } from '../host.ts';
import { isJsonObject, jsonObject, parseJson } from '../../json-object.ts';
import type { Account } from '../rows.ts';
import { timestamp } from '../state.ts';
import { callUpstream } from '../gateway/upstream-call.ts';
import type { UpstreamReply } from '../../upstream.ts';
import { baseUrlOf, openAiUrl } from '../gateway/upstream-url.ts';

const fallbackModel = 'gpt-5.4';

function request(host: Host, account: Account): unknown {
  const plain = {
    model: fallbackModel,
    input: [{ role: 'user', content: [{ type: 'input_text', text: 'hi' }] }],
    stream: false,
  };
  if (!host.features.probesWithTool) return plain;
  const targets = Object.values(modelMapping(account)).map((target) => target.trim());
  const concrete = targets.filter((target) => target !== '' && !target.includes('*')).toSorted();
  return {
    ...plain,
    model: concrete[0] ?? fallbackModel,
    tools: [
      {
        type: 'function',
        name: 'probe_ping',
        parameters: { type: 'object', properties: { ok: { type: 'boolean' } }, required: ['ok'] },
      },
    ],
    tool_choice: 'required',
    max_output_tokens: 512,
  };
}

/** What the answer says about the Responses API. */
function supportsResponses(host: Host, reply: UpstreamReply): boolean {
  if (reply.status === 404 || reply.status === 405) return false;
  if (!host.features.probesWithTool || reply.status < 200 || reply.status >= 300) return true;
  const body = jsonObject(parseJson(reply.body));
  const output = Array.isArray(body['output']) ? body['output'] : [];
  return output.some((item) => isJsonObject(item) && item['type'] === 'function_call');
}

async function probe(host: Host, account: Account): Promise<void> {
  try {
    const url = openAiUrl(host.features, baseUrlOf(account), '/v1/responses');
    const reply = await callUpstream(
      host,
      account,
      url,
      request(host, account),
      host.features.probesWithTool ? 15_000 : 8_000,
    );
    const current = host.state.accounts.get(account.id);
    if (current === undefined) return;
    current.extra = { ...current.extra, openai_responses_supported: supportsResponses(host, reply) };
    current.updated_at = timestamp();
  } catch {
    // An unreachable upstream leaves the question open, as on the host.
  }
}

/** Starts the background question whether the account's upstream knows the Responses API. */
export function scheduleCapabilityProbe(host: Host, account: Account): void {
  if (account.platform !== 'openai' || !account.credentials['api_key']) return;
  const timer = setTimeout(() => {
    if (!host.stopping.aborted) void probe(host, account);
  }, host.capabilityDelayMs);
  host.stopping.addEventListener('abort', () => clearTimeout(timer), { once: true });
}
