import { spellings } from '../../src/sandbox/spellings.ts';
import type { Sandbox } from '../../src/sandbox/start-sandbox.ts';

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

/** The secrets that can be read in a text, also when something invisible stands inside them. */
export function leaksIn(text: string, secrets: readonly string[]): string[] {
  const seen = visible(text);
  return secrets.filter((secret) =>
    forms(secret).some((form) => text.includes(form) || seen.includes(visible(form)) || seen.includes(escaped(form))),
  );
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
