import { askUpstream, UnreachableError } from '../../upstream.ts';
import { failure, success } from '../envelope.ts';
import type { Host, HostApp, HostContext } from '../host.ts';
import { jsonObject, parseJson } from '../../json-object.ts';
import { HostError, json } from '../../reply.ts';
import { fieldsOf, readBody } from '../request-body.ts';
import { keyHeaders, modelsUrl, upstreamProtocol } from '../gateway/upstream-url.ts';
import { keysOf } from './channel-view.ts';
import { findChannel } from './channels.ts';

/** The names in a vendor's list of models; undefined where it does not give one. */
async function listed(
  host: Host,
  { type, base, key }: { type: number; base: string; key: string },
): Promise<string[] | undefined> {
  if (base === '' || !URL.canParse(base)) return undefined;
  const headers = keyHeaders(upstreamProtocol(type, 'chat'), key);
  const url = modelsUrl(type, base.replace(/\/$/, ''));
  const reply = await askUpstream(url, headers, undefined, host.stopping).catch((error: unknown) => {
    if (error instanceof UnreachableError) return undefined;
    throw error;
  });
  const data = reply?.status === 200 ? jsonObject(parseJson(reply.body))['data'] : undefined;
  return Array.isArray(data) ? data.map((each) => String(jsonObject(each)['id'])) : undefined;
}

const shape = { base_url: 'string', type: 'int64', key: 'string' } as const;

async function withKey(host: Host, c: HostContext): Promise<Response> {
  const { base_url: base = '', type = 1, key = '' } = fieldsOf(await readBody(c), shape, 'FetchModelsRequest');
  const names = await listed(host, { type, base, key: key.split('\n')[0] ?? '' });
  if (names === undefined) throw new HostError(500, { message: 'Failed to fetch models', success: false });
  return json(200, { data: names, success: true });
}

/** What a vendor offers to a channel's key, or to a key that was never stored. */
export function addFetchModelsRoutes(app: HostApp, host: Host): void {
  app.get('/api/channel/fetch_models/:id', async (c) => {
    const channel = findChannel(host, c);
    const [key = ''] = keysOf(channel);
    const names = await listed(host, { type: channel.type, base: channel.base_url, key });
    if (names === undefined) throw failure('获取模型列表失败');
    return success(names);
  });
  app.post('/api/channel/fetch_models', (c) => withKey(host, c));
}
