// `npm run bench`: what the README claims about speed, measured on this machine.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { fileURLToPath } from 'node:url';
import { startSandbox } from '../../dist/sandbox/start-sandbox.js';

const relay = fileURLToPath(new URL('../../bin/relay.js', import.meta.url));

/** Median wall time of a command in milliseconds; the first runs warm the caches and do not count. */
function median(args, rounds = 21) {
  const times = Array.from({ length: rounds + 3 }, () => {
    const begin = performance.now();
    spawnSync(process.execPath, args, { stdio: 'ignore' });
    return performance.now() - begin;
  }).slice(3);
  return times.toSorted((a, b) => a - b)[Math.floor(rounds / 2)];
}

const bare = median(['-e', '0']);
const version = median([relay, '--version']);
console.log(
  `start-up      relay --version ${version.toFixed(0)} ms, node -e 0 ${bare.toFixed(0)} ms, ratio ${(version / bare).toFixed(2)} (aim: below 2)`,
);

const keys = 200;
const latencyMs = 200;
const concurrency = 8;
const folder = mkdtempSync(join(tmpdir(), 'relay-bench-'));
const keyFile = join(folder, 'keys.txt');
writeFileSync(
  keyFile,
  Array.from({ length: keys }, (_, index) => `sk-good-bench-${String(index).padStart(12, '0')}\n`).join(''),
);
const sandbox = await startSandbox({ vendorLatencyMs: latencyMs });
const { spawn } = await import('node:child_process');
const begin = performance.now();
const exitCode = await new Promise((resolve) => {
  const args = [
    relay,
    'import',
    '--pack',
    'kimi',
    '--keys',
    keyFile,
    '--host',
    sandbox.url,
    '--base-url',
    `${sandbox.vendorUrl}/v1`,
    '--concurrency',
    String(concurrency),
    '--no-report',
    '--quiet',
  ];
  spawn(process.execPath, args, { stdio: 'inherit', env: { ...process.env, RELAY_ADMIN_KEY: sandbox.adminKey } }).on(
    'close',
    resolve,
  );
});
const took = performance.now() - begin;
await sandbox.stop();
const ideal = (keys * latencyMs) / concurrency;
console.log(
  `import        ${keys} keys at ${latencyMs} ms, ${concurrency} at once: ${took.toFixed(0)} ms, ideal ${ideal} ms, ratio ${(took / ideal).toFixed(2)} (aim: below 1.3)`,
);
process.exitCode = exitCode;
