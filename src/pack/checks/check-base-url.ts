import { disguiseOf } from '../../core/disguise.ts';
import { isLoopback } from '../../core/loopback.ts';
import type { Finding } from '../../text/finding.ts';
import type { Provider } from '../manifest.ts';
import type { Path } from '../../text/source-text.ts';
import type { ManifestText } from '../manifest-text.ts';

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

/** Whether the host would make the right address of the base URL, and keys travel to it safely. */
export function checkBaseUrl(source: ManifestText, provider: Provider, at: Path): Finding[] {
  const url = new URL(provider.baseUrl);
  const place = [...at, 'baseUrl'];
  const findings: Finding[] = [];
  if (url.username !== '' || url.password !== '')
    findings.push(source.finding(place, 'SECRET_IN_MANIFEST', 'the base URL holds a user name or password'));
  const disguise = url.username === '' && url.password === '' ? disguiseOf(provider.baseUrl) : undefined;
  if (disguise !== undefined) findings.push(source.finding(place, 'BASE_URL_DISGUISED', `the base URL ${disguise}`));
  if (url.search !== '' || url.hash !== '')
    findings.push(source.finding(place, 'BASE_URL_FORM', 'the base URL must end with its path'));
  if (url.protocol === 'http:' && !isLoopback(url.hostname))
    findings.push(source.finding(place, 'PLAIN_HTTP', 'keys would travel unprotected over http', 'warning'));
  const { pattern, why } = added[provider.platform];
  if (pattern.test(url.pathname)) findings.push(source.finding(place, 'BASE_URL_FORM', why));
  return findings;
}
