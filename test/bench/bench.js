// `npm run bench`: what the README claims about speed, measured on this machine.
import { spawn } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { fileURLToPath } from 'node:url';
import { bundled } from '../support/bundled.js';
import { measureStart } from './start-up.js';

const relay = fileURLToPath(new URL('../../bin/relay.js', import.meta.url));

await measureStart();

const folder = mkdtempSync(join(tmpdir(), 'relay-bench-'));
const { startSandboxAs } = await import(await bundled('src/sandbox/kinds.ts', folder));
const keyLine = (index) => `sk-good-bench-${String(index).padStart(12, '0')}`;

/** Writes a key file of these numbers, in CSV with a priority where one is given. */
function keyFileOf(name, numbers, priorityOf) {
  const file = join(folder, name);
  const lines = numbers.map((index) => (priorityOf ? `${keyLine(index)},${priorityOf(index)}` : keyLine(index)));
  writeFileSync(file, `${[...(priorityOf ? ['key,priority'] : []), ...lines].join('\n')}\n`);
  return file;
}

/** One import by the real binary: its wall time in milliseconds and the requests it sent. */
async function runImport(sandbox, keyFile, ...more) {
  const from = sandbox.requests.length;
  const begin = performance.now();
  const args = [relay, 'import', '--pack', 'kimi', '--keys', keyFile, '--host', sandbox.url];
  const all = [...args, '--base-url', `${sandbox.vendorUrl}/v1`, '--no-report', '--quiet', ...more];
  const env = { ...process.env, RELAY_ADMIN_KEY: sandbox.adminKey, RELAY_STATE_DIR: join(folder, 'state') };
  const exitCode = await new Promise((resolve) => {
    spawn(process.execPath, all, { stdio: 'inherit', env }).on('close', resolve);
  });
  if (exitCode !== 0) throw new Error(`the import ended with ${exitCode}`);
  const requests = sandbox.requests.slice(from);
  return { ms: performance.now() - begin, requests };
}

const range = (count) => Array.from({ length: count }, (_, index) => index);

{
  const keys = 200;
  const latencyMs = 200;
  const concurrency = 8;
  const sandbox = await startSandboxAs('sub2api', {}, { vendorLatencyMs: latencyMs });
  const { ms } = await runImport(sandbox, keyFileOf('keys.txt', range(keys)), '--concurrency', String(concurrency));
  await sandbox.stop();
  const ideal = (keys * latencyMs) / concurrency;
  console.log(
    `import        ${keys} keys at ${latencyMs} ms, ${concurrency} at once: ${ms.toFixed(0)} ms, ideal ${ideal} ms, ratio ${(ms / ideal).toFixed(2)} (aim: below 1.3)`,
  );
}

{
  const all = 5000;
  const changed = 50;
  const empty = await startSandboxAs('sub2api', {});
  const first = await runImport(empty, keyFileOf('fifty.txt', range(changed)));
  await empty.stop();
  const sandbox = await startSandboxAs('sub2api', {});
  await runImport(
    sandbox,
    keyFileOf('many.csv', range(all), () => 50),
    '--concurrency',
    '32',
    '--batch-size',
    '500',
  );
  const again = await runImport(
    sandbox,
    keyFileOf('changed.csv', range(all), (index) => (index < changed ? 60 : 50)),
  );
  await sandbox.stop();
  const count = (method) => again.requests.filter((request) => request.method === method).length;
  const pages = again.requests.filter((request) => request.path === '/api/v1/admin/accounts').length;
  console.log(
    `reconcile     ${all} accounts, ${changed} changed: ${again.ms.toFixed(0)} ms, ${count('PUT')} PUT of ${again.requests.length} requests, ${pages} pages of accounts; ratio to an import of ${changed} ${(again.ms / first.ms).toFixed(2)}`,
  );
}
