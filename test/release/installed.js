import { spawn } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { codeBlocks, commandsIn, wordsOf } from './code-blocks.js';

export const project = fileURLToPath(new URL('../../', import.meta.url));

/** What the package is called in a registry; its command is `relay`. */
export const { name: packageName } = JSON.parse(readFileSync(join(project, 'package.json'), 'utf8'));

/** Runs a command; what it says comes back, and is thrown when `mustEnd` is set and it does not end with 0. */
export function run(file, args, { cwd, env = process.env, mustEnd = true, shell = false, stdio = 'pipe' }) {
  return new Promise((resolve, reject) => {
    const child = spawn(file, args, { cwd, env, shell, stdio: ['ignore', stdio, stdio] });
    const said = { stdout: '', stderr: '' };
    for (const stream of ['stdout', 'stderr'])
      child[stream]?.on('data', (chunk) => {
        said[stream] += chunk;
      });
    child.on('error', reject);
    child.on('close', (exitCode) => {
      if (mustEnd && exitCode !== 0)
        reject(new Error(`${file} ${args.join(' ')} ended with ${exitCode}\n${said.stdout}${said.stderr}`));
      else resolve({ exitCode, ...said });
    });
  });
}

/** npm as a person would call it here. */
export function npm(args, cwd) {
  return run('npm', [...args, '--no-audit', '--no-fund'], { cwd, shell: process.platform === 'win32' });
}

/** A temporary folder that is gone when the process ends, however it ends in order. */
export function temporaryFolder(name) {
  const folder = mkdtempSync(join(tmpdir(), `relay-${name}-`));
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** Packs the project and installs the tarball into empty folders, once without any script. Returns where. */
export async function packAndInstall() {
  const folder = temporaryFolder('pack');
  // With `prepare`, as whoever publishes does it.
  await npm(['pack', '--pack-destination', folder], project);
  const tarball = readdirSync(folder).find((name) => name.endsWith('.tgz'));
  if (tarball === undefined) throw new Error('npm pack made no tarball');
  const install = async (name, ...options) => {
    const place = join(folder, name);
    mkdirSync(place);
    writeFileSync(join(place, 'package.json'), '{ "private": true }\n');
    await npm(['install', '--prefer-offline', ...options, `../${tarball}`], place);
    return place;
  };
  return {
    tarball: join(folder, tarball),
    withScripts: await install('with-scripts'),
    withoutScripts: await install('without-scripts', '--ignore-scripts'),
  };
}

/** Options in place of the answers that a command would ask a person for. */
const answers = new Map([['packs new', '--base-url https://api.acme.example/v1 --model acme-small']]);

/** Commands that take a host and do without one. */
const needsNoHost = new Set(['validate']);

/** The pages whose commands are run. */
const pages = ['README.md', 'docs/packs.md'];

/** Why a command of a page cannot be run here, if so. `takes` says whether it takes an option. */
async function whySkipped(words, takes) {
  if (words[0] !== 'relay') return 'not relay';
  if (words[1] === 'sandbox') return 'runs until it is stopped';
  if (words.some((word) => word.endsWith('our-vllm'))) return 'needs an upstream that runs';
  const placeholder = words.find((word) => /^[A-Z]{3,}$/.test(word));
  if (placeholder !== undefined) return `${placeholder} stands for what only a reader has`;
  const host = words[words.indexOf('--host') + 1];
  if (words.includes('--host')) return host === 'sandbox' ? undefined : `needs the host ${host}`;
  return !needsNoHost.has(words[1]) && (await takes(words, '--host')) ? 'needs a host' : undefined;
}

/**
 * Runs what the `sh` blocks of the README and of the page on packs say with the installed binary, in their order, in a
 * folder as a reader has it. `node` is the folder of the Node to run with. Returns a line of outcome for each command.
 */
export async function runReadme(installed, node = dirname(process.execPath)) {
  const home = temporaryFolder('readme');
  writeFileSync(join(home, 'keys.txt'), `sk-${'readme'.repeat(7)}1\nsk-${'readme'.repeat(7)}2\n`);
  // The first command is for a clone, and names its key file there.
  cpSync(join(installed, 'node_modules', packageName, 'packs'), join(home, 'packs'), { recursive: true });
  const env = {
    PATH: [node, join(installed, 'node_modules', '.bin'), process.env['PATH']].join(delimiter),
    HOME: home,
    RELAY_STATE_DIR: join(home, 'state'),
  };
  const shell = (command) => run(command, [], { cwd: home, env, mustEnd: false, shell: true });
  const takes = async (words, option) => {
    const { stdout } = await shell(`${words.map((word) => JSON.stringify(word)).join(' ')} --help`);
    return stdout.includes(`${option} `);
  };
  const outcomes = [];
  const blocks = pages.flatMap((page) => codeBlocks(readFileSync(join(project, page), 'utf8'), 'sh'));
  for (const command of blocks.flatMap(({ text }) => commandsIn(text))) {
    const plain = command.replace(/^npx /, '');
    const words = wordsOf(plain);
    const skipped = await whySkipped(words, takes);
    if (skipped !== undefined) {
      outcomes.push({ command, skipped });
      continue;
    }
    const given = answers.get(words.slice(1, 3).join(' '));
    const { exitCode, stderr } = await shell(given === undefined ? plain : `${plain} ${given}`);
    const faults = [
      ...(exitCode === 0 ? [] : [`exit ${exitCode}: ${stderr.trim()}`]),
      ...(/^\(node:\d+\)/m.test(stderr) ? [`Node warns: ${stderr.trim()}`] : []),
    ];
    outcomes.push({ command, faults });
  }
  // Who takes everything for skipped has checked nothing.
  const ran = outcomes.filter(({ skipped }) => skipped === undefined).map(({ command }) => command);
  for (const must of ['import', 'validate', 'packs'])
    if (!ran.some((command) => command.includes(`relay ${must} `)))
      outcomes.push({ command: `relay ${must}`, faults: ['no page shows such a command that can be run here'] });
  return outcomes;
}

/** Every file below a folder, with "/" in its name. */
export function filesBelow(folder) {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => !entry.isDirectory())
    .map((entry) =>
      join(entry.parentPath, entry.name)
        .slice(folder.length + 1)
        .replaceAll('\\', '/'),
    )
    .toSorted();
}

/** Prints outcomes, and returns how many of them are bad. */
export function tell(outcomes) {
  for (const { command, skipped, faults = [] } of outcomes) {
    if (skipped !== undefined) console.log(`skip  ${command}  (${skipped})`);
    else console.log(`${faults.length === 0 ? 'ok   ' : 'FAIL '} ${command}`);
    for (const fault of faults) console.log(`        ${fault.replaceAll('\n', '\n        ')}`);
  }
  return outcomes.filter(({ faults = [] }) => faults.length > 0).length;
}
