import type { Channel } from '../rows.ts';

/** The protocols in which the host speaks to clients and to vendors. */
export type Protocol = 'chat' | 'responses' | 'messages' | 'gemini';

const types = { anthropic: 14, gemini: 24, moonshot: 25, zhipu: 26, deepseek: 43, volcEngine: 45, baidu: 46 } as const;

/** The root of a channel's vendor, or undefined where it names none: nobody is called that was not named. */
export function baseOf(channel: Channel): string | undefined {
  return channel.base_url === '' ? undefined : channel.base_url.replace(/\/$/, '');
}

/** The protocol that a channel of a type speaks to its vendor when a client speaks another one. */
export function upstreamProtocol(type: number, client: Protocol): Protocol {
  if (type === types.anthropic) return 'messages';
  if (type === types.gemini) return 'gemini';
  if (client === 'messages') return anthropicBase[type] === undefined ? 'chat' : 'messages';
  return client === 'responses' && ownChat[type] === undefined ? 'responses' : 'chat';
}

/** Types whose vendors speak Anthropic's protocol too, and below which path. */
const anthropicBase: Record<number, string> = {
  [types.moonshot]: '/anthropic',
  [types.zhipu]: '/api/anthropic',
  [types.deepseek]: '/anthropic',
};

/** Types that have a path of their own for completions. */
const ownChat: Record<number, string> = {
  [types.moonshot]: '/v1/chat/completions',
  [types.zhipu]: '/api/paas/v4/chat/completions',
  [types.deepseek]: '/v1/chat/completions',
  [types.volcEngine]: '/api/v3/chat/completions',
  [types.baidu]: '/v2/chat/completions',
};

/** Roots that the host knows by a word, below which completions are at once. */
const namedRoots: Record<string, string> = {
  'glm-coding-plan': 'https://open.bigmodel.cn/api/coding/paas/v4',
  'glm-coding-plan-international': 'https://api.z.ai/api/coding/paas/v4',
  'doubao-coding-plan': 'https://ark.cn-beijing.volces.com/api/coding/v3',
};

/** Where a call of that protocol goes: the type decides on the path below the channel's root. */
export function upstreamUrl(
  type: number,
  base: string,
  protocol: Protocol,
  { model, stream }: { model: string; stream: boolean },
): string {
  if (protocol === 'gemini')
    return `${base}/v1beta/models/${model}:${stream ? 'streamGenerateContent?alt=sse' : 'generateContent'}`;
  if (protocol === 'messages') return `${base}${anthropicBase[type] ?? ''}/v1/messages`;
  if (protocol === 'responses') return `${base}/v1/responses`;
  const named = ownChat[type] === undefined ? undefined : namedRoots[base];
  if (named !== undefined) return `${named}/chat/completions`;
  return `${base}${ownChat[type] ?? '/v1/chat/completions'}`;
}

/** Where the list of models is. */
export function modelsUrl(type: number, base: string): string {
  if (type === types.gemini) return `${base}/v1beta/models`;
  return type === types.zhipu ? `${base}/api/paas/v4/models` : `${base}/v1/models`;
}

/** The headers that carry a key to the vendor. */
export function keyHeaders(protocol: Protocol, key: string): Record<string, string> {
  if (protocol === 'gemini') return { 'x-goog-api-key': key };
  if (protocol === 'messages') return { 'x-api-key': key, 'anthropic-version': '2023-06-01' };
  return { authorization: `Bearer ${key}` };
}
