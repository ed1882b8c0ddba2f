import { disguiseOfOwn } from '../../core/disguise.ts';
import { isLoopback } from '../../core/loopback.ts';
import { RelayError } from '../../core/relay-error.ts';
import { wrongForm } from '../../pack/base-url-form.ts';
import type { Provider } from '../../pack/manifest.ts';

/**
 * A base URL that the operator or a pack gives, as it is sent to the host. Throws `USAGE` for one of which no address can be made
 * for the protocol, and `HTTP_REFUSED` for plain http to another machine that is not allowed.
 */
export function checkedBaseUrl(text: string, platform: Provider['platform'], allowHttp: boolean): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || (url.protocol !== 'http:' && url.protocol !== 'https:'))
    throw new RelayError('USAGE', '--base-url is no http or https URL.', {
      hint: 'It begins with https:// or http://, such as http://127.0.0.1:11434/v1.',
    });
  if (url.username !== '' || url.password !== '' || /[?#]/.test(text))
    throw new RelayError('USAGE', '--base-url must hold neither a login nor a query.');
  const disguise = disguiseOfOwn(text);
  if (disguise !== undefined)
    throw new RelayError('USAGE', `--base-url ${disguise}.`, { hint: 'Write it as it is read.' });
  const wrong = wrongForm(platform, url);
  if (wrong !== undefined)
    throw new RelayError('USAGE', `--base-url ends in ${url.pathname}: ${wrong.why}.`, {
      hint: `Give it without the end: --base-url ${wrong.right}.`,
    });
  if (url.protocol === 'http:' && !isLoopback(url.hostname) && !allowHttp)
    throw new RelayError('HTTP_REFUSED', `The keys would be sent to ${url.origin} over plain http.`);
  // A host in another script is shown, and sent, as it is read.
  return url.href.replace(/\/+$/, '');
}
