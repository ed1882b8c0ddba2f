import { createHmac } from 'node:crypto';
import type { Secret } from '../terms/secret.ts';

/** `sha256:` and twelve hexadecimal digits: names a key without telling it. The same key has the same one everywhere. */
export type Fingerprint = string;

export interface KeyName {
  fingerprint: Fingerprint;
  /** The last four characters, or nothing for keys under 16 characters, of which four would tell too much. */
  last4: string;
}

/** Names a key by HMAC-SHA-256 under the public text `relay.key/1`, so that two machines agree on the name. */
export function nameKey(key: Secret): KeyName {
  const value = key.open();
  const digest = createHmac('sha256', 'relay.key/1').update(value).digest('hex');
  return { fingerprint: `sha256:${digest.slice(0, 12)}`, last4: value.length < 16 ? '' : value.slice(-4) };
}
