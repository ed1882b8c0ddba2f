import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { runIds } from '../support/state-folder.ts';
import { startSandbox, type Sandbox } from '../support/start-sandbox.ts';
import { holdings, importInto, resumeIn, rollbackIn, wholeState } from '../support/import-run.ts';
import { killAt, Killed } from '../support/killable.ts';
import { goodKeys as keys } from '../support/keys.ts';

let stateDir: string;
let sandbox: Sandbox;
beforeEach(async () => {
  stateDir = await mkdtemp(join(tmpdir(), 'relay-late-'));
  sandbox = await startSandbox();
});
afterEach(async () => {
  await sandbox.stop();
  await rm(stateDir, { recursive: true, force: true });
});

/** Kills a run while the host makes its accounts; they show only when the returned function is called. */
async function killedWhileMaking(): Promise<{ run: string; arrive: () => void }> {
  const killed = await importInto(sandbox, keys, { stateDir, between: killAt(4, 'sent').between }).catch(
    (error: unknown) => error,
  );
  expect(killed).toBeInstanceOf(Killed);
  const rows = [...sandbox.state.accounts];
  expect(rows).toHaveLength(3);
  sandbox.state.accounts.clear();
  const [run = ''] = await runIds(stateDir);
  return {
    run,
    arrive: () => {
      for (const [id, account] of rows) sandbox.state.accounts.set(id, account);
    },
  };
}

describe('accounts that the host makes only after the run was taken up again', () => {
  it('are removed by resume, which has made them anew (N3)', async () => {
    const { run, arrive } = await killedWhileMaking();
    const { report } = await resumeIn(sandbox, stateDir, run, keys, (event) => {
      if (event.type === 'stage-started' && event.stage === 'access') arrive();
    });
    expect(report).toMatchObject({ exitCode: 0, leftovers: [], unsettled: [] });
    expect(holdings(sandbox)).toMatchObject({ accounts: ['kimi-cn-01', 'kimi-cn-02', 'kimi-cn-03'] });
  });

  it('are removed by rollback (N3)', async () => {
    const empty = wholeState(sandbox);
    const { run, arrive } = await killedWhileMaking();
    const original = sandbox.state.groups.delete.bind(sandbox.state.groups);
    sandbox.state.groups.delete = (id) => {
      arrive();
      return original(id);
    };
    expect((await rollbackIn(sandbox, stateDir, run)).leftovers).toEqual([]);
    expect(wholeState(sandbox)).toEqual(empty);
  });
});
