// `npm run check:pack`: that the tarball holds what it should and nothing else, and that its pages are true of it.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { filesBelow, packAndInstall, packageName, project, run, runReadme, tell } from './installed.js';

const allowed =
  /^(?:LICENSE|README\.md|package\.json|docs\/[\w-]+\.md|bin\/relay\.js|dist\/THIRD-PARTY-LICENSES\.txt|dist\/sbom\.cdx\.json|dist\/cli\/[\w-]+\.js(?:\.map)?|dist\/packs\/[^/]+\.json|packs\/(?:README\.md|pack\.schema\.json|[^/]+\/(?:pack\.(?:yaml|json)|keys\.example\.txt)))$/;

const secret =
  /-----BEGIN [A-Z ]*PRIVATE KEY|(?<![A-Za-z0-9])(?:sk-|gsk_|xai-|ghp_|github_pat_|npm_|AKIA|AIza)(?!sandbox)(?=[A-Za-z_-]*\d)[A-Za-z0-9_-]{20,}/;

const { withScripts, withoutScripts } = await packAndInstall();
const relay = join(withoutScripts, 'node_modules', packageName);
const files = filesBelow(relay);
const textOf = (file) => readFileSync(join(relay, file), 'utf8');
const check = (command, faults) => ({ command, faults });

const packs = readdirSync(join(project, 'packs'), { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map((entry) => entry.name);
const expected = [
  'LICENSE',
  'README.md',
  'package.json',
  'docs/errors.md',
  'docs/options.md',
  'bin/relay.js',
  'dist/THIRD-PARTY-LICENSES.txt',
  'dist/sbom.cdx.json',
  'dist/cli/main.js',
  'packs/README.md',
  'packs/pack.schema.json',
];
const mapped = files.filter((file) => /^dist\/.*\.js$/.test(file) && /sourceMappingURL=/.test(textOf(file)));

const { packages } = JSON.parse(readFileSync(join(withoutScripts, 'node_modules', '.package-lock.json'), 'utf8'));

const list = JSON.parse(
  (
    await run(process.execPath, [join(relay, 'bin', 'relay.js'), 'packs', 'list', '--output', 'json'], {
      cwd: withoutScripts,
    })
  ).stdout,
);
const npx = await run('npx', ['--no', '--', 'relay', '--version'], {
  cwd: withoutScripts,
  shell: process.platform === 'win32',
  mustEnd: false,
});
const { version } = JSON.parse(textOf('package.json'));

const failed = tell([
  check(
    `${files.length} files, none that does not belong there`,
    files.filter((file) => !allowed.test(file)),
  ),
  check(
    'nothing is missing',
    [...expected, ...mapped.map((file) => `${file}.map`), ...packs.map((id) => `dist/packs/${id}.json`)].filter(
      (file) => !files.includes(file),
    ),
  ),
  check(
    'no secrets, no folder of this machine',
    files.filter((file) => secret.test(textOf(file)) || textOf(file).includes(project)),
  ),
  check(
    `${packs.length} packs are found by name`,
    packs.filter((id) => !list.packs.some((pack) => pack.id === id)),
  ),
  check(
    'the same with and without scripts',
    filesBelow(join(withScripts, 'node_modules', packageName)).join() === files.join() ? [] : ['the folders differ'],
  ),
  check(
    'it brings no other package',
    Object.keys(packages).filter((name) => name !== `node_modules/${packageName}`),
  ),
  check(
    'npx relay --version',
    npx.stdout.trim() === version ? [] : [`exit ${npx.exitCode}: ${npx.stdout}${npx.stderr}`],
  ),
  ...(await runReadme(withoutScripts)),
]);
if (failed > 0) {
  console.log(`\n${failed} failed.`);
  process.exitCode = 1;
}
