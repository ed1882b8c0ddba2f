import { readdir } from 'node:fs/promises';
import { isAbsolute, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { didYouMean } from '../terms/nearest.ts';
import { RelayError } from '../terms/relay-error.ts';
import type { Provider } from './manifest.ts';
import { readPack, type Pack } from './read-pack.ts';

/** The packs that are shipped, beside `dist/` and `src/` alike. */
const builtInFolder = fileURLToPath(new URL('../../packs/', import.meta.url));

/** Whether the word names a place rather than a pack: only then is a file of the user's read. */
export function isPackPath(word: string): boolean {
  return /^\.{1,2}(?:$|[/\\])/.test(word) || isAbsolute(word) || /^[A-Za-z]:[/\\]/.test(word);
}

/** The ids of the shipped packs, in alphabetical order. */
export async function builtInPackIds(): Promise<string[]> {
  const entries = await readdir(builtInFolder, { withFileTypes: true });
  return entries
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name)
    .toSorted();
}

/** Where a pack stands. Throws `PACK_NOT_FOUND` with the nearest known id. */
export async function locatePack(word: string): Promise<{ path: string; origin: Pack['origin'] }> {
  if (isPackPath(word)) return { path: word, origin: 'path' };
  const ids = await builtInPackIds();
  if (!ids.includes(word))
    throw new RelayError('PACK_NOT_FOUND', `There is no pack "${word}".${didYouMean(word, ids)}`);
  return { path: join(builtInFolder, word), origin: 'built-in' };
}

/** Finds and reads a pack by id or path. */
export async function findPack(word: string): Promise<Pack> {
  const { path, origin } = await locatePack(word);
  return readPack(path, origin);
}

/** The provider that is meant: the named one, else the default, else the only one. Throws `PROVIDER_NOT_FOUND`. */
export function chooseProvider(pack: Pack, id: string | undefined): Provider {
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

function onlyOne(pack: Pack): Provider | undefined {
  return pack.providers.length === 1 ? pack.providers[0] : undefined;
}
