import { disguiseOf } from '../../core/disguise.ts';
import { isLoopback } from '../../core/loopback.ts';
import type { Finding } from '../../text/finding.ts';
import { wrongForm } from '../base-url-form.ts';
import type { PackProvider } from '../manifest.ts';
import type { Path } from '../../text/source-text.ts';
import type { ManifestText } from '../manifest-text.ts';

/** Whether the host would make the right address of the base URL, and keys travel to it safely. */
export function checkBaseUrl(source: ManifestText, provider: PackProvider, at: Path): Finding[] {
  if (provider.baseUrl === 'ask') return [];
  const url = new URL(provider.baseUrl);
  const place = [...at, 'baseUrl'];
  const findings: Finding[] = [];
  if (url.username !== '' || url.password !== '')
    findings.push(source.finding(place, 'SECRET_IN_MANIFEST', 'the base URL holds a user name or password'));
  const disguise = url.username === '' && url.password === '' ? disguiseOf(provider.baseUrl) : undefined;
  if (disguise !== undefined) findings.push(source.finding(place, 'BASE_URL_DISGUISED', `the base URL ${disguise}`));
  if (/[?#]/.test(provider.baseUrl))
    findings.push(source.finding(place, 'BASE_URL_FORM', 'the base URL must end with its path'));
  if (url.protocol === 'http:' && !isLoopback(url.hostname))
    findings.push(source.finding(place, 'PLAIN_HTTP', 'keys would travel unprotected over http', 'warning'));
  const wrong = wrongForm(provider.platform, url);
  if (wrong !== undefined) findings.push(source.finding(place, 'BASE_URL_FORM', wrong.why));
  return findings;
}
