import { Secret } from '../core/secrets/secret.ts';
import { fingerprintKey, type Fingerprint } from './fingerprint.ts';
import { KeyEntries, type KeyFile } from './key-file.ts';

/** Stands where hosts want a key and the upstream wants none. It opens nothing, so it is no secret. */
const placeholder = 'relay-no-key-needed';

/** The key file of an upstream that asks for no key: one line, with a placeholder. */
export function placeholderKeys(): KeyFile {
  const keys = new KeyEntries();
  keys.add(1, placeholder);
  return { lines: 1, blank: 0, entries: keys.entries };
}

/** Whether this names the placeholder, and no key. */
export function isPlaceholder(fingerprint: Fingerprint | undefined): boolean {
  return fingerprint === fingerprintKey(new Secret(placeholder)).fingerprint;
}

type Entry = { kind: 'key'; fingerprint: string } | { kind: 'malformed' };

/** Whether a run was made with the placeholder, and so needs no key file. Takes the entries of its keys. */
export function needsNoKeys([first, ...others]: readonly Entry[]): boolean {
  return others.length === 0 && first?.kind === 'key' && isPlaceholder(first.fingerprint);
}
