import type { Features } from '../features.ts';
import type { Account } from '../rows.ts';

const defaults: Record<string, string> = {
  openai: 'https://api.openai.com',
  gemini: 'https://generativelanguage.googleapis.com',
};

/** A base URL that cannot be used; the message is the host's. */
export class BaseUrlError extends Error {}

/** The account's base URL without a trailing slash, or the vendor's own when it has none. */
export function baseUrlOf(account: Account): string {
  const value = account.credentials['base_url'];
  const text =
    typeof value === 'string' && value.trim() !== ''
      ? value.trim()
      : (defaults[account.platform] ?? 'https://api.anthropic.com');
  const scheme = /^([a-z][a-z0-9+.-]*):\/\/[^/]/i.exec(text)?.[1]?.toLowerCase();
  if (scheme === undefined) throw new BaseUrlError(`Invalid base URL: invalid url: ${text}`);
  if (scheme !== 'http' && scheme !== 'https')
    throw new BaseUrlError(`Invalid base URL: invalid url scheme: ${scheme}`);
  return text.replace(/\/+$/, '');
}

/** Whether the account has a base URL of its own; without one there is nobody the sandbox would call. */
export function hasBaseUrl(account: Account): boolean {
  const value = account.credentials['base_url'];
  return typeof value === 'string' && value.trim() !== '';
}

const versionSegment = /^v\d+(?:$|\.\d+$|alpha|beta|preview)/i;

function joinPath(path: string, endpoint: string): string {
  const short = endpoint.replace(/^\/v1/, '');
  const trimmed = path.replace(/\/+$/, '');
  if (trimmed.endsWith(endpoint) || trimmed.endsWith(short)) return trimmed;
  const last = trimmed.split('/').at(-1) ?? '';
  return trimmed + (versionSegment.test(last) ? short : endpoint);
}

function splitQuery(base: string): [string, string] {
  const [beforeFragment = ''] = base.split('#');
  const mark = beforeFragment.indexOf('?');
  return mark < 0 ? [beforeFragment, ''] : [beforeFragment.slice(0, mark), beforeFragment.slice(mark)];
}

/** Where an OpenAI call goes; `endpoint` begins with `/v1/`. */
export function openAiUrl(features: Features, base: string, endpoint: string): string {
  if (!features.parsesBaseUrl) return joinPath(base, endpoint);
  const [path, query] = splitQuery(base);
  return joinPath(path, endpoint) + query;
}

/** Where the models list of an OpenAI account is; the earlier version knows only `/v1` as a version. */
export function openAiModelsUrl(features: Features, base: string): string {
  if (features.parsesBaseUrl) return openAiUrl(features, base, '/v1/models');
  if (base.endsWith('/v1/models')) return base;
  return base + (base.endsWith('/v1') ? '/models' : '/v1/models');
}

/** Where an Anthropic call goes: below every base alike. */
export function messagesUrl(base: string): string {
  return `${base}/v1/messages?beta=true`;
}

/** Where a Gemini call goes; `action` may carry a query. */
export function geminiUrl(base: string, model: string, action: string): string {
  return `${base}/v1beta/models/${model}:${action}`;
}
