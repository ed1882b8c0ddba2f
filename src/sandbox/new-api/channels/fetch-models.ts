import { askUpstream } from '../../upstream.ts';
import { failure, success } from '../envelope.ts';
import type { Host, HostApp, HostContext } from '../host.ts';
import { jsonObject, parseJson } from '../../json-object.ts';
import { HostError, json } from '../../reply.ts';
import { fieldsOf, readBody } from '../request-body.ts';
import { keyHeaders, modelsUrl, upstreamProtocol } from '../gateway/upstream-url.ts';
import { keysOf } from './channel-view.ts';
import { findChannel } from './channels.ts';

/** The names in a vendor's list of models; throws an Error that says why there is none. */
async function listed(host: Host, { type, base, key }: { type: number; base: string; key: string }): Promise<string[]> {
  if (base === '' || !URL.canParse(base)) throw new Error('unsupported protocol scheme');
  const protocol = upstreamProtocol(type, 'chat');
  const url = modelsUrl(type, base.replace(/\/$/, ''));
  const reply = await askUpstream(url, keyHeaders(protocol, key), undefined, host.stopping);
  if (reply.status !== 200) throw new Error(`status code: ${reply.status}`);
  const body = jsonObject(parseJson(reply.body));
  const rows = body[protocol === 'gemini' ? 'models' : 'data'];
  const nameOf = (row: unknown) => String(jsonObject(row)['id'] ?? jsonObject(row)['name']).replace(/^models\//, '');
  return Array.isArray(rows) ? rows.map(nameOf) : [];
}

const shape = { base_url: 'string', type: 'int64', key: 'string' } as const;

async function withKey(host: Host, c: HostContext): Promise<Response> {
  const { base_url: base = '', type = 1, key = '' } = fieldsOf(await readBody(c), shape, 'FetchModelsRequest');
  try {
    const names = await listed(host, { type, base, key: key.split('\n')[0] ?? '' });
    return host.features.tellsFetchFailure ? success(names) : json(200, { data: names, success: true });
  } catch (error) {
    if (host.features.tellsFetchFailure) throw refused(error);
    throw new HostError(500, { message: 'Failed to fetch models', success: false });
  }
}

function refused(error: unknown): HostError {
  return failure(`获取模型列表失败: ${error instanceof Error ? error.message : ''}`);
}

/** What a vendor offers to a channel's key, or to a key that was never stored. */
export function addFetchModelsRoutes(app: HostApp, host: Host): void {
  app.get('/api/channel/fetch_models/:id', async (c) => {
    const channel = findChannel(host, c);
    const [key = ''] = keysOf(channel);
    const names = await listed(host, { type: channel.type, base: channel.base_url, key }).catch((error: unknown) => {
      throw refused(error);
    });
    return success(names);
  });
  app.post('/api/channel/fetch_models', (c) => withKey(host, c));
}
