import { access, readdir } from 'node:fs/promises';
import { isAbsolute, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { didYouMean } from '../core/suggest.ts';
import { RelayError } from '../core/relay-error.ts';
import { shellWord } from '../core/shell-word.ts';
import type { Finding } from '../text/finding.ts';
import { idPattern } from './id-pattern.ts';
import type { PackProvider } from './manifest.ts';
import { manifestNames, readPack, type Pack, type PackOrigin } from './read-pack.ts';

/** The packs that are shipped, beside `dist/` and `src/` alike. */
const builtInFolder = fileURLToPath(new URL('../../packs/', import.meta.url));

/** Where a pack stands, and where others of its name stand that it hides. */
export interface PackPlace {
  path: string;
  origin: PackOrigin;
  shadows: string[];
}

/** A word of a list that leads to no pack, and the word to give in its place where that is known. */
export interface NoPlace {
  fault: Finding;
  instead: string | undefined;
}

/** Whether the word names a place rather than a pack: only then is a file of the user's read. */
export function isPackPath(word: string): boolean {
  return /^\.{1,2}(?:$|[/\\])/.test(word) || isAbsolute(word) || /^[A-Za-z]:[/\\]/.test(word);
}

/**
 * Every pack that is found by name, in alphabetical order: in the folders of `packDirs`, in their order, then the shipped
 * ones; the first of a name wins. Throws `CONFIG_INVALID` for a folder that cannot be read.
 */
export async function knownPacks(packDirs: readonly string[]): Promise<Map<string, PackPlace>> {
  const known = await placesByName(packDirs, () => true);
  return new Map([...known].toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

/** The same for those names alone that are asked for, in no order: the rest need not be looked at. */
async function placesByName(
  packDirs: readonly string[],
  asked: (name: string) => boolean,
): Promise<Map<string, PackPlace>> {
  const known = new Map<string, PackPlace>();
  for (const folder of [...packDirs, builtInFolder]) {
    const origin = folder === builtInFolder ? 'built-in' : 'folder';
    for (const id of await packIdsIn(folder, asked)) {
      const path = join(folder, id);
      const first = known.get(id);
      if (first === undefined) known.set(id, { path, origin, shadows: [] });
      else first.shadows.push(path);
    }
  }
  return known;
}

async function packIdsIn(folder: string, asked: (name: string) => boolean = () => true): Promise<string[]> {
  const all = await readdir(folder).catch((cause: NodeJS.ErrnoException) => {
    throw new RelayError('CONFIG_INVALID', `The folder ${folder} of packDirs cannot be read (${cause.code}).`, {
      cause,
      hint: 'Correct packDirs in the configuration file.',
    });
  });
  const names = all.filter(asked);
  const packs = await Promise.all(names.map(async (name) => idPattern.test(name) && holdsManifest(join(folder, name))));
  return names.filter((_, index) => packs[index]);
}

async function holdsManifest(folder: string): Promise<boolean> {
  for (const name of manifestNames) if (await isThere(join(folder, name))) return true;
  return false;
}

function isThere(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}

/** Where a pack stands. Throws `PACK_NOT_FOUND` with what may have been meant. */
export async function locatePack(word: string, packDirs: readonly string[] = []): Promise<PackPlace> {
  const place = await lookUp(word, packDirs);
  if ('path' in place) return place;
  throw new RelayError('PACK_NOT_FOUND', place.message, place.hint === undefined ? {} : { hint: place.hint });
}

/** A word that leads to no pack: why, what to do, and the word to give in its place where that is known. */
interface NoPack {
  message: string;
  hint?: string;
  instead?: string;
}

async function lookUp(word: string, packDirs: readonly string[]): Promise<PackPlace | NoPack> {
  if (isPackPath(word)) return { path: word, origin: 'path', shadows: [] };
  const place = (await placesByName(packDirs, (name) => name === word)).get(word);
  if (place !== undefined) return place;
  const known = await knownPacks(packDirs);
  const message = `There is no pack "${word}".`;
  const path = `./${word}`;
  if (await leadsToPack(path)) {
    const hint = `A path begins with "." or "/": write ${shellWord(path)}.`;
    return { message: `${message} Did you mean ${path}?`, hint, instead: path };
  }
  const owner = await ownerOf(word, known);
  if (owner !== undefined) {
    const hint = `Write --pack ${owner} --provider ${word}.`;
    return { message: `${message} It is a provider of the pack "${owner}".`, hint, instead: owner };
  }
  return { message: `${message}${didYouMean(word, known.keys())}` };
}

async function leadsToPack(path: string): Promise<boolean> {
  if (await holdsManifest(path)) return true;
  return /\.(?:ya?ml|json)$/.test(path) && isThere(path);
}

/** The name of a pack that has such a provider; nothing where none has. Throws `CONFIG_INVALID` as `knownPacks` does. */
export async function packOfProvider(id: string, packDirs: readonly string[] = []): Promise<string | undefined> {
  return ownerOf(id, await knownPacks(packDirs));
}

async function ownerOf(id: string, known: ReadonlyMap<string, PackPlace>): Promise<string | undefined> {
  if (!idPattern.test(id)) return undefined;
  for (const [name, { path, origin }] of known) {
    const pack = await readPack(path, origin).catch(() => undefined);
    if (pack?.providers.some((provider) => provider.id === id) === true) return name;
  }
  return undefined;
}

/**
 * Where the packs of a list of words stand; without words, all that are found by name. The path of a folder of packs
 * stands for each of them. A word that leads nowhere is a finding.
 */
export async function findPlaces(
  words: readonly string[],
  packDirs: readonly string[],
): Promise<(PackPlace | NoPlace)[]> {
  if (words.length === 0) return [...(await knownPacks(packDirs)).values()];
  const found = await Promise.all(words.map((word) => placesOf(word, packDirs)));
  return found.flat();
}

async function placesOf(word: string, packDirs: readonly string[]): Promise<(PackPlace | NoPlace)[]> {
  if (isPackPath(word) && !(await holdsManifest(word))) {
    const ids = await packIdsIn(word).catch(() => []);
    if (ids.length > 0)
      return ids
        .toSorted((a, b) => (a < b ? -1 : 1))
        .map((id) => ({ path: join(word, id), origin: 'path', shadows: [] }));
  }
  const place = await lookUp(word, packDirs);
  if ('path' in place) return [place];
  const { message, instead } = place;
  return [{ instead, fault: { file: word, line: 1, column: 1, code: 'UNREADABLE', severity: 'error', message } }];
}

/** Finds and reads a pack by id or path. */
export async function findPack(word: string, packDirs: readonly string[] = []): Promise<Pack> {
  const { path, origin, shadows } = await locatePack(word, packDirs);
  return { ...(await readPack(path, origin)), shadows };
}

/** The provider that is meant: the named one, else the default, else the only one. Throws `PROVIDER_NOT_FOUND`. */
export function chooseProvider(pack: Pack, id: string | undefined): PackProvider {
  const ids = pack.providers.map((provider) => provider.id);
  const named =
    id === undefined
      ? (pack.providers.find((provider) => provider.default) ?? onlyOne(pack))
      : pack.providers.find((provider) => provider.id === id);
  if (named !== undefined) return named;
  const message =
    id === undefined
      ? `The pack "${pack.id}" has several providers and no default: ${ids.join(', ')}.`
      : `The pack "${pack.id}" has no provider "${id}".${didYouMean(id, ids)} It has ${ids.join(', ')}.`;
  throw new RelayError('PROVIDER_NOT_FOUND', message);
}

function onlyOne(pack: Pack): PackProvider | undefined {
  return pack.providers.length === 1 ? pack.providers[0] : undefined;
}
