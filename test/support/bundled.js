import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'rolldown';

const project = fileURLToPath(new URL('../../', import.meta.url));

/**
 * Makes one file of a module and all that it imports, and returns where it is: for processes that want a part of relay, not
 * the whole command, since Node 20 runs no TypeScript. `folder`: where the file goes.
 */
export async function bundled(module, folder) {
  const file = join(folder, 'bundled.mjs');
  await build({
    input: join(project, module),
    platform: 'node',
    output: { file, codeSplitting: false },
    logLevel: 'silent',
  });
  return file;
}
