// How long relay takes to start, against Node itself: a part of `npm run bench`, or alone by `node test/bench/start-up.js`.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { fileURLToPath } from 'node:url';

const project = fileURLToPath(new URL('../../', import.meta.url));
const relay = join(project, 'bin', 'relay.js');

/** What is compared: a command and what it is measured against, and the aim. */
const comparisons = [
  { name: 'relay --version', against: 'node -e 0', aim: 1.6 },
  { name: 'relay validate', against: 'relay --version', aim: 2.5 },
  { name: 'relay validate ./packs', against: 'relay --version' },
  { name: 'relay import, first request', against: 'node -e 0', aim: 2 },
];

/**
 * Runs each command in turn, `rounds` times, and prints the medians of their times and of the ratios within a round. What
 * only warms the caches does not count.
 */
export async function measureStart(rounds = 21) {
  const folder = mkdtempSync(join(tmpdir(), 'relay-start-'));
  writeFileSync(join(folder, 'keys.txt'), 'sk-good-bench-000000000001\n');
  let asked = () => undefined;
  // Nothing that relay knows, so that it ends soon, and in order: only then does Node keep what it has compiled.
  const host = createServer((_, response) => {
    asked();
    response.writeHead(404).end();
  }).listen(0, '127.0.0.1');
  await once(host, 'listening');
  const url = `http://127.0.0.1:${host.address().port}`;
  const commands = new Map([
    ['node -e 0', ['-e', '0']],
    ['relay --version', [relay, '--version']],
    ['relay validate', [relay, 'validate']],
    // Packs that are named by a path are read whatever the build has read.
    ['relay validate ./packs', [relay, 'validate', join(project, 'packs')]],
    [
      'relay import, first request',
      [relay, 'import', '--pack', 'kimi', '--keys', 'keys.txt', '--host', url, '--no-report'],
    ],
  ]);
  // Nothing of this machine: reading certificates for NODE_EXTRA_CA_CERTS takes Node longer than all the rest of its start,
  // and would make every ratio a good one.
  const env = {
    PATH: process.env.PATH,
    HOME: folder,
    RELAY_ADMIN_KEY: 'bench',
    RELAY_STATE_DIR: join(folder, 'state'),
  };

  /** The time of a command in milliseconds, to its end or to the first request that it sends. */
  async function time(args) {
    const begin = performance.now();
    const child = spawn(process.execPath, args, { cwd: folder, env, stdio: 'ignore' });
    let at;
    asked = () => {
      at ??= performance.now();
    };
    await once(child, 'close');
    return (at ?? performance.now()) - begin;
  }

  const times = new Map([...commands.keys()].map((name) => [name, []]));
  for (let round = -2; round < rounds; round += 1)
    for (const [name, args] of commands) {
      const ms = await time(args);
      if (round >= 0) times.get(name).push(ms);
    }
  host.close();
  rmSync(folder, { recursive: true });

  const median = (values) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];
  console.log(`start-up      node -e 0: ${median(times.get('node -e 0')).toFixed(0)} ms (Node ${process.version})`);
  for (const { name, against, aim } of comparisons) {
    const ratio = median(times.get(name).map((ms, round) => ms / times.get(against)[round]));
    const told = aim === undefined ? '' : ` (aim: at most ${aim}${ratio > aim ? ', missed' : ''})`;
    console.log(
      `start-up      ${name}: ${median(times.get(name)).toFixed(0)} ms, ${ratio.toFixed(2)} times ${against}${told}`,
    );
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await measureStart();
