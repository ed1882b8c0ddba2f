import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { RunTools } from '../../src/apply/run-tools.ts';
import { HostFailure } from '../../src/host/host-failure.ts';
import { runIds } from '../support/state-folder.ts';
import { startSandbox, type Sandbox, type SandboxOptions } from '../support/start-sandbox.ts';
import { Interruption, RelayError } from '../../src/core/relay-error.ts';
import { importInto, resumeIn, rollbackIn, wholeState } from '../support/import-run.ts';
import { killAt } from '../support/killable.ts';
import { otherHost } from '../support/other-host.ts';

const keys = [1, 2, 3, 4].map((number) => `sk-good-${'abcd'[number - 1]?.repeat(20)}${number}`);
const dead = 'sk-exhausted-eeeeeeeeeeeeeee5';

let sandbox: Sandbox;
let stateDir: string;
beforeEach(async () => {
  stateDir = await mkdtemp(join(tmpdir(), 'relay-door-'));
});
afterEach(async () => {
  await sandbox.stop();
  await rm(stateDir, { recursive: true, force: true });
});

const start = async (options: SandboxOptions = {}) => (sandbox = await startSandbox(options));
const lastRun = async () => (await runIds(stateDir))[0] ?? '';
const account = (name: string) => [...sandbox.state.accounts.values()].find((each) => each.name === name)!;
const refused = (message: string) =>
  new HostFailure('HOST_FAILED', message, { status: 409, delivery: 'not_applied', transient: false });

describe('accounts that are about to be removed are taken out of service, and put back when they stay (N20)', () => {
  beforeEach(async () => {
    await start();
    await importInto(sandbox, keys);
  });

  it('after Ctrl-C, strict', async () => {
    const before = wholeState(sandbox);
    const stop = new AbortController();
    const { report } = await importInto(sandbox, keys.slice(0, 3), {
      stop,
      probe: 'none',
      between: otherHost(() => ({
        writes: {
          deleteAccount: async () => {
            expect(account('kimi-cn-04')).toMatchObject({ schedulable: false, extra: { relay_paused: true } });
            stop.abort(new Interruption('SIGINT'));
            return { status: 'unknown', failure: refused('cut') };
          },
        },
      })),
    });
    expect(report).toMatchObject({ exitCode: 130, batchStatus: 'rolled_back', leftovers: [] });
    expect(wholeState(sandbox)).toEqual(before);
  });

  it.each([
    ['strict', 4],
    ['partial', 5],
  ] as const)('when the host refuses to remove them, %s', async (mode, exitCode) => {
    const before = wholeState(sandbox);
    sandbox.addFault({ method: 'DELETE', path: '/api/v1/admin/accounts/*', times: 0, fault: 'status', status: 409 });
    const { report } = await importInto(sandbox, keys.slice(0, 3), { mode, probe: 'none' });
    expect(report).toMatchObject({ exitCode, leftovers: [], removed: [] });
    expect(report.errors.map(({ code }) => code)).toEqual(['REMOVAL_FAILED']);
    expect(wholeState(sandbox)).toEqual(before);
  });

  it('and are named where they cannot be put back', async () => {
    sandbox.addFault({ method: 'DELETE', path: '/api/v1/admin/accounts/*', times: 0, fault: 'status', status: 409 });
    sandbox.addFault({ path: '/api/v1/admin/accounts/bulk-update', nth: 2, times: 0, fault: 'status', status: 403 });
    const { report } = await importInto(sandbox, keys.slice(0, 3), { probe: 'none' });
    expect(report).toMatchObject({
      exitCode: 6,
      leftovers: [{ kind: 'account', name: 'kimi-cn-04', reason: 'its earlier state could not be restored' }],
    });
  });

  // Write 1 pauses two, 2 and 3 change them, 4 notes their tests, 5 and 6 put them back.
  it.each(
    [1, 2, 3, 4, 5, 6].flatMap((k) => (['before', 'sent', 'answered'] as const).map((moment) => [k, moment] as const)),
  )(
    'for a change that only a test proves, by a run that is killed at write %i, %s, are put back by rollback',
    async (k, moment) => {
      const before = wholeState(sandbox);
      const kill = killAt(k, moment);
      await importInto(sandbox, keys, { stateDir, vendorPath: '/chat-only/v1', between: kill.between }).catch(
        () => undefined,
      );
      expect(kill.fired()).toBe(true);
      const done = await rollbackIn(sandbox, stateDir, await lastRun());
      expect({ left: done.leftovers, state: wholeState(sandbox) }).toEqual({ left: [], state: before });
    },
  );

  describe('by a run that is killed', () => {
    const killed = async () => {
      const deletion = killAt(2, 'before');
      await importInto(sandbox, keys.slice(0, 3), { stateDir, probe: 'none', between: deletion.between }).catch(
        () => undefined,
      );
      expect(deletion.fired()).toBe(true);
      expect(account('kimi-cn-04')).toMatchObject({ schedulable: false });
    };

    it('are put back by rollback', async () => {
      const before = wholeState(sandbox);
      await killed();
      const done = await rollbackIn(sandbox, stateDir, await lastRun());
      expect(done).toMatchObject({ undone: [{ kind: 'account', name: 'kimi-cn-04' }], leftovers: [] });
      expect(wholeState(sandbox)).toEqual(before);
    });

    it('are removed by resume', async () => {
      await killed();
      const { report } = await resumeIn(sandbox, stateDir, await lastRun(), keys.slice(0, 3));
      expect(report).toMatchObject({ exitCode: 0, removed: [{ name: 'kimi-cn-04' }] });
      expect(sandbox.state.accounts.size).toBe(3);
    });

    it('are tested and put back by an import of all keys, on another machine too', async () => {
      await killed();
      const { report } = await importInto(sandbox, keys);
      expect(report).toMatchObject({ exitCode: 0, summary: { unchanged: 3, updated: 1, passed: 1 } });
      expect(report.warnings.map(({ code }) => code)).not.toContain('DRIFT');
      expect(account('kimi-cn-04')).toMatchObject({ schedulable: true, extra: { relay_paused: false } });
    });
  });
});

describe('an answer alone is never proof (N20)', () => {
  const lie = { code: 0, message: 'success', data: { success: 1, failed: 0, success_ids: [], failed_ids: [] } };

  it('that a dead account was taken out of service', async () => {
    await start();
    sandbox.addFault({ path: '/api/v1/admin/accounts/bulk-update', nth: 2, fault: 'status', status: 200, body: lie });
    const { report } = await importInto(sandbox, [...keys.slice(0, 2), dead], { mode: 'partial' });
    expect(report.exitCode).toBe(5);
    expect(report.accounts[2]).toMatchObject({ action: 'created', validation: 'failed', scheduled: true });
    expect(report.errors).toContainEqual(
      expect.objectContaining({
        code: 'SETTINGS_DROPPED',
        message: 'The host says that it did take out of service: "kimi-cn-03", and shows another enabled, pause.',
      }),
    );
    expect(account('kimi-cn-03').schedulable).toBe(true);
  });

  it('that a group was made', async () => {
    await start();
    const group = { id: 1, name: 'x', description: '', platform: 'openai', subscription_type: 'subscription' };
    const data = { ...group, rate_multiplier: 1, status: 'active' };
    const body = { code: 0, message: 'success', data };
    sandbox.addFault({ method: 'POST', path: '/api/v1/admin/groups', fault: 'status', status: 200, body });
    const { report } = await importInto(sandbox, keys);
    expect(report).toMatchObject({ exitCode: 6, unsettled: [{ kind: 'group', name: 'relay-kimi-cn-subscription' }] });
    expect([...sandbox.state.groups.values()].map(({ name }) => name)).toEqual(['default']);
  });
});

describe('an account that is bound to a group for its proof alone', () => {
  const chatOnly = { vendorPath: '/chat-only/v1' } as const;

  it('is bound back when the probe user cannot log in (N13, N20)', async () => {
    await start({ hostVersion: '0.1.129' });
    await importInto(sandbox, keys.slice(0, 2), chatOnly);
    for (const each of sandbox.state.accounts.values()) delete each.extra['relay_tested'];
    const before = wholeState(sandbox);
    sandbox.addFault({ path: '/api/v1/auth/login', times: 0, fault: 'status', status: 403 });
    const { report } = await importInto(sandbox, keys.slice(0, 2), chatOnly);
    expect(report).toMatchObject({ exitCode: 4, leftovers: [], unsettled: [] });
    expect(wholeState(sandbox)).toEqual(before);
    expect(account('kimi-cn-01').bindings).toHaveLength(1);
  });

  it('is proven by resume, whichever write of the proofs the run was killed at (N3, N13)', async () => {
    await start({ hostVersion: '0.1.129' });
    const counter = killAt(0, 'before');
    await importInto(sandbox, keys.slice(0, 2), { ...chatOnly, between: counter.between });
    await sandbox.stop();
    for (let k = 5; k <= counter.writes(); k += 1) {
      await start({ hostVersion: '0.1.129' });
      const kill = killAt(k, 'sent');
      await importInto(sandbox, keys.slice(0, 2), { ...chatOnly, stateDir, between: kill.between }).catch(
        () => undefined,
      );
      const { report } = await resumeIn(sandbox, stateDir, await lastRun(), keys.slice(0, 2));
      expect({ k, exitCode: report.exitCode, errors: report.errors }).toEqual({ k, exitCode: 0, errors: [] });
      expect([...sandbox.state.groups.values()].map(({ name }) => name)).toEqual([
        'default',
        'relay-kimi-cn-subscription',
      ]);
      if (k < counter.writes()) await sandbox.stop();
    }
  });
});

describe('an edit that the host refuses, and the put-back after it', () => {
  it('leave an account that is told as it stands: out of service (N20)', async () => {
    await start();
    await importInto(sandbox, keys.slice(0, 2));
    sandbox.addFault({ method: 'PUT', path: '/api/v1/admin/accounts/*', times: 0, fault: 'status', status: 403 });
    sandbox.addFault({ path: '/api/v1/admin/accounts/bulk-update', nth: 2, times: 0, fault: 'status', status: 403 });
    const { report } = await importInto(sandbox, keys.slice(0, 2), {
      mode: 'partial',
      vendorPath: '/chat-only/v1',
      probe: 'none',
    });
    expect(report.exitCode).toBe(6);
    const out = [...sandbox.state.accounts.values()].filter((each) => !each.schedulable).map(({ name }) => name);
    expect(out).toEqual(['kimi-cn-01']);
    expect(report.leftovers).toMatchObject([{ kind: 'account', name: 'kimi-cn-01' }]);
    expect(report.accounts[0]).toMatchObject({ name: 'kimi-cn-01', action: 'updated', scheduled: false });
  });
});

describe('a journal that fails', () => {
  const failingAt = (type: string, match: (text: string) => boolean) => {
    let failed = false;
    return (tools: RunTools): RunTools => ({
      ...tools,
      journal: {
        note: async (...notes) => {
          failed ||= notes.some((note) => note.type === type && match(JSON.stringify(note)));
          if (failed) throw new RelayError('JOURNAL_FAILED', 'The journal cannot be kept any longer (ENOSPC).');
        },
      },
    });
  };

  it.each(['strict', 'partial'] as const)(
    'at a pause ends the run in order, with its report, %s (N3)',
    async (mode) => {
      await start();
      await importInto(sandbox, keys.slice(0, 2));
      const between = failingAt('change', (text) => text.includes('"paused":true'));
      const { report } = await importInto(sandbox, keys.slice(0, 2), { mode, vendorPath: '/chat-only/v1', between });
      expect(report.errors[0]?.code).toBe('JOURNAL_FAILED');
      expect([...sandbox.state.accounts.values()].every(({ schedulable }) => schedulable)).toBe(true);
    },
  );

  it('in partial mode exits with 6, and each account that serves unproven is named (N20)', async () => {
    await start();
    const between = failingAt('intent', (text) => text.includes('tested'));
    const { report } = await importInto(sandbox, [...keys.slice(0, 1), dead], { mode: 'partial', between });
    expect(report).toMatchObject({ exitCode: 6, batchStatus: 'partially_succeeded' });
    expect(report.unsettled).toMatchObject([
      { kind: 'account', name: 'kimi-cn-02', reason: 'it serves, and no test has shown that it works' },
    ]);
    expect(account('kimi-cn-02').schedulable).toBe(true);
  });
});
