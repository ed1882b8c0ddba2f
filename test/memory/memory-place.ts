import { cpSync } from 'node:fs';
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable, Writable } from 'node:stream';
import { main } from '../../src/cli/main.ts';
import { hostKinds } from '../../src/host/catalog.ts';
import type { Gate } from '../../src/host/host.ts';
import { memoryKind } from '../../src/host/memory/kind.ts';
import { newWorld, type World } from '../../src/host/memory/world.ts';
import { reportSchema, type Report } from '../../src/report/report-schema.ts';
import { Secret } from '../../src/core/secrets/secret.ts';
import { leaksIn } from '../support/canaries.ts';

export const url = 'http://127.0.0.1:9/memory';
export const adminKey = 'memory-admin-key-6a1f0c2e';

/** What is thrown by everything that a killed process would have sent. */
class Killed extends Error {}

/** A folder, and a host in memory that outlives every command that runs in it. */
export interface MemoryPlace {
  folder: string;
  world: World;
  /** Runs a command line as relay would, in this process. */
  run: (
    words: readonly string[],
    options?: { killAt?: number },
  ) => Promise<{ exitCode: number; out: string; err: string }>;
  keys: (...keys: string[]) => Promise<void>;
  report: () => Promise<Report>;
  /** Changes of the host that the last command sent. */
  writes: () => number;
  remove: () => Promise<void>;
}

export async function memoryPlace(): Promise<MemoryPlace> {
  const folder = await mkdtemp(join(tmpdir(), 'relay-memory-'));
  const state = join(folder, 'state');
  const world = newWorld(new Secret(adminKey), () => Date.now());
  const given = new Set<string>();
  let writes = 0;
  const run: MemoryPlace['run'] = async (words, { killAt } = {}) => {
    writes = 0;
    let dead = false;
    const saved = join(folder, 'state-at-death');
    const gate: Gate = {
      ask: (send) => {
        if (dead) throw new Killed('killed');
        return send();
      },
      write: <T>(send: () => T): T => {
        if (dead) throw new Killed('killed');
        writes += 1;
        if (writes !== killAt) return send();
        dead = true;
        // What is on disk now is all that the process leaves behind: nothing that goes on beside it may add to that.
        cpSync(join(state, 'runs'), saved, { recursive: true });
        // Carried out, and its answer never seen.
        const sent = send();
        cpSync(join(state, 'runs'), saved, { recursive: true });
        return (async () => {
          await sent;
          throw new Killed('killed');
        })() as T;
      },
    };
    const kind = memoryKind(new Map([[url, world]]));
    const killable = {
      ...kind,
      connect: async (...args: Parameters<typeof kind.connect>) => (await kind.connect(...args)).through(gate),
    };
    const said = { out: '', err: '' };
    const sink = (to: 'out' | 'err') =>
      new Writable({
        write: (chunk: Buffer, _, done) => {
          said[to] += chunk.toString();
          done();
        },
      });
    const exitCode = await main(words, {
      stdin: Readable.from([]),
      stdout: sink('out'),
      stderr: sink('err'),
      env: { RELAY_ADMIN_KEY: adminKey, RELAY_STATE_DIR: state, RELAY_HOST: url, CI: 'true' },
      cwd: folder,
      uid: undefined,
      version: '0.0.0-test',
      hostKinds: [killable, ...hostKinds],
    });
    if (dead) {
      await rm(join(state, 'runs'), { recursive: true, force: true });
      await cp(saved, join(state, 'runs'), { recursive: true });
      await rm(join(state, 'locks'), { recursive: true, force: true });
    }
    const leaks = leaksIn(said.out + said.err, [...given, adminKey]);
    if (leaks.length > 0) throw new Error(`a secret was told: ${leaks.join(', ')}`);
    return { exitCode, ...said };
  };
  return {
    folder,
    world,
    run,
    keys: (...keys) => {
      for (const line of keys) if (line.includes('memory-')) given.add(line.split(',')[0] ?? '');
      return writeFile(join(folder, 'keys.txt'), `${keys.join('\n')}\n`);
    },
    report: async () => reportSchema.parse(JSON.parse(await readFile(join(folder, 'report.json'), 'utf8'))),
    writes: () => writes,
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}
