import { readdir, readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const folder = fileURLToPath(new URL('../../dist/cli/', import.meta.url));

/** The files of the build that need each other, as far as they are loaded at once; each by way of the one before it. */
function circleIn(needs: ReadonlyMap<string, string[]>): string[] | undefined {
  const fine = new Set<string>();
  const circleFrom = (file: string, way: string[]): string[] | undefined => {
    if (way.includes(file)) return [...way.slice(way.indexOf(file)), file];
    if (fine.has(file)) return undefined;
    for (const other of needs.get(file) ?? []) {
      const found = circleFrom(other, [...way, file]);
      if (found !== undefined) return found;
    }
    fine.add(file);
    return undefined;
  };
  for (const file of needs.keys()) {
    const found = circleFrom(file, []);
    if (found !== undefined) return found;
  }
  return undefined;
}

it('makes no files that need each other: which of them works would depend on which is loaded first', async () => {
  const files = (await readdir(folder)).filter((file) => file.endsWith('.js'));
  const needs = new Map<string, string[]>();
  for (const file of files) {
    const text = await readFile(folder + file, 'utf8');
    needs.set(
      file,
      [...text.matchAll(/(?:from|import)\s*["'`]\.\/([^"'`]+)["'`]/g)].map(([, name = '']) => name),
    );
  }
  expect(needs.get('main.js')).toEqual(['start.js']);
  expect(circleIn(needs)).toBeUndefined();
  expect(
    circleIn(
      new Map([
        ['a', ['b']],
        ['b', ['c']],
        ['c', ['b']],
      ]),
    ),
  ).toEqual(['b', 'c', 'b']);
});
