import type { Platform } from '../../core/modes.ts';
import type { Secret } from '../../core/secrets/secret.ts';

/** The headers in which a client of this protocol sends its key. */
export function keyHeaders(platform: Platform, key: Secret): Record<string, string> {
  if (platform === 'anthropic') return { 'X-Api-Key': key.open(), 'Anthropic-Version': '2023-06-01' };
  return platform === 'gemini' ? { 'X-Goog-Api-Key': key.open() } : { Authorization: `Bearer ${key.open()}` };
}

/** A path of a client after the base URL of an upstream: those of the openai protocol end with their version already. */
export function upstreamPath(platform: Platform, path: string): string {
  return platform === 'openai' ? path.replace(/^\/v1(?=\/)/, '') : path;
}
