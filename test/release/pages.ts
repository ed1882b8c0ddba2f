import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const project = new URL('../../', import.meta.url);

/** A file of the project, by its path in it. */
export const pathOf = (page: string) => fileURLToPath(new URL(page, project));

/** What people read, by its path in the project. */
export const pages = [
  'README.md',
  'CONTRIBUTING.md',
  'SECURITY.md',
  'CHANGELOG.md',
  'packs/README.md',
  'src/README.md',
  ...readdirSync(new URL('docs/', project))
    .filter((name) => name.endsWith('.md'))
    .toSorted()
    .map((name) => `docs/${name}`),
];

/** The text of a page. */
export const textOf = (page: string) => readFileSync(pathOf(page), 'utf8');
