import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { hostKindNames } from '../../src/core/host-kinds.ts';
import { hostKinds } from '../../src/host/catalog.ts';

const src = fileURLToPath(new URL('../../src/', import.meta.url));
const readme = readFileSync(join(src, 'README.md'), 'utf8');

/** module → modules it may import, as the table in src/README.md says. */
const table = new Map(
  [...readme.matchAll(/^\|\s*(\w+)\s*\|[^|]+\|\s*([^|]+?)\s*\|$/gm)]
    .filter(([, name]) => name !== 'module')
    .map(([, name = '', allowed = '']) => [
      name,
      allowed
        .split(',')
        .map((each) => each.trim())
        .filter((each) => each !== '–'),
    ]),
);

const files = readdirSync(src, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts'));
const moduleOf = (file: string) => file.split(sep)[0] ?? '';
const textOf = (file: string) => readFileSync(join(src, file), 'utf8');

/** Types cost nothing, but couple all the same, so both count. */
function importsOf(file: string): string[] {
  return [...textOf(file).matchAll(/(?:from|import\()\s*'(\.[^']+)'/g)].map(([, path = '']) =>
    relative(src, resolve(src, dirname(file), path)),
  );
}

describe('the modules of src/README.md', () => {
  it('names every module, and no other', () => {
    const modules = readdirSync(src, { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map((entry) => entry.name);
    expect([...table.keys()].toSorted()).toEqual(modules.toSorted());
  });

  it('names files that are there', () => {
    const named = [...readme.matchAll(/`((?:\w+\/)+[\w.-]+\.(?:ts|md|yaml))`/g)].map(([, path = '']) => path);
    expect(named.length).toBeGreaterThan(20);
    const places = named.map((path) => (path.startsWith('test/') || path.startsWith('docs/') ? `../${path}` : path));
    expect(places.filter((path) => !existsSync(join(src, path)))).toEqual([]);
  });

  it('reads real files', () => {
    expect(files.length).toBeGreaterThan(80);
    expect(importsOf(join('flows', 'import', 'execute-import.ts')).length).toBeGreaterThan(5);
  });

  it('is kept by every import', () => {
    const breaches = files.flatMap((file) => {
      const own = moduleOf(file);
      return importsOf(file)
        .map(moduleOf)
        .filter((other) => other !== own && !(table.get(own) ?? []).includes(other))
        .map((other) => `${file} imports from ${other}`);
    });
    expect(breaches).toEqual([]);
  });

  it('keeps process, console and exits inside cli', () => {
    const breaches = files.filter(
      (file) => moduleOf(file) !== 'cli' && /\bprocess\.|\bconsole\.|from 'node:process'/.test(textOf(file)),
    );
    expect(breaches).toEqual([]);
  });

  it('keeps the clock in one place', () => {
    const breaches = files.filter(
      (file) =>
        !['cli', 'sandbox'].includes(moduleOf(file)) &&
        file !== join('core', 'clock.ts') &&
        /Date\.now\(|new Date\(\)|setTimeout\(|Math\.random\(/.test(textOf(file)),
    );
    expect(breaches).toEqual([]);
  });

  const engine = files.filter((file) =>
    ['plan', 'apply', 'verify', 'flows', 'journal', 'report'].includes(moduleOf(file)),
  );
  /** Fields of a pack, and names of reports, codes and access modes, which are relay's own. */
  const ownWords = /groupTemplate|channelTemplate|planTemplate|not_in_group|subscription_ready|'subscription'/g;

  it('keeps what a kind of host calls its objects out of the engine, comments included', () => {
    expect(engine.length).toBeGreaterThan(100);
    const nouns =
      /\b(?:\w*[gG]roupIds?|\w*[cC]hannels?(?:Ids?)?|planIds?|[tT]ariffs?|\w*[sS]chedulable\w*|billing\w*|restrictsModels|rateMultiplier|subscriptionsOf\w+)\b/;
    const groups = /\bgroups?\b/i;
    const found = engine.flatMap((file) => {
      const lines = textOf(file).replaceAll(ownWords, '').split('\n');
      // A report groups its problems.
      const isNoun = (line: string) => nouns.test(line) || (moduleOf(file) !== 'report' && groups.test(line));
      return lines.filter(isNoun).map((line) => `${file}: ${line.trim()}`);
    });
    expect(found).toEqual([]);
  });

  it('keeps the names of hosts and vendors out of the engine', () => {
    const names = /sub2api|new-?api|one-api|cliproxy|gpt-load|kimi|deepseek|zhipu|moonshot|0\.1\.1[27]9/i;
    expect(engine.filter((file) => names.test(textOf(file)))).toEqual([]);
  });

  it('names changes of a host in apply alone', () => {
    const sends = /\bwrites\b|\.(?:give|createAccounts|placeAccounts|setEnabled|markTested)\(/;
    const others = engine.filter((file) => moduleOf(file) !== 'apply' && sends.test(textOf(file)));
    expect(others).toEqual([]);
  });

  it('has one list of kinds of hosts', () => {
    expect(hostKinds.map(({ kind }) => kind)).toEqual([...hostKindNames]);
    expect(readdirSync(join(src, 'host')).filter((name) => existsSync(join(src, 'host', name, 'kind.ts')))).toEqual(
      ['memory', ...hostKindNames].toSorted(),
    );
  });

  it('has no drawers, barrels or default exports', () => {
    expect(
      files.filter((file) =>
        /(?:^|[/\\])(?:utils?|helpers?|common|shared|lib|index)\.ts$|[/\\](?:utils|helpers|common|shared|lib)[/\\]/.test(
          file,
        ),
      ),
    ).toEqual([]);
    expect(files.filter((file) => /^export default/m.test(textOf(file)))).toEqual([]);
  });
});

describe('src/RULES.md', () => {
  const rules = new Set(
    [...readFileSync(join(src, 'RULES.md'), 'utf8').matchAll(/^\| ([BN]\d+) /gm)].map(([, id]) => id),
  );

  it('holds every rule that a comment or a test names', () => {
    const tests = fileURLToPath(new URL('../', import.meta.url));
    const named = [src, tests].flatMap((folder) =>
      readdirSync(folder, { recursive: true, encoding: 'utf8' })
        .filter((file) => file.endsWith('.ts'))
        .flatMap((file) =>
          [...readFileSync(join(folder, file), 'utf8').matchAll(/\b[BN]\d{1,2}\b/g)].map(([id]) => id),
        ),
    );
    expect(named.length).toBeGreaterThan(100);
    expect([...new Set(named)].filter((id) => !rules.has(id))).toEqual([]);
  });
});
