import { stringify } from 'yaml';
import { z } from 'zod';
import { builtInPackIds, findPack } from '../../pack/find-pack.ts';
import { packSchema } from '../../pack/manifest.ts';
import type { Pack } from '../../pack/read-pack.ts';
import { print, styleFor, type Io } from '../io.ts';

export interface PacksFlags {
  output: 'text' | 'json';
  color: boolean;
}

/** `relay packs list`: every pack that is found by name. */
export async function listPacks(flags: PacksFlags, io: Io): Promise<number> {
  const packs = await Promise.all((await builtInPackIds()).map(findPack));
  if (flags.output === 'json') {
    print(io.stdout, JSON.stringify({ packs: packs.map(packSummary) }, null, 2));
    return 0;
  }
  const style = styleFor(io, 'stdout', flags.color);
  const width = Math.max(...packs.map((pack) => pack.id.length));
  for (const pack of packs) {
    const providers = pack.providers.map((provider) => `${provider.id}${provider.default ? '*' : ''}`).join(', ');
    print(
      io.stdout,
      `${style.bold(pack.id.padEnd(width))}  ${pack.displayName}  ${style.dim(`${pack.origin}, providers ${providers}`)}`,
    );
  }
  print(io.stdout, style.dim('\n* is used when no --provider is named'));
  return 0;
}

/** `relay packs show`: one pack in full, with every default filled in. */
export async function showPack(word: string, flags: PacksFlags, io: Io): Promise<number> {
  const pack = await findPack(word);
  const { origin, file, digest, ...manifest } = pack;
  if (flags.output === 'json') print(io.stdout, JSON.stringify({ origin, file, digest, ...manifest }, null, 2));
  else print(io.stdout, `# ${origin}: ${file}\n# ${digest}\n${stringify(manifest, { lineWidth: 0 }).trimEnd()}`);
  return 0;
}

/** `relay packs schema`: the JSON Schema of a manifest, made from what the reader checks with. */
export function showPackSchema(io: Io): number {
  print(io.stdout, JSON.stringify(packJsonSchema(), null, 2));
  return 0;
}

/** Fields named `x-…` are free, which the reader handles before the schema sees them. */
export function packJsonSchema(): unknown {
  return z.toJSONSchema(packSchema, {
    io: 'input',
    override: ({ jsonSchema }) => {
      if (jsonSchema.type === 'object' && jsonSchema.additionalProperties === false)
        jsonSchema.patternProperties = { '^x-': {} };
    },
  });
}

function packSummary(pack: Pack) {
  const { id, displayName, origin, digest } = pack;
  const providers = pack.providers.map((provider) => ({
    id: provider.id,
    displayName: provider.displayName,
    platform: provider.platform,
    baseUrl: provider.baseUrl,
    default: provider.default,
    smokeTestModel: provider.smokeTestModel,
    asOf: provider.asOf ?? null,
  }));
  return { id, displayName, origin, digest, providers };
}
