import type { ConfigFile } from '../../config/config-schema.ts';
import { findPack } from '../../pack/find-pack.ts';
import type { PackProvider } from '../../pack/manifest.ts';
import type { Pack } from '../../pack/read-pack.ts';
import { problem, RelayError, type Problem } from '../../core/relay-error.ts';

/** A pack, and what is to be said about where it was found. */
export interface ChosenPack {
  pack: Pack;
  warnings: Problem[];
}

/**
 * The pack that is meant. Throws `USAGE` where none is named, and `PACK_DIGEST_DIFFERS` where it is not the one that was
 * pinned.
 */
export async function choosePack(
  options: { pack?: string | undefined; packSha256?: string | undefined },
  config: ConfigFile,
): Promise<ChosenPack> {
  if (options.pack === undefined) throw optionNeeded('--pack <pack>');
  const pack = await findPack(options.pack, config.packDirs ?? []);
  const { packSha256 } = options;
  if (packSha256 !== undefined) checkDigest(pack, packSha256);
  if (pack.shadows.length === 0) return { pack, warnings: [] };
  const message = `The pack "${pack.id}" is ${pack.file}; it hides ${pack.shadows.join(' and ')}.`;
  return { pack, warnings: [problem('PACK_SHADOWED', message)] };
}

/** `USAGE` for an option that is needed where no file says it. */
export function optionNeeded(option: string): RelayError {
  return new RelayError('USAGE', `required option '${option}' not specified`, { hint: 'See `relay --help`.' });
}

/** What an import of a provider has to be given beside the pack, as words to be filled in. */
export function stillToGive({ keys, baseUrl }: Pick<PackProvider, 'keys' | 'baseUrl'>): {
  keys?: string;
  baseUrl?: string;
} {
  return { ...(keys === 'none' ? {} : { keys: 'FILE' }), ...(baseUrl === 'ask' ? { baseUrl: 'URL' } : {}) };
}

/** Throws `USAGE` where a provider is named without the pack that it is of. */
export function refuseBareProvider({
  pack,
  provider,
}: {
  pack?: string | undefined;
  provider?: string | undefined;
}): void {
  if (pack === undefined && provider !== undefined)
    throw new RelayError('USAGE', '--provider needs --pack.', { hint: 'Name the pack that the provider is of.' });
}

function checkDigest({ file, digest }: Pack, pinned: string): void {
  const hex = pinned.toLowerCase().replace(/^sha256:/, '');
  if (!/^[0-9a-f]{64}$/.test(hex))
    throw new RelayError('USAGE', '--pack-sha256 must be 64 hexadecimal digits.', {
      hint: '`relay packs show` prints the digest of a pack.',
    });
  if (digest !== `sha256:${hex}`)
    throw new RelayError('PACK_DIGEST_DIFFERS', `${file} has the digest ${digest}, not the one that was pinned.`);
}

/** What the terms of a provider's wallet say, where it has any. */
export function termsOf({ id, terms }: Pick<PackProvider, 'id' | 'terms'>): Problem[] {
  return terms === undefined ? [] : [problem('TERMS_APPLY', `${id}: ${terms.says} (${terms.url})`)];
}

/** Throws `TERMS_NOT_ACCEPTED` unless the terms of the provider's wallet, if it has any, were agreed to by their id. */
export function checkTerms({ id, terms }: Pick<PackProvider, 'id' | 'terms'>, accepted: readonly string[]): void {
  if (terms === undefined || accepted.includes(terms.id)) return;
  throw new RelayError('TERMS_NOT_ACCEPTED', `The wallet of "${id}" has terms: ${terms.says}`, {
    hint: `Read ${terms.url}; to agree, add --accept-terms ${terms.id}.`,
  });
}
