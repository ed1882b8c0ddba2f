import { spellings } from '../../src/sandbox/spellings.ts';
import type { Sandbox } from './start-sandbox.ts';

/** Every secret that the host was sent: found in its own records, not in what relay says it knows. */
export function secretsOf(sandbox: Sandbox): string[] {
  const found = new Set<string>();
  for (const { body, credential } of sandbox.requests) {
    found.add(credential);
    JSON.stringify(body, (name, value: unknown) => {
      if (['api_key', 'password'].includes(name) && typeof value === 'string') found.add(value);
      return value;
    });
  }
  return [...found].filter((secret) => secret.length >= 8);
}

/** Every form in which a secret could be read out of a text. */
function forms(secret: string): string[] {
  const base64 = [0, 1, 2].map((before) => {
    const encoded = Buffer.concat([Buffer.alloc(before), Buffer.from(secret)]).toString('base64');
    // The edges mix with what stands beside them.
    return encoded.replace(/=+$/, '').slice(before === 0 ? 0 : 4, -2);
  });
  const parts = secret.length > 20 ? [secret.slice(8), secret.slice(0, 20)] : [];
  return [...parts, ...base64, ...Object.values(spellings).map((spell) => spell(secret))];
}

/** A text without what cannot be seen. */
function visible(text: string): string {
  return text
    .replaceAll(/\\+(?:u00[01][0-9a-f]|u200b|[nrt])|\u001B\[[0-9;]*m|\[[0-9;]+m/gi, '')
    .replaceAll(/[\s\p{C}]/gu, '');
}

/** Tells whether any of the words stands in a text, in one pass over it however many they are. */
function anyOf(words: readonly string[]): (text: string) => boolean {
  // A hash of the last five code units, and of nothing before: keys begin alike and end differently.
  const next = (hash: number, code: number) => ((hash << 4) ^ code) & 0xf_ffff;
  const isEnd = new Uint8Array(0x10_0000);
  const byEnd = new Map<number, string[]>();
  const tooShort: string[] = [];
  for (const word of new Set(words)) {
    if (word.length < 5) {
      if (word !== '') tooShort.push(word);
      continue;
    }
    let hash = 0;
    for (let index = word.length - 5; index < word.length; index += 1) hash = next(hash, word.charCodeAt(index));
    isEnd[hash] = 1;
    byEnd.set(hash, [...(byEnd.get(hash) ?? []), word]);
  }
  return (text) => {
    if (tooShort.some((word) => text.includes(word))) return true;
    let hash = 0;
    for (let index = 0; index < text.length; index += 1) {
      hash = next(hash, text.charCodeAt(index));
      if (isEnd[hash] === 1 && byEnd.get(hash)?.some((word) => text.endsWith(word, index + 1)) === true) return true;
    }
    return false;
  };
}

/** What to look for of one secret: in a text as it is, and in one without what cannot be seen. */
interface Readings {
  plain: readonly string[];
  unseen: readonly string[];
}

/** Most secrets of tests are the same few keys. */
const known = new Map<string, Readings>();

function readingsOf(secret: string): Readings {
  const found = known.get(secret);
  if (found !== undefined) return found;
  const plain = forms(secret);
  const readings = { plain, unseen: plain.flatMap((word) => [visible(word), escaped(word)]) };
  known.set(secret, readings);
  return readings;
}

/** The secrets that can be read in a text, also when something invisible stands inside them. */
export function leaksIn(text: string, secrets: readonly string[]): string[] {
  const different = [...new Set(secrets)];
  const unseen = visible(text);
  const holds = (some: readonly string[]) => {
    const readings = some.map(readingsOf);
    return (
      anyOf(readings.flatMap((each) => each.plain))(text) || anyOf(readings.flatMap((each) => each.unseen))(unseen)
    );
  };
  // All at once first: hardly ever is one found.
  return holds(different) ? different.filter((secret) => holds([secret])) : [];
}

/** As it stands in JSON. */
function escaped(form: string): string {
  return visible(JSON.stringify(form).slice(1, -1));
}

/** Rule N1, looked at in every run of the suite: nothing that leaves relay tells a secret of the host or of the key file. */
export function keepsSecrets(sandbox: Sandbox, artefacts: unknown): void {
  const text = JSON.stringify(artefacts);
  const leaks = leaksIn(text, secretsOf(sandbox));
  if (leaks.length > 0) throw new Error(`leaked: ${leaks.join(', ')} in ${text}`);
}
