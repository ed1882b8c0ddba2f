// Rows about starting, against Node itself.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { fileURLToPath } from 'node:url';
import { median, ms, relay } from './measure.js';

const project = fileURLToPath(new URL('../../', import.meta.url));

/** What is compared: a command and what it is measured against, and the aim. */
const comparisons = [
  { name: 'relay --version', against: 'node -e 0', aim: 1.6 },
  { name: 'relay validate', against: 'relay --version', aim: 2.5 },
  { name: 'relay validate ./packs', against: 'relay --version' },
  { name: 'relay import, first request', against: 'node -e 0', aim: 2 },
];

const rounds = 21;

/**
 * Runs each command in turn: the medians of their times and of the ratios within a round. What only warms the caches does not
 * count.
 */
async function startUp() {
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
      const taken = await time(args);
      if (round >= 0) times.get(name).push(taken);
    }
  host.close();
  rmSync(folder, { recursive: true });

  return comparisons.map(({ name, against, aim }) => ({
    label: `${name}, to ${against}`,
    value: median(times.get(name).map((taken, round) => taken / times.get(against)[round])),
    aim,
    told: `${ms(median(times.get(name)))} against ${ms(median(times.get(against)))}`,
  }));
}

export const measureStarts = { 'start-up': { what: 'start', measure: startUp } };
