import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { optionsPage } from '../support/options-page.ts';

const page = fileURLToPath(new URL('../../docs/options.md', import.meta.url));

it('docs/options.md shows commands and options as they are; npm run docs makes it anew', async () => {
  await expect(optionsPage()).toMatchFileSnapshot(page);
});
