import { execa } from 'execa';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/core/clock.ts';
import { connectPostgres } from '../../src/journal/postgres/connect.ts';
import { postgresState } from '../../src/journal/postgres/postgres-state.ts';
import { readRun } from '../../src/journal/read-journal.ts';
import type { StateStore } from '../../src/journal/state-store.ts';
import { importWords, relayBinary, stallAt, workplace, type Workplace } from '../support/binary.ts';
import { cuttingProxy, type CuttingProxy } from '../support/cutting-proxy.ts';
import { wholeState } from '../support/import-run.ts';
import { aLockOwner } from '../support/journals.ts';
import { goodKeys as keys } from '../support/keys.ts';
import { startSandbox, type Sandbox } from '../support/start-sandbox.ts';
import { stateContract } from '../journal/state-contract.ts';

const given = process.env['RELAY_TEST_POSTGRES'] ?? '';

describe.skipIf(given !== '')('a PostgreSQL given by RELAY_TEST_POSTGRES', () => {
  it.skip('is not given: npm run check:postgres, with one that runs');
});

const password = 'canary-password-of-the-database';

describe.skipIf(given === '')('a real server', () => {
  const address = given || 'postgres://127.0.0.1/none';
  const sql = connectPostgres({ url: address, password: null, passwordFile: '/nowhere', sslMode: 'disable' });
  const name = `relay_test_${process.pid}`;
  const server = new URL(address);
  let proxy: CuttingProxy;
  let schemas = 0;
  beforeAll(async () => {
    await sql.query(`CREATE ROLE ${name} LOGIN PASSWORD '${password}'`);
    await sql.query(`GRANT CREATE ON DATABASE "${server.pathname.slice(1)}" TO ${name}`);
    proxy = await cuttingProxy(server.hostname, Number(server.port || 5432));
  });
  afterAll(async () => {
    await proxy.close();
    for (let each = 1; each <= schemas; each += 1) await sql.query(`DROP SCHEMA IF EXISTS ${name}_${each} CASCADE`);
    await sql.query(`DROP OWNED BY ${name}`);
    await sql.query(`DROP ROLE ${name}`);
    await sql.close();
  });
  const ends: (() => Promise<unknown>)[] = [];
  afterEach(async () => {
    proxy.block(false);
    proxy.cutAt(0, 'before');
    for (const end of ends.splice(0).toReversed()) await end();
  });

  const newSchema = () => `${name}_${(schemas += 1)}`;
  const addressOf = (schema: string, port: number | string = server.port || 5432) =>
    `postgres://${name}:${password}@${server.hostname}:${port}${server.pathname}?schema=${schema}&sslmode=disable`;
  const stateOf = (schema: string): StateStore => {
    const state = postgresState(
      { url: given, password: null, passwordFile: '/nowhere', sslMode: 'disable' },
      { schema, place: given, clock: systemClock, clean: (text) => text },
    );
    ends.push(() => state.close());
    return state;
  };

  stateContract('a real server', async () => {
    const schema = newSchema();
    return { here: stateOf(schema), there: stateOf(schema), end: async () => undefined };
  });

  it('keeps a note once that is sent again while it is still under way', async () => {
    const schema = newSchema();
    const { runs } = stateOf(schema);
    const kept = await runs.begin('20261129-120000-aaaaaa', 'begin');
    let again: Promise<void> | undefined;
    await sql.transaction(async (query) => {
      await query(`INSERT INTO "${schema}".notes SELECT id, 1, 'one' FROM "${schema}".runs`);
      again = kept.append(['one']);
      const waiting = 'SELECT 1 FROM pg_locks WHERE NOT granted AND pg_backend_pid() = ANY (pg_blocking_pids(pid))';
      while ((await query(waiting)).rows.length === 0);
    });
    await again;
    await kept.append(['two']);
    expect((await runs.read('20261129-120000-aaaaaa')).notes).toEqual(['one', 'two']);
  });

  it('makes its schema once, for however many come at the same time', async () => {
    const schema = newSchema();
    const all = Array.from({ length: 8 }, () => stateOf(schema));
    expect(await Promise.all(all.map(({ runs }) => runs.ids()))).toEqual(all.map(() => []));
  });

  it('gives a lease to one of many that want it, new or from a dead owner, in many rounds', async () => {
    const schema = newSchema();
    const all = Array.from({ length: 8 }, () => stateOf(schema));
    let next = 0;
    for (let round = 0; round < 25; round += 1) {
      const found = round % 2 === 0 ? undefined : await all[0]!.locks.find(`n${round - 1}`);
      const lock = `n${round - (round % 2)}`;
      const taken = await Promise.all(
        all.map(({ locks }) => locks.take(lock, aLockOwner((next += 1).toString(16)), found, 0)),
      );
      expect(taken.filter(Boolean)).toHaveLength(1);
    }
  });

  describe('beneath imports by the real binary', () => {
    let host: Sandbox;
    let place: Workplace;
    const open = async () => {
      host = await startSandbox();
      place = await workplace();
      await place.write('keys.txt', keys.join('\n'));
      ends.push(
        () => host.stop(),
        () => place.remove(),
      );
    };
    const args = (...more: string[]) =>
      importWords(host, '--user', 'user@relay.test=7', '--no-report', '--quiet', ...more);
    const env = (state: string) => ({ RELAY_ADMIN_KEY: host.adminKey, RELAY_STATE: state });
    const start = (state: string, ...more: string[]) =>
      execa(process.execPath, [relayBinary, ...args(...more)], {
        cwd: place.folder,
        env: { ...env(state), PATH: process.env['PATH'] ?? '' },
        extendEnv: false,
        reject: false,
        stdin: 'ignore',
      });
    const comparable = () => JSON.parse(JSON.stringify(wholeState(host)).replaceAll(host.vendorUrl, 'V')) as unknown;
    const age = (schema: string, by: string) =>
      sql.query(`UPDATE ${schema}.leases SET beat_at = clock_timestamp() - $1::interval`, [by]);
    const sent = () =>
      host.requests.filter(({ method }) => method !== 'GET').map(({ method, path }) => `${method} ${path}`);

    it('a connection cut at any piece loses and doubles nothing', async () => {
      await open();
      const schema = newSchema();
      proxy.cutAt(0, 'before');
      await place.run(args(), { env: env(addressOf(schema, proxy.port)) });
      const desired = comparable();
      const total = proxy.pieces();
      expect(total).toBeGreaterThan(20);
      for (let piece = 1; piece <= total; piece += 1) {
        const own = newSchema();
        await open();
        await stateOf(own).runs.ids();
        await sql.query(`GRANT ALL ON SCHEMA ${own} TO ${name}`);
        await sql.query(`GRANT ALL ON ALL TABLES IN SCHEMA ${own} TO ${name}`);
        proxy.cutAt(piece, piece % 2 === 0 ? 'before' : 'after');
        const run = await place.run(args(), { env: env(addressOf(own, proxy.port)) });
        const [id = ''] = await stateOf(own).runs.ids();
        const { end, changes } = await readRun(stateOf(own).runs, id);
        expect({ piece, exitCode: run.exitCode, stderr: run.stderr, state: comparable() }).toEqual({
          piece,
          exitCode: 0,
          stderr: '',
          state: desired,
        });
        expect([end?.outcome, changes.filter((each) => each.id === null)]).toEqual(['succeeded', []]);
        for (const finish of ends.splice(0).toReversed()) await finish();
      }
      process.stdout.write(`connections of ${total} imports were cut\n`);
    });

    it('a server that stays away undoes what is known, and names it; exit 6', async () => {
      await open();
      const schema = newSchema();
      const moment = stallAt(host, 'POST', '*/admin/accounts/*/test', { times: 1 });
      const child = start(addressOf(schema, proxy.port), '--timeout', '2s');
      await moment;
      proxy.block(true);
      const { exitCode, stderr } = await child;
      expect({ exitCode, stderr }).toMatchObject({ exitCode: 6 });
      expect(stderr).toMatch(/JOURNAL_FAILED|LOCK_LOST/);
    });

    it('a process that was stopped for long sends nothing after it lost its lease', async () => {
      await open();
      const schema = newSchema();
      const moment = stallAt(host, 'POST', '*/admin/accounts/*/test', { times: 1 });
      const first = start(addressOf(schema), '--timeout', '2s');
      await moment;
      first.kill('SIGSTOP');
      await age(schema, '5 minutes');
      const second = await start(addressOf(schema), '--timeout', '2s', '--accounts', 'reconcile');
      expect(second.exitCode).toBe(0);
      const before = sent();
      first.kill('SIGCONT');
      const { exitCode, stderr } = await first;
      expect({ exitCode, stderr }).toMatchObject({ exitCode: 6 });
      expect(stderr).toContain('LOCK_LOST');
      expect(sent()).toEqual(before);
    });

    it('two imports at once: one works, the other ends with exit 3 and says who', async () => {
      await open();
      const schema = newSchema();
      const moment = stallAt(host, 'POST', '*/admin/accounts/*/test', { times: 1 });
      const first = start(addressOf(schema), '--timeout', '60s');
      await moment;
      const { exitCode, stderr } = await start(addressOf(schema));
      expect(exitCode).toBe(3);
      expect(stderr).toMatch(/LOCKED: The run \S+ \(process \d+\) has been at work on kimi-cn .* gave a sign of life/);
      first.kill('SIGKILL');
      await first;
    });

    it('no key, password or token is in any row', async () => {
      await open();
      const schema = newSchema();
      await place.run(args(), { env: env(addressOf(schema)) });
      const tables = ['runs', 'notes', 'reports', 'verdicts', 'leases'];
      const rows = await Promise.all(
        tables.map(async (table) => JSON.stringify((await sql.query(`SELECT * FROM ${schema}.${table}`)).rows)),
      );
      expect(rows.join('').length).toBeGreaterThan(5000);
      for (const secret of [...keys, password, host.adminKey]) expect(rows.join('')).not.toContain(secret);
    });
  });
});
