import type { Finding } from '../../text/finding.ts';
import type { PackProvider } from '../manifest.ts';
import type { Path } from '../../text/source-text.ts';
import type { ManifestText } from '../manifest-text.ts';

const secretNames =
  /^(?:api_?key|access_token|refresh_token|id_token|session_key|cookie|password|private_key|secret|authorization)$/i;

/** Beginnings that vendors give their keys, and enough of what follows, with a digit, for it to be no word. */
const keyLike =
  /(?<![A-Za-z0-9])(?:(?:sk-|tgp_v1_|bce-v3\/|AIza|AQ\.)(?=[A-Za-z_/-]*\d)[A-Za-z0-9_/-]{20,}|(?:gsk_|xai-|csk-|fw_)(?=[A-Za-z]*\d)[A-Za-z0-9]{20,})/g;

/** Settings for hosts that are secrets by their name. */
export function checkSecrets(source: ManifestText, provider: PackProvider, at: Path): Finding[] {
  return inSettings(source, provider.hosts, [...at, 'hosts']);
}

function inSettings(source: ManifestText, settings: Record<string, unknown>, at: Path): Finding[] {
  return Object.entries(settings).flatMap(([name, value]) => {
    if (typeof value === 'object' && value !== null)
      return inSettings(source, value as Record<string, unknown>, [...at, name]);
    if (!secretNames.test(name)) return [];
    const message = `"${name}" is a secret; a pack is shared, keys come from the key file`;
    return [source.keyFinding(at, name, 'SECRET_IN_MANIFEST', message)];
  });
}

/** What looks like a key anywhere in the text, comments included. */
export function findKeys(file: string, lines: readonly string[]): Finding[] {
  return lines.flatMap((line, index) =>
    [...line.matchAll(keyLike)].map((found) => ({
      file,
      line: index + 1,
      column: found.index + 1,
      code: 'SECRET_IN_MANIFEST',
      severity: 'error' as const,
      message: 'this looks like a key; a pack is shared, keys come from the key file',
    })),
  );
}

/** Whether a text holds what looks like a key. */
export function looksLikeKey(text: string): boolean {
  return withoutKeys(text) !== text;
}

/** A line of a manifest with what looks like a key covered, for it to be shown. */
export function withoutKeys(line: string): string {
  return line.replace(keyLike, (found) => '•'.repeat(found.length));
}
