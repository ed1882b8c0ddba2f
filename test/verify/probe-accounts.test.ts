import { setImmediate as tick } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { RelayError } from '../../src/core/relay-error.ts';
import type { Account } from '../../src/host/account.ts';
import { HostFailure } from '../../src/host/host-failure.ts';
import type { AccountTest } from '../../src/host/proof.ts';
import { probeAccounts, type ProbeJob } from '../../src/verify/probe-accounts.ts';
import { aProvider, anAccount } from '../support/builders.ts';
import { paceOf } from '../support/paces.ts';
import { errs, fails, inTurn, passes, scriptedHost } from '../support/scripted-host.ts';

const down = new HostFailure('HOST_FAILED', 'the host is down', { delivery: 'unknown', transient: true });
const three = () => ['1', '2', '3'].map((id) => anAccount({ id, name: `acme-0${id}` }));

function jobOf(accounts: readonly Account[], more: Partial<ProbeJob> = {}): ProbeJob {
  return { accounts, provider: aProvider(), pace: paceOf(1), endsOnError: false, retested: new Set(), ...more };
}

describe('an account is tested until its answer is worth believing (N17)', () => {
  it.each<[string, readonly [AccountTest, ...AccountTest[]], string, string | null, number[]]>([
    ['one that answers', [passes], 'passed', null, []],
    ['one that is busy, then answers', [fails('busy'), passes], 'passed', null, [1000]],
    ['one that is busy all the time', [fails('busy')], 'warning', 'UPSTREAM_BUSY', [1000, 4000]],
    ['one without an answer, then with one', [fails('unanswered'), passes], 'passed', null, [1000]],
    ['one that never has an answer', [fails('unanswered')], 'failed', 'TEST_FAILED', [1000, 4000]],
    ['one that cannot be tested twice', [errs, errs, passes], 'passed', null, [1000, 4000]],
    ['one that can never be tested', [errs], 'failed', 'TEST_ERROR', [1000, 4000]],
    ['one that is refused: once is enough', [fails('refused'), passes], 'failed', 'KEY_REFUSED', []],
    ['one without balance: once is enough', [fails('exhausted'), passes], 'failed', 'BALANCE_EXHAUSTED', []],
  ])('%s', async (_, answers, validation, code, pauses) => {
    const accounts = [anAccount()];
    const answer = inTurn(...answers);
    const run = scriptedHost({ accounts, proof: { testAccount: async () => answer() } });
    const [verdict] = await probeAccounts(jobOf(accounts), run.tools);
    expect([verdict?.validation, verdict?.code]).toEqual([validation, code]);
    expect(run.clock.pauses).toEqual(pauses);
    expect(verdict?.probe).toMatchObject({ ok: validation === 'passed', attempts: pauses.length + 1 });
    expect(verdict?.probe?.ms).toBe(pauses.reduce((sum, each) => sum + each, 0));
    expect(run.events.filter(({ type }) => type === 'retry')).toHaveLength(pauses.length);
  });

  it('the model that is tested is the smoke-test model, which the account must list, however it is padded', async () => {
    const accounts = [anAccount()];
    const asked: string[] = [];
    const proof = {
      testAccount: async (_: Account, { model }: { model: string }) => {
        asked.push(model);
        return passes;
      },
      accountModels: async () => ['small'],
    };
    const probe = (smokeTestModel: string) =>
      probeAccounts(
        jobOf(accounts, { provider: aProvider({ smokeTestModel }) }),
        scriptedHost({ accounts, proof }).tools,
      );
    expect((await probe('small'))[0]).toMatchObject({ validation: 'passed', smokeModelSeen: true, models: ['small'] });
    expect((await probe(' small '))[0]).toMatchObject({ validation: 'passed', smokeModelSeen: true });
    expect((await probe('big'))[0]).toMatchObject({ validation: 'failed', code: 'MODEL_NOT_SEEN' });
    expect(asked).toEqual(['small', ' small ', 'big']);
  });

  it('the list of the vendor is asked only where the test leaves the key open', async () => {
    const accounts = [anAccount()];
    let asked = 0;
    const upstreamModels = async () => {
      asked += 1;
      return { outcome: 'refused', message: 'bad key' } as const;
    };
    const probe = async (test: AccountTest) =>
      (
        await probeAccounts(
          jobOf(accounts),
          scriptedHost({ accounts, proof: { testAccount: async () => test, upstreamModels } }).tools,
        )
      )[0];
    expect(await probe(passes)).toMatchObject({ validation: 'passed' });
    expect(await probe(fails('refused'))).toMatchObject({ validation: 'failed' });
    expect(asked).toBe(0);
    expect(await probe(fails('untestable'))).toMatchObject({ validation: 'failed', code: 'KEY_REFUSED' });
    expect(asked).toBe(1);
  });
});

describe('several accounts', () => {
  it('are tested as many at once as was asked for, and no more', async () => {
    const accounts = three();
    let now = 0;
    let most = 0;
    const testAccount = async () => {
      most = Math.max(most, (now += 1));
      await tick();
      now -= 1;
      return passes;
    };
    const run = scriptedHost({ accounts, proof: { testAccount } });
    const verdicts = await probeAccounts(jobOf(accounts, { pace: paceOf(2) }), run.tools);
    expect(most).toBe(2);
    expect(verdicts.map(({ account }) => account.id)).toEqual(['1', '2', '3']);
  });

  it('are counted as they are judged', async () => {
    const accounts = three();
    const answer = inTurn(passes, fails('refused'), fails('untestable'));
    const run = scriptedHost({ accounts, proof: { testAccount: async () => answer() } });
    await probeAccounts(jobOf(accounts), run.tools);
    const pace = { now: expect.any(Number), limit: 1, perMinute: null, why: 'fixed' };
    expect(run.events).toEqual([
      { type: 'progress', stage: 'verify', done: 1, total: 3, passed: 1, warning: 0, failed: 0, pace, budget: null },
      { type: 'progress', stage: 'verify', done: 2, total: 3, passed: 1, warning: 0, failed: 1, pace, budget: null },
      { type: 'progress', stage: 'verify', done: 3, total: 3, passed: 1, warning: 1, failed: 1, pace, budget: null },
    ]);
  });

  it.each([
    [true, ['passed', 'failed', 'not_tried']],
    [false, ['passed', 'failed', 'passed']],
  ])('where a test that could not be carried out ends the testing: %s (B16)', async (endsOnError, wanted) => {
    const accounts = three();
    const testAccount = async ({ id }: Account) => {
      if (id === '2') throw down;
      return passes;
    };
    const run = scriptedHost({ accounts, proof: { testAccount } });
    const verdicts = await probeAccounts(jobOf(accounts, { endsOnError }), run.tools);
    expect(verdicts.map(({ validation }) => validation)).toEqual(wanted);
    expect(verdicts[1]).toMatchObject({
      code: 'TEST_ERROR',
      probe: { ok: false, message: 'the host is down', attempts: 1 },
    });
  });

  it('a refused key does not end the testing of others', async () => {
    const accounts = three();
    const answer = inTurn(fails('refused'), passes);
    const run = scriptedHost({ accounts, proof: { testAccount: async () => answer() } });
    const verdicts = await probeAccounts(jobOf(accounts, { endsOnError: true }), run.tools);
    expect(verdicts.map(({ validation }) => validation)).toEqual(['failed', 'passed', 'passed']);
  });

  it('what is no failure of the host is not taken for one', async () => {
    const accounts = three();
    const testAccount = () => Promise.reject(new TypeError('a fault of relay'));
    const run = scriptedHost({ accounts, proof: { testAccount } });
    await expect(probeAccounts(jobOf(accounts), run.tools)).rejects.toThrow('a fault of relay');
  });

  it('that were not reached before a stop are not judged, and what it broke off is not either', async () => {
    const accounts = three();
    const reason = new RelayError('INTERRUPTED', 'stop');
    const run = scriptedHost({
      accounts,
      proof: {
        testAccount: async ({ id }) => {
          if (id === '1') return passes;
          run.stop.abort(reason);
          throw reason;
        },
      },
    });
    const verdicts = await probeAccounts(jobOf(accounts), run.tools);
    expect(verdicts.map(({ validation }) => validation)).toEqual(['passed', 'not_tried', 'not_tried']);
    expect(verdicts[2]).toMatchObject({ code: null, probe: null, models: [], smokeModelSeen: false });
    // Nobody is told that they were tested.
    const told = run.events.flatMap((event) => (event.type === 'progress' ? [[event.done, event.total]] : []));
    expect(told).toEqual([[1, 3]]);
  });

  it('a busy account is not tested again once the run shall stop', async () => {
    const accounts = [anAccount()];
    let tested = 0;
    const run = scriptedHost({
      accounts,
      proof: {
        testAccount: async () => {
          tested += 1;
          run.stop.abort();
          return fails('busy');
        },
      },
    });
    expect((await probeAccounts(jobOf(accounts), run.tools))[0]?.validation).toBe('not_tried');
    expect([tested, run.clock.pauses]).toEqual([1, []]);
  });

  it('a host failure that a stop did not cause tells of the account, also after the stop', async () => {
    const accounts = [anAccount()];
    const run = scriptedHost({
      accounts,
      proof: {
        testAccount: async () => {
          run.stop.abort(new RelayError('INTERRUPTED', 'stop'));
          throw down;
        },
      },
    });
    expect((await probeAccounts(jobOf(accounts), run.tools))[0]).toMatchObject({
      validation: 'failed',
      code: 'TEST_ERROR',
    });
  });

  it('none of which was tried are not read back', async () => {
    const run = scriptedHost({ accounts: [] });
    run.stop.abort();
    const verdicts = await probeAccounts(jobOf(three()), run.tools);
    expect(verdicts.map(({ validation }) => validation)).toEqual(['not_tried', 'not_tried', 'not_tried']);
  });
});

describe('what the host holds after the tests has the last word (N13)', () => {
  it.each<[string, Partial<Account> | null, boolean, string, string | null, string]>([
    ['in service', {}, false, 'passed', null, 'The test passed.'],
    ['gone', null, false, 'failed', 'ACCOUNT_HELD_OUT', 'The account is no longer on the host.'],
    [
      'in error',
      { state: 'error', stateMessage: '401 from upstream' },
      false,
      'failed',
      'ACCOUNT_HELD_OUT',
      '401 from upstream',
    ],
    [
      'in error for no reason',
      { state: 'error' },
      false,
      'failed',
      'ACCOUNT_HELD_OUT',
      'The host holds the account out of service (error).',
    ],
    [
      'inactive, though it is tested again',
      { state: 'inactive' },
      true,
      'failed',
      'ACCOUNT_HELD_OUT',
      'The host holds the account out of service (inactive).',
    ],
    [
      'paused',
      { enabled: false },
      false,
      'failed',
      'ACCOUNT_HELD_OUT',
      'The host holds the account out of service (active).',
    ],
    ['paused before, and tested for coming back', { enabled: false }, true, 'passed', null, 'The test passed.'],
  ])('%s', async (_, changes, isRetested, validation, code, message) => {
    const account = anAccount();
    const accounts = changes === null ? [] : [{ ...account, ...changes }];
    const run = scriptedHost({ accounts });
    const job = jobOf([account], { retested: new Set(isRetested ? [account.id] : []) });
    const [verdict] = await probeAccounts(job, run.tools);
    expect(verdict).toMatchObject({ validation, code, probe: { ok: validation === 'passed', message } });
    expect(verdict?.account).toEqual(accounts[0] ?? account);
  });

  it('one that the host spares after it was refused for the pace is waited for (N17)', async () => {
    const accounts = three();
    const seen: number[] = [];
    const run = scriptedHost({
      accounts,
      proof: {
        testAccount: async ({ id }) => {
          const tried = seen.push(Number(id));
          await tick();
          if (tried !== 2) return passes;
          accounts[1]!.limitedUntil = run.clock.now() + 5000;
          return fails('throttled');
        },
      },
    });
    Object.assign(run.tools.host, { time: () => run.clock.now() });
    const pace = paceOf(2, run.clock);
    const verdicts = await probeAccounts(jobOf(structuredClone(accounts), { pace }), run.tools);
    expect(verdicts.map(({ validation, probe }) => [validation, probe?.attempts])).toEqual([
      ['passed', 1],
      ['passed', 1],
      ['passed', 1],
    ]);
    expect(seen).toEqual([1, 2, 3, 2]);
    expect(run.clock.pauses.at(-1)).toBeGreaterThan(3000);
    expect(run.clock.now()).toBeGreaterThanOrEqual(accounts[1]!.limitedUntil ?? Infinity);
  });

  it('one that failed keeps its own reason, and is shown as it is now', async () => {
    const account = anAccount();
    const now = { ...account, state: 'error' as const, stateMessage: 'dead' };
    const run = scriptedHost({ accounts: [now], proof: { testAccount: async () => fails('exhausted') } });
    const [verdict] = await probeAccounts(jobOf([account]), run.tools);
    expect(verdict).toMatchObject({ account: now, code: 'BALANCE_EXHAUSTED', probe: { message: 'it says exhausted' } });
  });

  it('one that was not tried is shown as it is now, and not judged', async () => {
    const accounts = three().map((account) => ({ ...account, state: 'error' as const }));
    const run = scriptedHost({ accounts, proof: { testAccount: () => Promise.reject(down) } });
    const verdicts = await probeAccounts(jobOf(three(), { endsOnError: true }), run.tools);
    expect(verdicts.map(({ validation }) => validation)).toEqual(['failed', 'not_tried', 'not_tried']);
    expect(verdicts[2]?.account.state).toBe('error');
  });
});

describe('an account of which the host is still finding out what its upstream can do', () => {
  const can = { discoveryMs: 10_000, refreshAfterDiscovery: true };
  const learning = () => three().map((account) => ({ ...account, discovering: account.id !== '3' }));

  it('is tested once the host knows, and the others at once', async () => {
    const accounts = learning();
    const order: string[] = [];
    const run = scriptedHost({
      accounts,
      can,
      proof: {
        testAccount: async ({ id }) => {
          order.push(id);
          // What the host learns while others are tested.
          if (order.length < 3) accounts[2 - order.length]!.discovering = false;
          return passes;
        },
      },
    });
    await probeAccounts(jobOf(structuredClone(accounts), { pace: paceOf(3) }), run.tools);
    expect(order).toEqual(['3', '2', '1']);
  });

  it('is not kept waiting by another that never learns', async () => {
    const accounts = learning();
    const order: string[] = [];
    const run = scriptedHost({ accounts, can, proof: { testAccount: async ({ id }) => (order.push(id), passes) } });
    const { sleep } = run.clock;
    run.clock.sleep = async (ms) => {
      // The first one learns; the second, which is asked for, does not.
      accounts[0]!.discovering = false;
      await sleep(ms);
    };
    await probeAccounts(jobOf(structuredClone(accounts)), run.tools);
    expect(order).toEqual(['3', '1', '2']);
  });

  it('is tested all the same when the host takes longer than it may', async () => {
    const accounts = learning();
    const run = scriptedHost({ accounts, can });
    const from = run.clock.now();
    const verdicts = await probeAccounts(jobOf(structuredClone(accounts)), run.tools);
    expect(verdicts.map(({ validation }) => validation)).toEqual(['passed', 'passed', 'passed']);
    // Looks come further and further apart, and end when the host has had its time.
    const looks = run.clock.pauses.slice(0, -1);
    expect(looks.slice(0, 5)).toEqual([25, 32, 40, 50, 63]);
    expect(Math.max(...looks)).toBe(1500);
    const waited = looks.reduce((sum, each) => sum + each, 0);
    expect(waited).toBeGreaterThanOrEqual(10_000);
    expect(waited).toBeLessThan(11_500);
    expect(run.clock.now() - from).toBeGreaterThanOrEqual(waited);
  });

  it('is not waited for once the run shall stop', async () => {
    const accounts = learning();
    const run = scriptedHost({ accounts, can });
    run.stop.abort();
    await probeAccounts(jobOf(structuredClone(accounts)), run.tools);
    expect(run.clock.pauses).toEqual([]);
  });

  it('that cannot be looked at has its test called off, with the why of the host', async () => {
    const accounts = learning();
    let looks = 0;
    const run = scriptedHost({ accounts, can });
    const { host } = run.tools;
    const reads = {
      ...host.reads,
      account: async () => {
        looks += 1;
        throw down;
      },
    };
    const verdicts = await probeAccounts(jobOf(structuredClone(accounts)), { ...run.tools, host: { ...host, reads } });
    expect(verdicts.map(({ code }) => code)).toEqual(['TEST_ERROR', 'TEST_ERROR', null]);
    expect(looks).toBe(1);
  });

  it.each([
    ['a host that may miss what its accounts learnt', true, ['acme-02']],
    ['a host that misses nothing', false, []],
  ])('is looked at again, where it works, on %s', async (_, refreshAfterDiscovery, wanted) => {
    const accounts = learning();
    const run = scriptedHost({
      accounts,
      can: { discoveryMs: 0, refreshAfterDiscovery },
      proof: { testAccount: async ({ id }) => (id === '1' ? fails('refused') : passes) },
    });
    await probeAccounts(jobOf(structuredClone(accounts)), run.tools);
    expect(run.refreshed).toEqual(wanted);
    expect(run.clock.pauses).toEqual(wanted.length === 0 ? [] : [1100]);
  });

  it('is not looked at again once the run shall stop', async () => {
    const accounts = learning();
    const run = scriptedHost({
      accounts,
      can: { discoveryMs: 0, refreshAfterDiscovery: true },
      proof: {
        testAccount: async ({ id }) => {
          if (id === '3') run.stop.abort();
          return passes;
        },
      },
    });
    await probeAccounts(jobOf(structuredClone(accounts)), run.tools);
    expect(run.refreshed).toEqual([]);
  });
});
