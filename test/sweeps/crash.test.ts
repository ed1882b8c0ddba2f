import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runIds } from '../support/state-folder.ts';
import { startSandbox, type Sandbox } from '../support/start-sandbox.ts';
import { importInto, resumeIn, rollbackIn, wholeState, type Keys, type RunOptions } from '../support/import-run.ts';
import { killAt, Killed, moments } from '../support/killable.ts';
import { sweeping } from '../support/sweep.ts';
import { goodKeys as three } from '../support/keys.ts';

const four = [...three, 'sk-good-dddddddddddddddddddd4'];
const withDead = ['sk-good-aaaaaaaaaaaaaaaaaaaa1', 'sk-dead-bbbbbbbbbbbbbbbbbbbb2', 'sk-good-cccccccccccccccccccc3'];
const user = [{ asked: 'user@relay.test', user: { email: 'user@relay.test' }, days: 7 }];

interface Scenario {
  name: string;
  first?: Keys;
  keys: Keys;
  options: RunOptions;
  /** What the second run is asked besides. */
  second?: RunOptions;
  /** Removed accounts cannot come back, so undoing cannot give the host back. */
  removes?: boolean;
}

const scenarios: Scenario[] = [
  { name: 'strict, subscription, fresh, with a user', keys: three, options: { targets: user } },
  {
    name: 'strict, self-service, fresh, in batches of two',
    keys: three,
    options: { access: 'self_service', batchSize: 2 },
  },
  { name: 'partial, subscription, fresh, with a dead key', keys: withDead, options: { mode: 'partial' } },
  { name: 'partial, self-service, fresh', keys: three, options: { mode: 'partial', access: 'self_service' } },
  { name: 'strict, subscription, a second run that adds a key', first: three, keys: four, options: {} },
  {
    name: 'partial, subscription, a second run that adds a key and removes one',
    first: three,
    keys: four.slice(1),
    options: { mode: 'partial' },
    removes: true,
  },
  {
    name: 'strict, subscription, a second run that changes where the keys are sent',
    first: three,
    keys: three,
    options: {},
    second: { vendorPath: '/chat-only/v1' },
  },
];

let stateDir: string;
beforeAll(async () => {
  stateDir = await mkdtemp(join(tmpdir(), 'relay-sweep-'));
});
afterAll(() => rm(stateDir, { recursive: true, force: true }));

/** A host as it is before the run that is killed. */
async function hostFor({ first, options }: Scenario): Promise<Sandbox> {
  const sandbox = await startSandbox();
  if (first !== undefined) await importInto(sandbox, first, options);
  return sandbox;
}

/** The credentials name the vendor's address, which differs from sandbox to sandbox. */
const comparable = (sandbox: Sandbox) =>
  JSON.parse(JSON.stringify(wholeState(sandbox)).replaceAll(sandbox.vendorUrl, 'VENDOR')) as unknown;

let cases = 0;
afterAll(() => {
  process.stdout.write(`crash sweep: ${cases} runs were killed and finished or undone\n`);
});

const when = sweeping ? 'every moment of every write' : 'one moment of every other write';

/** What is tried while a developer waits: every other write, at one of its moments, with one of its ends. */
function isSample(
  k: number,
  moment: (typeof moments)[number],
  finish: 'resume' | 'rollback',
  scenario: Scenario,
): boolean {
  const turn = k + scenarios.indexOf(scenario);
  if (turn % 2 !== 0 || moment !== moments[(turn >> 1) % 2]) return false;
  return scenario.removes === true || finish === ((turn >> 2) % 2 === 0 ? 'resume' : 'rollback');
}

describe.each(scenarios.map((each) => [each.name, each] as const))(`killed at ${when}: %s`, (_, scenario) => {
  it('and resumed, holds what an undisturbed run leaves; and rolled back, what was there before (N3)', async () => {
    const undisturbed = await hostFor(scenario);
    const before = comparable(undisturbed);
    const counter = killAt(0, 'before');
    await importInto(undisturbed, scenario.keys, { ...scenario.options, ...scenario.second, between: counter.between });
    const desired = comparable(undisturbed);
    await undisturbed.stop();
    expect(counter.writes()).toBeGreaterThan(5);

    for (let k = 1; k <= counter.writes(); k += 1) {
      // Right after the answer differs from right before it is seen by nothing that is kept, so every third is enough.
      for (const moment of k % 3 === 0 ? moments : moments.slice(0, 2)) {
        for (const finish of ['resume', 'rollback'] as const) {
          if (finish === 'rollback' && scenario.removes === true) continue;
          if (!sweeping && !isSample(k, moment, finish, scenario)) continue;
          const sandbox = await hostFor(scenario);
          try {
            const kill = killAt(k, moment);
            const { between } = kill;
            const options = { ...scenario.options, ...scenario.second, stateDir, between };
            await importInto(sandbox, scenario.keys, options).catch((error: unknown) => {
              // What has nothing left to ask the host for ends, and tells of the kill as of a fault.
              if (!(error instanceof Killed)) throw error;
            });
            const [run = ''] = await runIds(stateDir);
            const where = `write ${k}, ${moment}, ${finish}`;
            if (finish === 'resume') {
              const { report } = await resumeIn(sandbox, stateDir, run, scenario.keys);
              expect({ where, state: comparable(sandbox) }).toEqual({ where, state: desired });
              expect({ where, left: [report.leftovers, report.unsettled] }).toEqual({ where, left: [[], []] });
              expect({ where, proven: report.gateway?.ok }).toEqual({ where, proven: true });
              // Again: safe to repeat, and nothing changes.
              if (k % 3 === 0) await resumeIn(sandbox, stateDir, run, scenario.keys);
              expect({ where, state: comparable(sandbox) }).toEqual({ where, state: desired });
            } else {
              const done = await rollbackIn(sandbox, stateDir, run);
              expect({ where, left: done.leftovers, state: comparable(sandbox) }).toEqual({
                where,
                left: [],
                state: before,
              });
              if (k % 3 === 0) expect((await rollbackIn(sandbox, stateDir, run)).undone).toEqual([]);
            }
            cases += 1;
            expect({ where, fired: kill.fired() }).toEqual({ where, fired: true });
          } finally {
            await sandbox.stop();
          }
        }
      }
    }
  });
});
