import { readFile, realpath, stat } from 'node:fs/promises';
import { basename, dirname, join, sep } from 'node:path';
import { shellWord } from '../core/shell-word.ts';
import { RelayError } from '../core/relay-error.ts';
import { linesOf, type Finding } from '../text/finding.ts';
import type { Path } from '../text/source-text.ts';
import { digestOf } from './digest.ts';
import { findingText } from './finding.ts';
import { knownManifest } from './known-manifest.ts';
import type { PackManifest } from './manifest.ts';
import type { RuleCode } from './rules.ts';

/** Where a pack comes from: shipped, found by name in a folder of the configuration, or named by its path. */
export type PackOrigin = 'built-in' | 'folder' | 'path';

/** A pack that was read and found right. */
export interface Pack extends PackManifest {
  origin: PackOrigin;
  file: string;
  /** `sha256:` and the digest of the bytes of the file. */
  digest: string;
  /** Packs of the same name that this one hides. */
  shadows: readonly string[];
}

/** What reading a pack found; without a pack when there is an error among the findings. */
export interface PackReading {
  file: string;
  /** The lines of the text, for findings to be shown in. */
  lines: readonly string[];
  findings: Finding[];
  pack?: Pack;
  /** A finding at a place of the manifest, for what is only known beside other packs or a host. */
  findingAt?: (
    path: Path,
    code: RuleCode,
    message: string,
    severity?: Finding['severity'],
  ) => Promise<Finding | undefined>;
}

/** Names of the manifest inside a pack folder, in the order in which they are looked for. */
export const manifestNames = ['pack.yaml', 'pack.yml', 'pack.json'] as const;

/** Largest manifest that is read, in bytes. */
const maxManifestBytes = 128 * 1024;

/**
 * Reads and checks the pack in a folder or file. Whatever is wrong with it is a finding, in bounded time; it never throws.
 * One that is found by name must bear the name of its folder. A shipped one of which the build has read the very same bytes,
 * and found nothing, is not read again.
 */
export async function inspectPack(path: string, origin: PackOrigin): Promise<PackReading> {
  const found = await manifestFile(path, origin);
  if ('fault' in found) return { file: found.fault.file, lines: [], findings: [found.fault] };
  const { file, bytes } = found;
  const id = origin === 'path' ? null : basename(path);
  const inspect = async () => (await import('./inspect-bytes.ts')).inspectBytes(file, bytes, origin, id);
  if (origin !== 'built-in') return inspect();
  const digest = digestOf(bytes);
  const manifest = await knownManifest(basename(path), digest);
  if (manifest === undefined) return inspect();
  return {
    file,
    lines: linesOf(bytes.toString('utf8')),
    findings: [],
    pack: { ...manifest, origin, file, digest, shadows: [] },
    findingAt: async (...at) => (await inspect()).findingAt?.(...at),
  };
}

/** Reads a pack that must be right. Throws `MANIFEST_INVALID` with every fault, or `PACK_NOT_FOUND`. */
export async function readPack(path: string, origin: PackOrigin): Promise<Pack> {
  const { pack, findings } = await inspectPack(path, origin);
  if (pack !== undefined) return pack;
  const [first] = findings;
  if (first?.code === 'UNREADABLE') throw new RelayError('PACK_NOT_FOUND', first.message);
  const count = `${findings.length} fault${findings.length === 1 ? '' : 's'}`;
  throw new RelayError('MANIFEST_INVALID', `The pack ${path} has ${count}.`, {
    details: findings.map(findingText),
    hint: `Correct them; they are shown by: relay validate ${shellWord(path)}`,
  });
}

function fault(file: string, code: RuleCode, message: string): Finding {
  return { file, line: 1, column: 1, code, severity: 'error', message };
}

type Found = { file: string; bytes: Buffer } | { fault: Finding };

async function manifestFile(path: string, origin: PackOrigin): Promise<Found> {
  const found = await stat(path).catch(() => undefined);
  if (found === undefined) return { fault: fault(path, 'UNREADABLE', `There is no pack at ${path}.`) };
  const candidates = found.isDirectory() ? manifestNames.map((name) => join(path, name)) : [path];
  const sizes = await Promise.all(candidates.map((file) => sizeOf(file)));
  const there = candidates.flatMap((file, index) => (sizes[index] === undefined ? [] : { file, size: sizes[index] }));
  const [first, second] = there;
  if (first !== undefined && second !== undefined) {
    const message = `${basename(second.file)} stands beside ${basename(first.file)}; a pack has one manifest`;
    return { fault: fault(second.file, 'SECOND_MANIFEST', message) };
  }
  if (first !== undefined) {
    const folder = origin === 'path' && found.isDirectory() ? path : dirname(path);
    return readInside(first.file, first.size, folder);
  }
  const message = `The folder ${path} holds no ${manifestNames.join(' or ')}.`;
  return { fault: fault(path, 'UNREADABLE', message) };
}

/** The size of a file in bytes, `undefined` where there is none. */
async function sizeOf(file: string): Promise<number | undefined> {
  const info = await stat(file).catch(() => undefined);
  return info?.isFile() === true ? info.size : undefined;
}

async function readInside(file: string, size: number, folder: string): Promise<Found> {
  try {
    const [real, inside] = await Promise.all([realpath(file), realpath(folder)]);
    if (!real.startsWith(inside.endsWith(sep) ? inside : inside + sep))
      return { fault: fault(file, 'OUTSIDE_FOLDER', `it is a link to ${real}`) };
    if (size > maxManifestBytes) return { fault: fault(file, 'TOO_LARGE', `it has ${size} bytes`) };
    return { file, bytes: await readFile(file) };
  } catch (error) {
    const why = (error as NodeJS.ErrnoException).code ?? 'unknown';
    return { fault: fault(file, 'UNREADABLE', `${file} cannot be read (${why}).`) };
  }
}
