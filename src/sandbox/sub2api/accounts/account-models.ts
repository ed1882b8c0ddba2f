import { findAccount } from './accounts.ts';
import { defaultModels } from './default-models.ts';
import { refusal, success } from '../envelope.ts';
import type { Host, HostApp } from '../host.ts';
import { jsonObject, parseJson } from '../../json-object.ts';
import { modelMapping } from '../gateway/model-match.ts';
import type { Account } from '../rows.ts';
import { callUpstream } from '../gateway/upstream-call.ts';
import { UnreachableError } from '../../upstream.ts';
import { baseUrlOf, openAiModelsUrl } from '../gateway/upstream-url.ts';

function models(account: Account): unknown[] {
  const known = defaultModels(account.platform);
  const keys = Object.keys(modelMapping(account));
  if (keys.length === 0) return known;
  const openAi = account.platform === 'openai';
  return keys.map((id) => {
    const listed = known.find((model) => model['id'] === id);
    if (listed !== undefined) return listed;
    if (openAi) return { id, object: 'model', created: 0, owned_by: '', type: 'model', display_name: id };
    return { id, type: 'model', display_name: id, created_at: '' };
  });
}

function listUrl(host: Host, account: Account): string {
  const base = baseUrlOf(account);
  if (account.platform === 'gemini') return `${base.replace(/\/v1beta$/, '')}/v1beta/models`;
  return openAiModelsUrl(host.features, base);
}

function idsOf(text: string): string[] {
  const body = parseJson(text);
  if (body === undefined) throw refusal(502, 'Upstream model list response was not valid JSON');
  const source = jsonObject(body)['data'];
  const ids = (Array.isArray(source) ? source : []).map((item) => String(jsonObject(item)['id']));
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
  app.get(base, (c) => success(models(findAccount(host, c, ''))));
  app.post(`${base}/sync-upstream`, (c) => syncUpstream(host, findAccount(host, c, '')));
}
