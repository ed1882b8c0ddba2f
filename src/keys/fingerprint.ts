import { keyFingerprint } from '../core/secrets/key-fingerprint.ts';
import type { Secret } from '../core/secrets/secret.ts';

/** `sha256:` and twelve hexadecimal digits: names a key without telling it. The same key has the same one everywhere. */
export type Fingerprint = string;

export interface KeyName {
  fingerprint: Fingerprint;
  /** The last four characters, or nothing for keys under 16 characters, of which four would tell too much. */
  last4: string;
}

/** Names a key, the same on every machine. */
export function fingerprintKey(key: Secret): KeyName {
  const value = key.open();
  return { fingerprint: keyFingerprint(value), last4: value.length < 16 ? '' : value.slice(-4) };
}
