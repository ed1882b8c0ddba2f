// `npm run release`: the assets of a release, in the folder `release`: the tarball, what is inside it, and their digests.
import { createHash } from 'node:crypto';
import { copyFileSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { npm, project } from './installed.js';

const folder = join(project, 'release');
rmSync(folder, { recursive: true, force: true });
mkdirSync(folder);
// With `prepare`, so that it holds what the source makes.
await npm(['pack', '--pack-destination', folder], project);
copyFileSync(join(project, 'dist', 'sbom.cdx.json'), join(folder, 'sbom.cdx.json'));
const sums = readdirSync(folder).map((name) => {
  const digest = createHash('sha256')
    .update(readFileSync(join(folder, name)))
    .digest('hex');
  return `${digest}  ${name}\n`;
});
writeFileSync(join(folder, 'SHA256SUMS'), sums.join(''));
console.log(sums.join('').trimEnd());
