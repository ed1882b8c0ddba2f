import type { Platform } from '../../core/modes.ts';

/** The types of channel that speak each protocol, whoever the vendor is. */
const plainTypes: Record<Platform, number> = { openai: 1, anthropic: 14, gemini: 24 };

/** What a channel of a vendor's own type adds to its address where others add `/v1`; seen in `relay/channel` of the host. */
const ownPaths = new Map([
  [26, '/api/paas/v4'],
  [45, '/api/v3'],
  [46, '/v2'],
]);

/** Upstreams that the host knows by a word in the place of their address, of channels of these types. */
const namedBases: readonly (readonly [type: number, word: string, baseUrl: string])[] = [
  [26, 'glm-coding-plan', 'https://open.bigmodel.cn/api/coding/paas/v4'],
  [26, 'glm-coding-plan-international', 'https://api.z.ai/api/coding/paas/v4'],
  [45, 'doubao-coding-plan', 'https://ark.cn-beijing.volces.com/api/coding/v3'],
];

/** The type of a channel for a protocol, unless the pack names one. */
export function typeFor(platform: Platform, asked: unknown): number {
  return typeof asked === 'number' ? asked : plainTypes[platform];
}

/** The protocol of a channel. What has a type of its own speaks as OpenAI does. */
export function platformOf(type: number): Platform {
  return type === plainTypes.anthropic ? 'anthropic' : type === plainTypes.gemini ? 'gemini' : 'openai';
}

/** Whether a type is one that its protocol gives it, and needs no telling. */
export function isPlain(type: number): boolean {
  return Object.values(plainTypes).includes(type);
}

/** The address that a channel of this type is given for an upstream, and back: without what the host adds by itself. */
export function channelBase(type: number, baseUrl: string): string {
  const word = namedBases.find(([of, , known]) => of === type && known === baseUrl)?.[1];
  if (word !== undefined) return word;
  const path = ownPaths.get(type);
  return path !== undefined && baseUrl.endsWith(path) ? baseUrl.slice(0, -path.length) : baseUrl;
}

/** The upstream of a channel of this type with this address. */
export function upstreamOf(type: number, base: string): string {
  const known = namedBases.find(([of, word]) => of === type && word === base)?.[2];
  return known ?? (base === '' ? '' : `${base}${ownPaths.get(type) ?? ''}`);
}

/** Whether a channel of this type reaches an upstream whose address ends in a version of its own. */
export function reaches(type: number, baseUrl: string): boolean {
  if (namedBases.some(([of, , known]) => of === type && known === baseUrl)) return true;
  const path = ownPaths.get(type);
  if (path !== undefined) return baseUrl.endsWith(path);
  return !/\/v\d+(?:beta)?\/*$/.test(baseUrl);
}

/** What each protocol adds to an address by itself, version and all. */
const added: Record<Platform, RegExp> = {
  openai: /\/v1\/*$/,
  anthropic: /\/v1\/*$/,
  gemini: /\/v1(?:beta)?\/*$/,
};

/** The base URL that a channel needs to reach an upstream: this host adds the version that vendors document. Pure. */
export function upstreamBase(baseUrl: string, platform: Platform): string {
  return baseUrl.replace(added[platform], '').replace(/\/+$/, '');
}
