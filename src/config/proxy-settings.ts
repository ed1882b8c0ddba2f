import { BlockList, isIP } from 'node:net';
import { isLoopback } from '../core/loopback.ts';
import type { Proxy } from '../core/proxy.ts';
import { RelayError } from '../core/relay-error.ts';
import { Secret } from '../core/secrets/secret.ts';
import type { Environment } from './host-settings.ts';

/**
 * The proxy that the environment names for a host, as curl reads it: `https_proxy`, `http_proxy`, else `all_proxy`, each
 * also in capitals, unless `no_proxy` has the host. This machine is never reached through a proxy, since logins go to it
 * unencrypted. `learn` is told what is secret. Throws `USAGE` for a proxy that cannot be used.
 */
export function proxyFor(hostUrl: string, env: Environment, learn: (secret: Secret) => void): Proxy | null {
  const host = new URL(hostUrl);
  if (isLoopback(host.hostname)) return null;
  const scheme = host.protocol === 'https:' ? 'https_proxy' : 'http_proxy';
  const names = [scheme, scheme.toUpperCase(), 'all_proxy', 'ALL_PROXY'];
  const variable = names.find((name) => env[name]?.trim());
  if (variable === undefined || isExempt(host, env['no_proxy'] || env['NO_PROXY'] || '')) return null;
  const text = env[variable]?.trim() ?? '';
  const url = parse(text, variable);
  const login = `${decoded(url.username)}:${decoded(url.password)}`;
  if (login !== ':') for (const secret of [login, decoded(url.password), url.password, text]) learn(new Secret(secret));
  return {
    address: url.origin,
    variable,
    authorization: login === ':' ? null : new Secret(`Basic ${Buffer.from(login).toString('base64')}`),
  };
}

function parse(text: string, variable: string): URL {
  // Curl takes a proxy without a scheme for one that speaks http.
  const whole = /^[a-z][\w+.-]*:\/\//i.test(text) ? text : `http://${text}`;
  if (!URL.canParse(whole)) throw unusable(`${variable} is no address of a proxy.`);
  const url = new URL(whole);
  if (url.protocol === 'http:' || url.protocol === 'https:') return url;
  throw unusable(`${variable} names a proxy that speaks ${url.protocol.slice(0, -1)}; relay takes http and https.`);
}

function unusable(message: string): RelayError {
  return new RelayError('USAGE', message, { hint: 'Write it as http://proxy.example.org:3128, or unset it.' });
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** Whether a list of `no_proxy` has a host: by its name, a domain above it, its address, or a block of addresses. */
function isExempt(host: URL, list: string): boolean {
  const name = plain(host.hostname);
  const port = host.port || (host.protocol === 'https:' ? '443' : '80');
  return list
    .split(/[\s,]+/)
    .filter((entry) => entry !== '')
    .some((entry) => {
      if (entry === '*') return true;
      if (entry.includes('/')) return isInBlock(name, entry);
      const [, before = entry, desired] = /^([^:]+|\[.+\]):(\d+)$/.exec(entry) ?? [];
      if (desired !== undefined && desired !== port) return false;
      const domain = plain(before).replace(/^\*?\.+/, '');
      return domain !== '' && (name === domain || (isIP(name) === 0 && name.endsWith(`.${domain}`)));
    });
}

function plain(hostname: string): string {
  return hostname
    .toLowerCase()
    .replace(/^\[(.*)\]$/, '$1')
    .replace(/\.$/, '');
}

function isInBlock(name: string, entry: string): boolean {
  const [net = '', bits = ''] = entry.split('/');
  const family = isIP(name);
  const block = new BlockList();
  if (family === 0 || isIP(plain(net)) !== family || !/^\d+$/.test(bits) || Number(bits) > (family === 4 ? 32 : 128))
    return false;
  const type = family === 4 ? 'ipv4' : 'ipv6';
  block.addSubnet(plain(net), Number(bits), type);
  return block.check(name, type);
}
