import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { knownPacks } from '../../src/pack/find-pack.ts';
import { readPack } from '../../src/pack/read-pack.ts';

const built = (id: string) => fileURLToPath(new URL(`../../dist/packs/${id}.json`, import.meta.url));
const packs = [...(await knownPacks([]))];

describe('what the build has read of a shipped pack', () => {
  it('is beside the build alone', () => {
    expect(packs.length).toBeGreaterThan(20);
    expect(existsSync(fileURLToPath(new URL('../../src/packs', import.meta.url)))).toBe(false);
  });

  it.each(packs)('is what reading it gives: %s', async (id, { path, origin }) => {
    const { digest, origin: _origin, file: _file, shadows: _shadows, ...manifest } = await readPack(path, origin);
    expect(JSON.parse(await readFile(built(id), 'utf8'))).toStrictEqual({ digest, manifest });
  });
});
