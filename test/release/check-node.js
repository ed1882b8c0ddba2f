// `npm run check:node [-- VERSION…]`: that the installed binary and the whole suite work on each Node that is supported.
import { setPriority } from 'node:os';
import { delimiter, join } from 'node:path';
import { npm, packAndInstall, project, run, runReadme, tell, temporaryFolder } from './installed.js';

/** The oldest that package.json allows, and the newest of each line since. */
const versions = process.argv.length > 2 ? process.argv.slice(2) : ['20.19.0', '22', '24', '26'];

// Minutes of two busy cores: others come first.
setPriority(10);

/** Gets a Node from the npm registry; its platform packages hold the binary and run nothing when they are installed. */
async function getNode(version) {
  const folder = temporaryFolder(`node-${version}`);
  const name = `node-${process.platform === 'win32' ? 'win' : process.platform}-${process.arch}`;
  await npm(['install', '--prefix', folder, '--prefer-offline', '--ignore-scripts', `${name}@${version}`], folder);
  return join(folder, 'node_modules', name, 'bin');
}

const { withoutScripts } = await packAndInstall();
const table = [];
for (const version of versions) {
  const folder = await getNode(version);
  const node = join(folder, process.platform === 'win32' ? 'node.exe' : 'node');
  const { stdout } = await run(node, ['--version'], { cwd: project });
  console.log(`\nNode ${stdout.trim()}: the commands of README.md with the installed binary`);
  const failed = tell(await runReadme(withoutScripts, folder));
  console.log(`\nNode ${stdout.trim()}: the suite`);
  const begin = Date.now();
  const suite = await run(node, [join(project, 'node_modules', 'vitest', 'vitest.mjs'), 'run', '--reporter=dot'], {
    cwd: project,
    env: { ...process.env, PATH: [folder, process.env['PATH']].join(delimiter) },
    mustEnd: false,
    stdio: 'inherit',
  });
  table.push({ node: stdout.trim(), commands: failed, suite: suite.exitCode, seconds: (Date.now() - begin) / 1000 });
}
console.log();
for (const { node, commands, suite, seconds } of table)
  console.log(
    `${commands === 0 && suite === 0 ? 'ok   ' : 'FAIL '} Node ${node}: ${commands} commands failed, the suite ended with ${suite} after ${seconds.toFixed(0)} s`,
  );
process.exitCode = table.every(({ commands, suite }) => commands === 0 && suite === 0) ? 0 : 1;
