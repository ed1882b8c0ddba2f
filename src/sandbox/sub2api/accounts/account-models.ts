import { findAccount } from './accounts.ts';
import { defaultModels } from './default-models.ts';
import { refusal, success } from '../envelope.ts';
import type { Host, HostApp } from '../host.ts';
import { isJsonObject, jsonObject, parseJson } from '../../json-object.ts';
import { modelMapping } from '../gateway/model-match.ts';
import type { Account } from '../rows.ts';
import { callUpstream, isOpenAiLike, UnreachableError } from '../gateway/upstream-call.ts';
import { baseUrlOf, BaseUrlError, openAiModelsUrl } from '../gateway/upstream-url.ts';

function models(host: Host, account: Account): unknown[] {
  const known = defaultModels(host.features, account.platform);
  const keys = Object.keys(modelMapping(account));
  if (keys.length === 0 || account.extra['openai_passthrough'] === true) return known;
  const openAi = isOpenAiLike(account.platform);
  return keys.map((id) => {
    const listed = known.find((model) => model['id'] === id);
    if (listed !== undefined) return listed;
    if (openAi) return { id, object: 'model', created: 0, owned_by: '', type: 'model', display_name: id };
    return { id, type: 'model', display_name: id, created_at: '' };
  });
}

const vendorNames: Record<string, string> = { openai: 'OpenAI', anthropic: 'Anthropic', gemini: 'Gemini' };

function listUrl(host: Host, account: Account): string {
  const vendor =
    vendorNames[account.platform] ??
    (isOpenAiLike(account.platform) && host.features.newerFields ? 'OpenAI' : undefined);
  if (vendor === undefined) throw refusal(400, `Unsupported platform for upstream model sync: ${account.platform}`);
  if (account.type !== 'apikey')
    throw refusal(400, `Unsupported ${vendor} account type for upstream model sync: ${account.type}`);
  if (!account.credentials['api_key']) throw refusal(400, `No ${vendor} API key is available`);
  try {
    const base = baseUrlOf(account);
    if (account.platform === 'gemini') return `${base.replace(/\/v1beta$/, '')}/v1beta/models`;
    return openAiModelsUrl(host.features, base);
  } catch (error) {
    if (error instanceof BaseUrlError) throw refusal(400, `Invalid ${vendor} base URL`);
    throw error;
  }
}

function idsOf(text: string): string[] {
  const body = parseJson(text);
  if (body === undefined) throw refusal(502, 'Upstream model list response was not valid JSON');
  const source = Array.isArray(body) ? body : (jsonObject(body)['data'] ?? jsonObject(body)['models']);
  const ids = (Array.isArray(source) ? source : []).flatMap((item) => {
    const id = isJsonObject(item) ? (item['id'] ?? item['name']) : item;
    return typeof id === 'string' && id !== '' ? id.replace(/^models\//, '') : [];
  });
  if (ids.length === 0) throw refusal(502, 'Upstream returned no supported models');
  return [...new Set(ids)].toSorted();
}

async function syncUpstream(host: Host, account: Account): Promise<Response> {
  try {
    const reply = await callUpstream(host, account, listUrl(host, account));
    if (reply.status < 200 || reply.status >= 300)
      throw refusal(502, `Upstream model list request failed with HTTP ${reply.status}`);
    return success({ models: idsOf(reply.body) });
  } catch (error) {
    if (error instanceof UnreachableError) throw refusal(502, 'Failed to request upstream model list');
    throw error;
  }
}

/** The routes that list an account's models, from its mapping or from its upstream. */
export function addAccountModelRoutes(app: HostApp, host: Host): void {
  const base = '/api/v1/admin/accounts/:id/models';
  app.get(base, (c) => success(models(host, findAccount(host, c, ''))));
  app.post(`${base}/sync-upstream`, (c) => syncUpstream(host, findAccount(host, c, '')));
}
