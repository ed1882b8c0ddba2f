import { existsSync, readdirSync, statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** Whole runs start the built program; one that is older than its source would be tested in its place, and called fine. */
export function setup(): void {
  const built = `${root}/dist/cli/main.js`;
  const builtAt = existsSync(built) ? statSync(built).mtimeMs : 0;
  const newer = readdirSync(`${root}/src`, { recursive: true, encoding: 'utf8' }).find(
    (file) => file.endsWith('.ts') && statSync(`${root}/src/${file}`).mtimeMs > builtAt,
  );
  if (newer !== undefined)
    throw new Error(`The build in dist/ is older than src/${newer}. Run npm run build, or npm test.`);
}
