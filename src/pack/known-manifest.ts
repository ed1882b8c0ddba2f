import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { PackManifest } from './manifest.ts';

/** What the build makes of the shipped packs, in `dist/`; the source has no such folder, and reads every pack. */
const folder = fileURLToPath(new URL('../packs/', import.meta.url));

/** What the build has read of a shipped pack, and found without any fault, and the digest of the bytes that it read. */
interface KnownManifest {
  digest: string;
  manifest: PackManifest;
}

/** The manifest of a shipped pack with just this digest, as the build has read it; nothing where it has not. */
export async function knownManifest(id: string, digest: string): Promise<PackManifest | undefined> {
  const text = await readFile(`${folder}${id}.json`, 'utf8').catch(() => undefined);
  if (text === undefined) return undefined;
  const known = JSON.parse(text) as KnownManifest;
  return known.digest === digest ? known.manifest : undefined;
}
