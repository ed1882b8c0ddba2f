import type { Platform } from '../../core/modes.ts';

/** What this host adds by itself to the base URL of an account, version and all; an openai base names its version. */
const added: Record<Platform, RegExp | null> = {
  openai: null,
  anthropic: /\/v1\/*$/,
  gemini: /\/v1(?:beta)?\/*$/,
};

/**
 * The base URL that an account of this host needs to reach an upstream. Where a vendor documents the address that its
 * clients are given, that is the same; where it documents the one with the version, this host would say that twice. Pure.
 */
export function upstreamBase(baseUrl: string, platform: Platform): string {
  const twice = added[platform];
  return twice === null ? baseUrl : baseUrl.replace(twice, '');
}
