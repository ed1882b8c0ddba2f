import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { findPack, knownPacks } from '../../src/pack/find-pack.ts';
import { packsTable } from '../support/packs-table.ts';
import { packJsonSchema } from '../../src/cli/commands/packs/pack-schema-command.ts';
import { aManifest, aProvider } from '../support/builders.ts';

const page = fileURLToPath(new URL('../../packs/README.md', import.meta.url));

const introduction = `# Packs

What relay ships: a row for each provider, which is one way to reach a vendor, a gateway to
others, or a server of your own. Prices are the highest that the vendor asks,
where they depend on time or length, so that nobody sells below cost; look at the comments in \`pack.yaml\` before you
rely on one. A provider with terms is a subscription whose terms limit what its key may be used for.

Made by \`npm run docs\` from the packs; do not edit.
`;

it('packs/README.md shows the packs as they are; npm run docs makes it anew', async () => {
  const packs = await Promise.all([...(await knownPacks([])).keys()].map((id) => findPack(id)));
  await expect(`${introduction}\n${packsTable(packs)}\n`).toMatchFileSnapshot(page);
});

it('packs/pack.schema.json is the schema that the reader checks with, and each pack names it for editors', async () => {
  const file = fileURLToPath(new URL('../../packs/pack.schema.json', import.meta.url));
  await expect(`${JSON.stringify(packJsonSchema(), null, 2)}\n`).toMatchFileSnapshot(file);
  for (const { path } of (await knownPacks([])).values())
    expect(await readFile(`${path}/pack.yaml`, 'utf8')).toMatch(
      /^# yaml-language-server: \$schema=\.\.\/pack\.schema\.json\n/,
    );
});

it('says what a pack does not', () => {
  const bare = aProvider();
  delete bare.prices;
  const rows = packsTable([
    aManifest([
      bare,
      aProvider({
        id: 'two',
        default: true,
        hosts: { sub2api: { version: '>=1', account: { credentials: {}, extra: {} } } },
      }),
    ]),
  ]).split('\n');
  expect(rows.slice(2)).toEqual([
    '| acme | vendor | `acme` | openai | api.acme.example | `small` | no prices | no | any |',
    '| acme | vendor | `two` (default) | openai | api.acme.example | `small` | unknown | no | >=1 |',
  ]);
});
