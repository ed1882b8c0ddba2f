import { createHmac } from 'node:crypto';

/** Names a key by HMAC-SHA-256 under the public text `relay.key/1`, so that two machines agree on the name. */
export function keyFingerprint(key: string): string {
  return `sha256:${createHmac('sha256', 'relay.key/1').update(key).digest('hex').slice(0, 12)}`;
}

/** The word of a text that is the key with this fingerprint, if there is one. */
export function keyWithin(text: string, fingerprint: string): string | undefined {
  const words = new Set([text.trim(), ...text.split(/[\s"'`()<>,;:=]+/)]);
  return [...words].find((word) => word.length >= 8 && keyFingerprint(word) === fingerprint);
}
