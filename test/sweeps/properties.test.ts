import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runIds } from '../support/state-folder.ts';
import { startSandbox, type Sandbox } from '../support/start-sandbox.ts';
import { RelayError } from '../../src/core/relay-error.ts';
import { sweeping } from '../support/sweep.ts';
import { importInto, rollbackIn, wholeState } from '../support/import-run.ts';

const hosts = sweeping ? 500 : 15;

let stateDir: string;
beforeAll(async () => {
  stateDir = await mkdtemp(join(tmpdir(), 'relay-properties-'));
});
afterAll(() => rm(stateDir, { recursive: true, force: true }));

const keyOf = (kind: string, n: number) => `sk-${kind}-property-${String(n).padStart(12, '0')}`;
const keyList = fc
  .uniqueArray(fc.tuple(fc.constantFrom('good', 'good', 'good', 'dead', 'forbidden'), fc.nat(6)), {
    minLength: 1,
    maxLength: 5,
    selector: ([, n]) => n,
  })
  .map((keys) => keys.map(([kind, n]) => keyOf(kind, n)));

/** A host as it may be found: objects of others, what an earlier run left, another provider's. */
const world = fc.record({
  foreignAccounts: fc.uniqueArray(fc.constantFrom('kimi-cn-01', 'kimi-cn-02', 'kimi-cn-x', 'mine'), { maxLength: 3 }),
  earlier: fc.option(keyList, { nil: null }),
  otherProvider: fc.boolean(),
  keys: keyList,
  mode: fc.constantFrom('strict', 'partial'),
  access: fc.constantFrom('subscription', 'self_service'),
  fault: fc.option(
    fc.record({
      nth: fc.integer({ min: 1, max: 60 }),
      fault: fc.constantFrom('drop-before', 'drop-after', 'cut'),
      times: fc.integer({ min: 1, max: 2 }),
    }),
    { nil: null },
  ),
});

type World = typeof world extends fc.Arbitrary<infer T> ? T : never;

async function build({ foreignAccounts, earlier, otherProvider, mode, access, fault }: World): Promise<Sandbox> {
  const sandbox = await startSandbox();
  for (const name of foreignAccounts) {
    await fetch(`${sandbox.url}/api/v1/admin/accounts`, {
      method: 'POST',
      headers: { 'x-api-key': sandbox.adminKey, 'content-type': 'application/json' },
      body: JSON.stringify({
        name,
        platform: 'openai',
        type: 'apikey',
        credentials: { api_key: 'x', base_url: `${sandbox.vendorUrl}/v1` },
        concurrency: 1,
      }),
    });
  }
  if (otherProvider) await importInto(sandbox, [keyOf('good', 90)], { pack: 'deepseek' });
  if (earlier !== null) await importInto(sandbox, earlier, { mode, access });
  // The fault counts from the run that is looked at.
  if (fault !== null) sandbox.addFault({ path: '*', ...fault });
  return sandbox;
}

/** What belongs to others: it must come out of any run as it went in. */
function others(sandbox: Sandbox): unknown {
  const own = (name: string) => name.startsWith('relay-kimi-cn-');
  return JSON.parse(
    JSON.stringify(
      {
        groups: [...sandbox.state.groups.values()].filter((group) => !own(group.name)),
        channels: [...sandbox.state.channels.values()].filter((channel) => !own(channel.name)),
        accounts: [...sandbox.state.accounts.values()].filter(
          (account) => (account.extra['relay'] as { provider?: string } | undefined)?.provider !== 'kimi-cn',
        ),
      },
      (name, value: unknown) =>
        ['last_used_at', 'updated_at', 'openai_responses_supported'].includes(name) ? undefined : value,
    ),
  );
}

describe(`on ${hosts} random hosts, with random key files and faults`, () => {
  it('relay touches only its own, a second run changes nothing, and rollback gives the host back (N3, N4, N5)', async () => {
    let cases = 0;
    await fc.assert(
      fc.asyncProperty(world, async (given) => {
        const sandbox = await build(given);
        try {
          const before = wholeState(sandbox);
          const foreign = others(sandbox);
          const known = (await runIds(stateDir)).length;
          const options = { mode: given.mode, access: given.access, stateDir } as const;
          const done = await importInto(sandbox, given.keys, options).catch((error: unknown) => {
            if (error instanceof RelayError) return error;
            throw error;
          });
          expect(others(sandbox)).toEqual(foreign);
          cases += 1;
          if (done instanceof RelayError) {
            expect(wholeState(sandbox)).toEqual(before);
            return;
          }
          if (done.report.exitCode === 0) {
            const after = wholeState(sandbox);
            const again = await importInto(sandbox, given.keys, options);
            expect(again.report).toMatchObject({ exitCode: 0, summary: { added: 0, removed: 0, failed: 0 } });
            expect(wholeState(sandbox)).toEqual(after);
          }
          // A run that edits what was there (retests, removals) cannot be taken back in all.
          const ids = await runIds(stateDir);
          const run = ids.length > known ? ids.find((id) => id === done.report.run.id) : undefined;
          if (run === undefined || given.earlier !== null) return;
          expect((await rollbackIn(sandbox, stateDir, run)).leftovers).toEqual([]);
          expect(wholeState(sandbox)).toEqual(before);
        } finally {
          await sandbox.stop();
        }
      }),
      { numRuns: hosts },
    );
    process.stdout.write(`properties: ${cases} random hosts\n`);
  });
});
