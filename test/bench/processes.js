// Rows about starting.
import { createServer } from 'node:http';
import { performance } from 'node:perf_hooks';
import { spawn } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ms, ratioOf, relay, run } from './measure.js';

const rounds = 15;
const timed =
  (...args) =>
  async () =>
    (await run(args, { quiet: true })).ms;
const bare = timed('-e', '0');

/** From the start of an import until its first request has come, in milliseconds. */
async function untilFirstRequest() {
  const folder = mkdtempSync(join(tmpdir(), 'relay-bench-'));
  const keys = join(folder, 'keys.txt');
  writeFileSync(keys, 'sk-good-bench-000000000000\n');
  let came;
  const first = new Promise((resolve) => {
    came = resolve;
  });
  const server = createServer((_, response) => {
    came(performance.now());
    response.writeHead(404).end();
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const host = `http://127.0.0.1:${server.address().port}`;
  const begin = performance.now();
  const args = [relay, 'import', '--pack', 'kimi', '--keys', keys, '--host', host, '--no-report', '--quiet'];
  const env = { ...process.env, RELAY_ADMIN_KEY: 'admin-bench', RELAY_STATE_DIR: join(folder, 'state') };
  const child = spawn(process.execPath, args, { stdio: 'ignore', env });
  const at = await first;
  child.kill('SIGKILL');
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  return at - begin;
}

async function compared(one, other, aim) {
  const { ratio, ...times } = await ratioOf(rounds, one, other);
  return [{ value: ratio, aim, told: `${ms(times.one)} against ${ms(times.other)}` }];
}

export const measureProcesses = {
  start: {
    what: 'start of an import until its first request, to node -e 0',
    measure: () => compared(untilFirstRequest, bare, 2),
  },
  version: { what: 'relay --version, to node -e 0', measure: () => compared(timed(relay, '--version'), bare, 1.6) },
  validate: {
    what: 'relay validate of all packs, to relay --version',
    measure: () => compared(timed(relay, 'validate'), timed(relay, '--version'), 2.5),
  },
};
