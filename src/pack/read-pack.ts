import { createHash } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { RelayError } from '../terms/relay-error.ts';
import { checkFacts } from './check-facts.ts';
import { checkShape } from './check-shape.ts';
import { findingText, type Finding } from './finding.ts';
import type { PackManifest } from './manifest.ts';
import { SourceText } from './source-text.ts';

/** A pack that was read and found right. */
export interface Pack extends PackManifest {
  origin: 'built-in' | 'path';
  file: string;
  /** `sha256:` and the digest of the bytes of the file. */
  digest: string;
}

export type PackReading = { pack: Pack; findings: Finding[] } | { pack?: undefined; findings: Finding[] };

/** Names of the manifest inside a pack folder, in the order in which they are looked for. */
export const manifestNames = ['pack.yaml', 'pack.yml', 'pack.json'] as const;

/** Largest manifest that is read, in bytes; the largest shipped one has a hundredth. */
const largestManifest = 1024 * 1024;

/** Reads and checks the pack in a folder or file. Faults of the content are findings; a file that cannot be read throws. */
export async function inspectPack(path: string, origin: Pack['origin']): Promise<PackReading> {
  const file = await manifestFile(path);
  const bytes = await readFile(file);
  const source = new SourceText(file, decode(bytes, file));
  const syntax = source.syntaxFindings();
  if (syntax.length > 0) return { findings: syntax };
  let value: unknown;
  try {
    value = source.value();
  } catch {
    return { findings: [source.finding([], 'SYNTAX', 'the text has too many aliases')] };
  }
  const { manifest, findings } = checkShape(source, value);
  if (manifest === undefined) return { findings };
  const facts = checkFacts(source, manifest);
  if (facts.some((finding) => finding.severity === 'error')) return { findings: facts };
  const digest = `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
  return { pack: { ...manifest, origin, file, digest }, findings: facts };
}

/** Reads a pack that must be right. Throws `MANIFEST_INVALID` with every fault, or `PACK_NOT_FOUND`. */
export async function readPack(path: string, origin: Pack['origin']): Promise<Pack> {
  const { pack, findings } = await inspectPack(path, origin);
  if (pack !== undefined) return pack;
  const count = `${findings.length} fault${findings.length === 1 ? '' : 's'}`;
  throw new RelayError('MANIFEST_INVALID', `The pack ${path} has ${count}.`, { details: findings.map(findingText) });
}

async function manifestFile(path: string): Promise<string> {
  const found = await stat(path).catch(() => undefined);
  if (found === undefined) throw new RelayError('PACK_NOT_FOUND', `There is no pack at ${path}.`);
  const candidates = found.isDirectory() ? manifestNames.map((name) => join(path, name)) : [path];
  for (const file of candidates) {
    const info = await stat(file).catch(() => undefined);
    if (info?.isFile() !== true) continue;
    if (info.size > largestManifest) throw new RelayError('MANIFEST_INVALID', `${file} is larger than 1 MiB.`);
    return file;
  }
  throw new RelayError('PACK_NOT_FOUND', `The folder ${path} holds no ${manifestNames.join(' or ')}.`);
}

function decode(bytes: Buffer, file: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new RelayError('MANIFEST_INVALID', `${file} is not UTF-8 text.`, { cause });
  }
}
