// Where the rows about fleets are measured: hosts in a process of their own, and a database of their own. Nothing of both stays.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { bundled } from '../support/bundled.js';
import { relay } from './measure.js';

/** The packs of a fleet, and the provider that each stands for. */
export const providers = { kimi: 'kimi-cn', groq: 'groq' };

export const keysOf = (host, pack, count) =>
  Array.from({ length: count }, (_, index) => `sk-good-${pack}-${host}-${String(index).padStart(8, '0')}`);

/** As many hosts, all new, and what is to be imported into each: so many keys of every provider. */
export async function withFleet({ hosts: count, keysEach, latencyMs }, work) {
  const folder = mkdtempSync(join(tmpdir(), 'relay-fleet-'));
  const bundle = await bundled('src/sandbox/kinds.ts', folder);
  const child = fork(fileURLToPath(new URL('fleet-hosts.js', import.meta.url)), [bundle, count, latencyMs]);
  try {
    const [{ hosts, vendorUrl }] = await once(child, 'message');
    const named = hosts.map((host, index) => ({ ...host, name: `host-${index + 1}` }));
    mkdirSync(join(folder, 'keys'));
    for (const { name, adminKey } of named) {
      writeFileSync(join(folder, `${name}.key`), adminKey);
      for (const pack of Object.keys(providers))
        writeFileSync(join(folder, 'keys', `${name}-${pack}.txt`), keysOf(name, pack, keysEach).join('\n'));
    }
    const config = join(folder, 'relay.config.yaml');
    const file = join(folder, 'fleet.yaml');
    const places = named.map(({ name, url }) => [name, { url, adminKeyFile: `${name}.key` }]);
    // JSON is YAML.
    writeFileSync(config, JSON.stringify({ hosts: Object.fromEntries(places) }));
    const imports = Object.keys(providers).map((pack) => ({ pack, keys: `keys/{host}-${pack}.txt` }));
    writeFileSync(file, JSON.stringify({ defaults: { hosts: 'all', baseUrl: `${vendorUrl}/v1` }, imports }));
    return await work({
      hosts: named,
      keysEach,
      folder,
      words: [relay, 'import', '--config', config, '--file', file, '--yes', '--quiet'],
      env: { RELAY_STATE_DIR: join(folder, 'state') },
      ask: async (question) => {
        child.send(question);
        const [answer] = await once(child, 'message');
        return answer;
      },
    });
  } finally {
    if (child.connected) child.disconnect();
    if (child.exitCode === null) await once(child, 'exit');
    rmSync(folder, { recursive: true });
  }
}

/** A database of its own on the server of RELAY_TEST_POSTGRES, watched while the work lasts; the work's result, and what it did. */
export async function withDatabase(work) {
  const { RELAY_TEST_POSTGRES: server } = process.env;
  if (server === undefined) throw new Error('RELAY_TEST_POSTGRES holds no address of a database');
  const name = `relay_bench_${process.pid}`;
  const address = new URL(server);
  address.pathname = `/${name}`;
  const client = new pg.Client(server);
  await client.connect();
  const watching = new AbortController();
  let connections = 0;
  const watch = async () => {
    while (!watching.signal.aborted) {
      const { rows } = await client.query('SELECT count(*)::int AS now FROM pg_stat_activity WHERE datname = $1', [
        name,
      ]);
      connections = Math.max(connections, rows[0].now);
      await sleep(100, undefined, { signal: watching.signal }).catch(() => undefined);
    }
  };
  try {
    await client.query(`CREATE DATABASE ${name}`);
    const watched = watch();
    const result = await work(address.href).finally(() => {
      watching.abort();
      return watched;
    });
    // A session that ends tells what it did a moment later.
    await sleep(1000);
    const { rows } = await client.query(
      'SELECT xact_commit::int AS transactions, active_time AS "databaseMs" FROM pg_stat_database WHERE datname = $1',
      [name],
    );
    return { result, database: { ...rows[0], connections } };
  } finally {
    await client.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
    await client.end();
  }
}
