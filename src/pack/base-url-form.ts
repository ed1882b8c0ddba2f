import type { Provider } from './manifest.ts';

/** What hosts add to a base URL, by platform; a base URL that ends in it would have it twice. */
const added: Record<Provider['platform'], { pattern: RegExp; why: string }> = {
  openai: {
    pattern: /\/(?:chat\/completions|completions|responses|models)\/?$/,
    why: 'the host adds the path of each request, so the base URL must end before it',
  },
  anthropic: {
    pattern: /\/v1(?:\/messages)?\/?$/,
    why: 'the host adds /v1/messages to an anthropic base URL, so it must not end in /v1',
  },
  gemini: {
    pattern: /\/v1(?:beta)?(?:\/.*)?$/,
    why: 'the host adds /v1beta/models to a gemini base URL, so it must be the root',
  },
};

/**
 * Why hosts would make wrong addresses of a base URL for this protocol, and the one of which they would make right ones; nothing
 * where it is that.
 */
export function wrongForm(
  platform: Provider['platform'],
  { origin, pathname }: URL,
): { why: string; right: string } | undefined {
  const { pattern, why } = added[platform];
  return pattern.test(pathname) ? { why, right: origin + pathname.replace(pattern, '') } : undefined;
}
