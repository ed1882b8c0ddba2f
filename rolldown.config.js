// What `npm run build` makes of src: a few files in dist, with all of the libraries that they need.
import { readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'rolldown';

const root = dirname(fileURLToPath(import.meta.url));

/** The folder of the package that a module belongs to. */
function packageOf(id) {
  const [folder] = /^.*\/node_modules\/(?:@[^/]+\/)?[^/]+/.exec(id.replace(/^\0/, '')) ?? [];
  return folder;
}

/** Packages that name their licence (Apache 2.0) and do not bring it, and where its text is. */
const withoutText = { '@humanwhocodes/momoa': join(root, 'node_modules/@stryker-mutator/core/LICENSE') };

/** The licence of each package that went into the build, as all of them want it handed on. */
const licenses = {
  name: 'licenses',
  generateBundle(_, bundle) {
    const modules = Object.values(bundle).flatMap(({ moduleIds = [] }) => moduleIds);
    const folders = [...new Set(modules.map(packageOf))].filter((folder) => folder !== undefined);
    const texts = folders.map((folder) => {
      const { name, version, license } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
      const own = readdirSync(folder).find((each) => /^licen[cs]e/i.test(each));
      const file = own === undefined ? withoutText[name] : join(folder, own);
      if (file === undefined) this.error(`${name} comes without its licence.`);
      return `${name} ${version} (${license})\n\n${readFileSync(file, 'utf8').trim()}\n`;
    });
    const source = texts.toSorted().join(`\n${'-'.repeat(80)}\n\n`);
    this.emitFile({ type: 'asset', fileName: 'THIRD-PARTY-LICENSES.txt', source });
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
  plugins: [withoutUnused, licenses],
  output: {
    dir: 'dist',
    cleanDir: true,
    // As deep as the folders of src, since the packs are found from there.
    entryFileNames: 'cli/[name].js',
    chunkFileNames: ({ isDynamicEntry }) => (isDynamicEntry ? 'cli/[name].js' : 'cli/shared-[hash].js'),
    codeSplitting: {
      groups: [
        // Opening a file costs more than reading what it holds: one for what every start needs, few for the rest.
        { name: 'start', tags: ['$initial'], priority: 1 },
        { name: 'shared', minShareCount: 2, entriesAware: true, entriesAwareMergeThreshold: 20_000 },
      ],
    },
    sourcemap: true,
    sourcemapExcludeSources: true,
    minify: true,
    comments: false,
  },
});
