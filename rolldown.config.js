// What `npm run build` makes of src: a few files in dist, with all of the libraries that they need.
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build, defineConfig } from 'rolldown';

const root = dirname(fileURLToPath(import.meta.url));

/** The folder of the package that a module belongs to. */
function packageOf(id) {
  const [folder] = /^.*\/node_modules\/(?:@[^/]+\/)?[^/]+/.exec(id.replace(/^\0/, '')) ?? [];
  return folder;
}

/** A package that names its licence (Apache 2.0) and does not bring it, and where its text is. */
const withoutText = { '@humanwhocodes/momoa': join(root, 'node_modules/@stryker-mutator/core/LICENSE') };

/** The text of a package's licence: a file of its own, or the end of what introduces it. */
function licenseIn(folder, name) {
  const files = readdirSync(folder);
  const own = files.find((each) => /^licen[cs]e/i.test(each));
  const file = own === undefined ? withoutText[name] : join(folder, own);
  if (file !== undefined) return readFileSync(file, 'utf8');
  const readme = files.find((each) => /^readme/i.test(each));
  const [, text] = readme === undefined ? [] : readFileSync(join(folder, readme), 'utf8').split(/^#+ *licen[cs]e *$/im);
  return text;
}

/** The folders of the packages that went into the build. */
function foldersIn(bundle) {
  const modules = Object.values(bundle).flatMap(({ moduleIds = [] }) => moduleIds);
  return [...new Set(modules.map(packageOf))].filter((folder) => folder !== undefined);
}

const manifestIn = (folder) => JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));

/** The licence of each package that went into the build, as all of them want it handed on. */
const licenses = {
  name: 'licenses',
  generateBundle(_, bundle) {
    const texts = foldersIn(bundle).map((folder) => {
      const { name, version, license } = manifestIn(folder);
      const text = licenseIn(folder, name);
      if (text === undefined) this.error(`${name} comes without its licence.`);
      return `${name} ${version} (${license})\n\n${text.trim()}\n`;
    });
    const source = texts.toSorted().join(`\n${'-'.repeat(80)}\n\n`);
    this.emitFile({ type: 'asset', fileName: 'THIRD-PARTY-LICENSES.txt', source });
  },
};

/** What went into the build, with the digests of the lock file, as CycloneDX 1.6: the same bytes for the same build. */
const sbom = {
  name: 'sbom',
  generateBundle(_, bundle) {
    const { packages } = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8'));
    const own = manifestIn(root);
    const describe = ({ name, version, license }, type) => {
      const purl = `pkg:npm/${name.replace('@', '%40')}@${version}`;
      const licensed = /^[\w.-]+$/.test(license) ? { license: { id: license } } : { expression: license };
      return { type, 'bom-ref': purl, name, version, licenses: [licensed], purl };
    };
    const components = foldersIn(bundle).map((folder) => {
      const place = folder.slice(root.length + 1).replaceAll('\\', '/');
      const integrity = packages[place]?.integrity;
      if (integrity === undefined) this.error(`${place} has no digest in the lock file.`);
      const content = Buffer.from(integrity.replace('sha512-', ''), 'base64').toString('hex');
      return { ...describe(manifestIn(folder), 'library'), hashes: [{ alg: 'SHA-512', content }] };
    });
    const bom = {
      $schema: 'http://cyclonedx.org/schema/bom-1.6.schema.json',
      bomFormat: 'CycloneDX',
      specVersion: '1.6',
      version: 1,
      metadata: { component: describe(own, 'application') },
      components: components.toSorted((one, other) => (one.purl < other.purl ? -1 : 1)),
    };
    this.emitFile({ type: 'asset', fileName: 'sbom.cdx.json', source: `${JSON.stringify(bom, null, 2)}\n` });
  },
};

/**
 * Reads the shipped packs as relay does, so that it need not at each start: what a manifest without any fault says, with the
 * digest of the bytes that say so.
 */
const knownPacks = {
  name: 'known-packs',
  async generateBundle() {
    const folder = mkdtempSync(join(tmpdir(), 'relay-build-'));
    try {
      const file = join(folder, 'read-pack.mjs');
      const input = join(root, 'src/pack/read-pack.ts');
      await build({ input, platform: 'node', output: { file, codeSplitting: false }, logLevel: 'warn' });
      const { inspectPack } = await import(pathToFileURL(file));
      for (const id of readdirSync(join(root, 'packs'))) {
        const { pack, findings } = await inspectPack(join(root, 'packs', id), 'built-in');
        if (pack === undefined || findings.length > 0) continue;
        const { digest, origin: _origin, file: _file, shadows: _shadows, ...manifest } = pack;
        this.emitFile({ type: 'asset', fileName: `packs/${id}.json`, source: JSON.stringify({ digest, manifest }) });
      }
    } finally {
      rmSync(folder, { recursive: true });
    }
  },
};

/** What libraries load as soon as they are loaded themselves, and relay never uses. */
const unused = new Map([
  // For subcommands that are programs of their own; relay has none.
  ['commander', ['node:child_process']],
  // For reading what was found; relay asks where configurations are looked for, and reads them itself.
  ['cosmiconfig', ['import-fresh', 'js-yaml', 'parse-json', 'typescript']],
]);

const withoutUnused = {
  name: 'without-unused',
  resolveId(source, importer = '') {
    const within = packageOf(importer);
    return within !== undefined && unused.get(basename(within))?.includes(source) === true ? '\0unused' : undefined;
  },
  load: (id) => (id === '\0unused' ? 'export {};' : undefined),
};

export default defineConfig({
  input: { main: join(root, 'src/cli/main.ts') },
  cwd: root,
  platform: 'node',
  // write-file-atomic is CommonJS, and makes names of its own.
  transform: { target: 'node20.19', define: { __filename: 'import.meta.filename' } },
  plugins: [withoutUnused, knownPacks, licenses, sbom],
  output: {
    dir: 'dist',
    cleanDir: true,
    // As deep as the folders of src, since the packs are found from there.
    entryFileNames: 'cli/[name].js',
    chunkFileNames: 'cli/[name].js',
    codeSplitting: {
      // Opening a file costs more than reading what it holds, so what is wanted together lies in one, with all that it needs
      // of its own. Each of these needs nothing of those after it: files that need each other could not be loaded.
      groups: [
        { name: 'start', tags: ['$initial'] },
        { name: 'first-request', test: /\/(?:import-command|redactor|plain-view)\.ts$|\/cosmiconfig\// },
        { name: 'zod', test: /node_modules\/zod\// },
        { name: 'yaml', test: /node_modules\/yaml\// },
        { name: 'validate', test: /\/validate-command\.ts$/ },
        { name: 'engine', test: /\/import-on-host\.ts$/ },
        { name: 'host', test: /\/sub2api\/session\/(?:recognise|connect)\.ts$/ },
        { name: 'sandbox', test: /\/sandbox\/kinds\.ts$/ },
      ].map((group, index) => ({ ...group, priority: 9 - index })),
    },
    sourcemap: true,
    sourcemapExcludeSources: true,
    minify: true,
    comments: false,
  },
});
