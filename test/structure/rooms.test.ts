import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const src = fileURLToPath(new URL('../../src/', import.meta.url));
const readme = readFileSync(join(src, 'README.md'), 'utf8');

/** room → rooms it may import, as the table in src/README.md says. */
const table = new Map(
  [...readme.matchAll(/^\|\s*(\w+)\s*\|[^|]+\|\s*([^|]+?)\s*\|$/gm)]
    .filter(([, room]) => room !== 'room')
    .map(([, room = '', allowed = '']) => [
      room,
      allowed
        .split(',')
        .map((each) => each.trim())
        .filter((each) => each !== '–'),
    ]),
);

const files = readdirSync(src, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts'));
const roomOf = (file: string) => file.split(sep)[0] ?? '';
const textOf = (file: string) => readFileSync(join(src, file), 'utf8');

/** A room of its own for values imported at run time; types cost nothing, but couple all the same, so both count. */
function importsOf(file: string): string[] {
  return [...textOf(file).matchAll(/(?:from|import\()\s*'(\.[^']+)'/g)].map(([, path = '']) =>
    relative(src, resolve(src, dirname(file), path)),
  );
}

describe('the rooms of src/README.md', () => {
  it('names every room, and no other', () => {
    const rooms = readdirSync(src, { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map((entry) => entry.name);
    expect([...table.keys()].toSorted()).toEqual(rooms.toSorted());
  });

  it('reads real files', () => {
    expect(files.length).toBeGreaterThan(80);
    expect(importsOf(join('flows', 'run-import.ts')).length).toBeGreaterThan(5);
  });

  it('is kept by every import', () => {
    const breaches = files.flatMap((file) => {
      const room = roomOf(file);
      return importsOf(file)
        .map(roomOf)
        .filter((other) => other !== room && !(table.get(room) ?? []).includes(other))
        .map((other) => `${file} imports from ${other}`);
    });
    expect(breaches).toEqual([]);
  });

  it('keeps process, console and exits inside cli', () => {
    const breaches = files.filter(
      (file) => roomOf(file) !== 'cli' && /\bprocess\.|\bconsole\.|from 'node:process'/.test(textOf(file)),
    );
    expect(breaches).toEqual([]);
  });

  it('keeps the clock in one place', () => {
    const breaches = files.filter(
      (file) =>
        !['cli', 'sandbox'].includes(roomOf(file)) &&
        file !== join('terms', 'clock.ts') &&
        /Date\.now\(|new Date\(\)|setTimeout\(|Math\.random\(/.test(textOf(file)),
    );
    expect(breaches).toEqual([]);
  });

  it('keeps the names of hosts and vendors out of the engine', () => {
    const engine = files.filter((file) => ['plan', 'apply', 'verify', 'report', 'flows'].includes(roomOf(file)));
    expect(engine.filter((file) => /sub2api|kimi|deepseek|zhipu|moonshot|0\.1\.1[27]9/i.test(textOf(file)))).toEqual(
      [],
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
