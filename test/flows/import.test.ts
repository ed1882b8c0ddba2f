import { describe, expect, it, vi } from 'vitest';
import { HostFailure } from '../../src/host/host-failure.ts';
import type { FaultRule } from '../../src/sandbox/faults/faults.ts';
import type { Sandbox } from '../support/start-sandbox.ts';
import { Interruption, RelayError } from '../../src/core/relay-error.ts';
import { holds } from '../../src/report/text/footer-text.ts';
import { quickClock } from '../support/clocks.ts';
import { holdings, imported, importInto } from '../support/import-run.ts';
import { goodKeys as good } from '../support/keys.ts';
import { otherHost } from '../support/other-host.ts';
import { sandboxes } from '../support/sandboxes.ts';

const oneDead = ['sk-good-aaaaaaaaaaaaaaaaaaaa1', 'sk-dead-bbbbbbbbbbbbbbbbbbbb2', 'sk-good-cccccccccccccccccccc3'];
const versions = ['0.1.129', '0.1.179'] as const;

const start = sandboxes();

const writes = (host: Sandbox) =>
  host.requests.filter(
    (request) => request.method !== 'GET' && !request.path.endsWith('/test') && !request.path.endsWith('/login'),
  );

describe.each(versions)('on sub2api %s', (hostVersion) => {
  it('brings a provider up on a fresh host and leaves nothing of the probe behind (B8, B19, N9)', async () => {
    const host = await start({ hostVersion });
    const { report } = await importInto(host, good);
    expect(report).toMatchObject({
      batchStatus: 'succeeded',
      providerStatus: 'active',
      accessStatus: 'subscription_ready',
      exitCode: 0,
      gateway: { ok: true, probeKey: 'made' },
    });
    expect(report.summary).toMatchObject({ accepted: 3, added: 3, passed: 3 });
    expect(holdings(host)).toEqual({ ...imported, subscriptions: 0 });
  });

  it('sends no write the second time, and makes no probe user (N5)', async () => {
    const host = await start({ hostVersion });
    await importInto(host, good);
    const before = writes(host).length;
    const { report } = await importInto(host, good);
    expect(writes(host).slice(before)).toEqual([]);
    expect(report).toMatchObject({
      exitCode: 0,
      batchStatus: 'succeeded',
      accessStatus: 'unchecked',
      gateway: null,
      summary: { unchanged: 3, added: 0 },
    });
  });

  it('undoes everything when one of three keys is dead in strict mode (B17)', async () => {
    const host = await start({ hostVersion });
    const before = holdings(host);
    const { report } = await importInto(host, oneDead);
    expect(report).toMatchObject({
      batchStatus: 'rolled_back',
      providerStatus: 'failed',
      accessStatus: 'broken',
      exitCode: 4,
      leftovers: [],
      connect: null,
    });
    expect(report.accounts.map((account) => [account.validation, account.action])).toEqual([
      ['passed', 'rolled_back'],
      ['failed', 'rolled_back'],
      ['passed', 'rolled_back'],
    ]);
    expect(report.resources[0]?.action).toBe('rolled_back');
    expect(holdings(host)).toEqual(before);
  });

  it('keeps what works and takes the dead one out of service in partial mode (B18, N15)', async () => {
    const host = await start({ hostVersion });
    const { report } = await importInto(host, oneDead, { mode: 'partial' });
    expect(report).toMatchObject({
      batchStatus: 'partially_succeeded',
      providerStatus: 'degraded',
      accessStatus: 'subscription_ready',
      exitCode: 5,
    });
    expect(report.accounts.map((account) => [account.name, account.action, account.scheduled, account.code])).toEqual([
      ['kimi-cn-01', 'created', true, null],
      ['kimi-cn-02', 'disabled', false, 'KEY_REFUSED'],
      ['kimi-cn-03', 'created', true, null],
    ]);
    expect(report.keys.map((key) => key.outcome)).toEqual(['added', 'failed', 'added']);
  });

  it('calls a dead key dead on a vendor without the Responses API too (N13)', async () => {
    const host = await start({ hostVersion });
    const { report } = await importInto(host, oneDead, { pack: 'zhipu', vendorPath: '/chat-only/v1', mode: 'partial' });
    expect(report.accounts[1]).toMatchObject({ validation: 'failed', code: 'KEY_REFUSED', scheduled: false });
    const evidence = hostVersion === '0.1.129' ? 'completion' : 'test';
    expect(report.accounts[0]).toMatchObject({ validation: 'passed', probe: { evidence } });
  });
});

describe('access', () => {
  it('opens self-service access beside subscription access of the same keys (B6, N4)', async () => {
    const host = await start();
    await importInto(host, good);
    const { report } = await importInto(host, good, { access: 'self_service' });
    expect(report).toMatchObject({ exitCode: 0, accessStatus: 'self_service_ready' });
    expect(report.resources.map(({ kind }) => kind)).toEqual(['group', 'channel']);
    expect(holdings(host)).toMatchObject({
      groups: ['default', 'relay-kimi-cn-subscription', 'relay-kimi-cn-self-service'],
      accounts: ['kimi-cn-01', 'kimi-cn-02', 'kimi-cn-03', 'kimi-cn-self-01', 'kimi-cn-self-02', 'kimi-cn-self-03'],
    });
  });

  it.each([-5, 5])('extends a subscription once, on a host whose clock is %i years off', async (years) => {
    const host = await start();
    const off = years * 365 * 86_400_000;
    const between = otherHost(({ reads, time }) => ({
      time: () => time() + off,
      reads: {
        subscriptionsOfGroup: async (id) =>
          (await reads.subscriptionsOfGroup(id)).map((each) => ({ ...each, expiresAt: (each.expiresAt ?? 0) + off })),
      },
    }));
    const targets = [{ asked: 'user@relay.test', user: { email: 'user@relay.test' }, days: 20 }];
    await importInto(host, good, { between, targets: targets.map((each) => ({ ...each, days: 10 })) });
    const outcomes = [];
    for (const _ of [1, 2, 3])
      outcomes.push((await importInto(host, good, { between, targets, extend: true })).report.grants[0]?.outcome);
    expect(outcomes).toEqual(['extended', 'reused', 'reused']);
  });

  it('gives users subscriptions, reuses them, and extends only when asked (B22)', async () => {
    const host = await start();
    const target = (days: number | null) => [{ asked: 'user@relay.test', user: { email: 'user@relay.test' }, days }];
    const first = await importInto(host, good, { targets: target(10) });
    expect(first.report.grants).toMatchObject([{ user: 'user@relay.test', days: 10, outcome: 'created' }]);
    const second = await importInto(host, good, { targets: target(20) });
    expect(second.report.grants).toMatchObject([{ outcome: 'reused' }]);
    expect(second.report.warnings.map((warning) => warning.code)).toContain('SUBSCRIPTION_DIFFERS');
    const third = await importInto(host, good, { targets: target(20), extend: true });
    expect(third.report.grants).toMatchObject([{ outcome: 'extended' }]);
    const days = (Date.parse(third.report.grants[0]?.expiresAt ?? '') - Date.now()) / 86_400_000;
    expect(Math.round(days)).toBe(20);
  });

  it('keeps everything and says so when the gateway of a first import does not get ready (B17, B24)', async () => {
    const host = await start({
      faults: [{ method: 'POST', path: '/v1/chat/completions', fault: 'status', status: 503, times: 0 }],
    });
    const { report, pauses } = await importInto(host, good);
    expect(report).toMatchObject({
      exitCode: 7,
      batchStatus: 'partially_succeeded',
      providerStatus: 'degraded',
      accessStatus: 'broken',
      gateway: { ok: false, reachable: true, hasExpectedModel: true, completionOk: false, status: 503 },
    });
    expect(report.gateway?.attempts).toBeGreaterThan(5);
    expect(pauses.reduce((sum, ms) => sum + ms, 0)).toBeLessThan(70_000);
    expect(holdings(host)).toMatchObject({
      accounts: ['kimi-cn-01', 'kimi-cn-02', 'kimi-cn-03'],
      users: ['admin@relay.test', 'user@relay.test'],
    });
  });

  it("takes only this run's accounts back when a group that served before does not get ready (B17)", async () => {
    const host = await start();
    await importInto(host, good);
    await host.stop();
    const again = await start();
    await importInto(again, good);
    again.state.groups.forEach((group) => {
      if (group.name.startsWith('relay-')) group.status = 'inactive';
    });
    const { report } = await importInto(again, [...good, 'sk-good-dddddddddddddddddddd4']);
    expect(report).toMatchObject({ exitCode: 4, batchStatus: 'rolled_back' });
    expect(report.accounts.map((account) => account.action)).toEqual([
      'unchanged',
      'unchanged',
      'unchanged',
      'rolled_back',
    ]);
    expect(holdings(again)).toMatchObject({ accounts: ['kimi-cn-01', 'kimi-cn-02', 'kimi-cn-03'] });
  });

  it('waits out a gateway that is not ready at once (B24)', async () => {
    const host = await start({ faults: [{ path: '/v1/chat/completions', fault: 'status', status: 503, times: 3 }] });
    const { report } = await importInto(host, good);
    expect(report).toMatchObject({ exitCode: 0, gateway: { ok: true, attempts: 4 } });
  });

  it('does not take a web page for an answer (N16)', async () => {
    const host = await start({ faults: [{ path: '/v1/chat/completions', fault: 'html', times: 0 }] });
    const { report } = await importInto(host, good);
    expect(report).toMatchObject({
      exitCode: 7,
      gateway: { ok: false, completionOk: false, message: 'the answer is a web page' },
    });
  });
});

describe('keys that come and go', () => {
  it('adds what is new and removes what is gone, newest first, and keeps the rest (N5, B21)', async () => {
    const host = await start();
    await importInto(host, good);
    const kept = [...host.state.accounts.values()].find((account) => account.name === 'kimi-cn-01')?.id;
    const { report } = await importInto(host, [good[0] ?? '', 'sk-good-dddddddddddddddddddd4']);
    expect(report.summary).toMatchObject({ added: 1, unchanged: 1, removed: 2 });
    expect(report.removed.map((removed) => removed.name)).toEqual(['kimi-cn-03', 'kimi-cn-02']);
    expect(report.accounts.map((account) => [account.name, account.id === String(kept)])).toEqual([
      ['kimi-cn-01', true],
      ['kimi-cn-04', false],
    ]);
    expect(holdings(host)).toMatchObject({ accounts: ['kimi-cn-01', 'kimi-cn-04'] });
  });

  const dead = 'sk-dead-dddddddddddddddddddd4';

  it('removes nothing when a new account failed in strict mode (B21)', async () => {
    const host = await start();
    await importInto(host, good);
    const { report } = await importInto(host, [good[0] ?? '', dead]);
    // The earlier accounts serve on, and the report says so.
    expect(report).toMatchObject({ exitCode: 4, providerStatus: 'active', accessStatus: 'unchecked', removed: [] });
    expect(holdings(host)).toMatchObject({ accounts: ['kimi-cn-01', 'kimi-cn-02', 'kimi-cn-03'] });
  });

  it('removes what is gone in partial mode although another key is dead, every time (N22)', async () => {
    const host = await start();
    await importInto(host, good);
    const { report } = await importInto(host, [good[0] ?? '', good[1] ?? '', dead], { mode: 'partial' });
    expect(report).toMatchObject({ exitCode: 5, removed: [{ name: 'kimi-cn-03' }] });
    const again = await importInto(host, [good[0] ?? '', dead], { mode: 'partial' });
    expect(again.report).toMatchObject({ exitCode: 5, removed: [{ name: 'kimi-cn-02' }] });
    expect(holdings(host)).toMatchObject({ accounts: ['kimi-cn-01', 'kimi-cn-04'] });
  });

  it.each([
    ['no account with a key in the file works', [dead], { status: undefined }],
    ['the gateway does not answer', [good[0] ?? '', 'sk-good-dddddddddddddddddddd4'], { status: 503 }],
  ] as const)('holds back what is gone in partial mode while %s, and names it (N22)', async (why, keys, { status }) => {
    const host = await start();
    await importInto(host, good);
    if (status !== undefined) host.addFault({ path: '/v1/chat/completions', times: 0, fault: 'status', status });
    const { report } = await importInto(host, keys, { mode: 'partial' });
    expect(report).toMatchObject({ exitCode: 7, removed: [] });
    const [held] = report.warnings.filter(({ code }) => code === 'REMOVALS_HELD_BACK');
    expect(held?.message).toContain(why);
    expect(held?.message).toContain('"kimi-cn-03", "kimi-cn-02"');
    expect(holdings(host).accounts).toEqual(expect.arrayContaining(['kimi-cn-01', 'kimi-cn-02', 'kimi-cn-03']));
  });

  it('tests again what is out of service: still dead is failed, working again is put back (N5, N15)', async () => {
    const host = await start();
    const keys = [good[0] ?? '', 'sk-flaky-forbidden-0000000000002'];
    const first = await importInto(host, keys, { mode: 'partial' });
    expect(first.report.accounts[1]).toMatchObject({ validation: 'failed', action: 'disabled' });
    const second = await importInto(host, keys, { mode: 'partial' });
    expect(second.report).toMatchObject({ exitCode: 5, summary: { unchanged: 1, failed: 1, failedVerdict: 1 } });
    // The vendor mended the key, which the host shows by another key under the same account.
    const account = [...host.state.accounts.values()].find((each) => each.name === 'kimi-cn-02');
    if (account === undefined) throw new Error('no account');
    account.credentials['api_key'] = 'sk-good-mended-00000000000002';
    const third = await importInto(host, keys, { mode: 'partial' });
    expect(third.report).toMatchObject({
      exitCode: 0,
      accounts: [{ validation: 'not_tried' }, { validation: 'passed', scheduled: true, action: 'updated' }],
    });
    expect(account.schedulable).toBe(true);
  });
});

describe('a host that loses answers', () => {
  const createPaths = [
    '/api/v1/admin/groups',
    '/api/v1/admin/channels',
    '/api/v1/admin/payment/plans',
    '/api/v1/admin/accounts/batch',
    '/api/v1/admin/users',
    '/api/v1/admin/subscriptions/assign',
  ];
  const faults: [string, Partial<FaultRule>][] = [
    ['drops the connection before the work', { fault: 'drop-before' }],
    ['drops the connection after the work', { fault: 'drop-after' }],
    ['answers 500 after the work', { fault: 'status', status: 500, after: true }],
    ['answers 503 before the work', { fault: 'status', status: 503 }],
    ['answers 429 with Retry-After', { fault: 'status', status: 429, headers: { 'retry-after': '2' } }],
    ['answers with the page of a proxy after the work', { fault: 'html', after: true }],
    ['cuts the answer', { fault: 'cut' }],
  ];
  it.each(createPaths.flatMap((path) => faults.map(([name, fault]) => [path, name, fault] as const)))(
    'POST %s: %s: nothing lost, nothing doubled (N3)',
    async (path, _name, fault) => {
      const host = await start({ faults: [{ method: 'POST', path, fault: 'status', ...fault }] });
      const { report } = await importInto(host, good, {
        targets: [{ asked: 'user@relay.test', user: { email: 'user@relay.test' }, days: 7 }],
      });
      expect(report).toMatchObject({ exitCode: 0, batchStatus: 'succeeded', leftovers: [], unsettled: [] });
      expect(holdings(host)).toEqual(imported);
    },
  );

  it.each([
    ['groups', 'kimi'],
    ['channels', 'kimi'],
    ['payment/plans', 'kimi'],
  ])('undoes what came before when %s are refused (B17)', async (resource) => {
    const host = await start({
      faults: [{ method: 'POST', path: `/api/v1/admin/${resource}`, fault: 'status', status: 400, times: 0 }],
    });
    const before = holdings(host);
    const { report } = await importInto(host, good);
    expect(report).toMatchObject({
      exitCode: 4,
      batchStatus: 'rolled_back',
      summary: { notTried: 3 },
      errors: [{ code: 'WRITE_REFUSED', stage: 'apply' }],
    });
    expect(holdings(host)).toEqual(before);
  });

  it('names what it could not undo, with the command that removes it (B17, N3)', async () => {
    const host = await start({
      faults: [{ method: 'DELETE', path: '/api/v1/admin/channels/*', fault: 'status', status: 500, times: 0 }],
    });
    const { report } = await importInto(host, oneDead);
    expect(report).toMatchObject({
      exitCode: 6,
      batchStatus: 'failed',
      leftovers: [{ kind: 'channel', name: 'relay-kimi-cn-subscription' }],
    });
    expect(report.leftovers[0]?.command).toContain(
      `/api/v1/admin/channels/${report.resources.find(({ kind }) => kind === 'channel')?.id}`,
    );
    expect(report.errors[0]?.code).toBe('KEY_REFUSED');
    expect(holdings(host)).toMatchObject({ groups: ['default'], accounts: [], plans: [] });
  });

  it('says when it cannot tell what became of a change (N3)', async () => {
    const host = await start({
      faults: [{ method: 'POST', path: '/api/v1/admin/groups', fault: 'status', status: 504, times: 1 }],
    });
    const { report } = await importInto(host, good);
    expect(report).toMatchObject({
      exitCode: 6,
      batchStatus: 'failed',
      unsettled: [{ kind: 'group', name: 'relay-kimi-cn-subscription' }],
      errors: [{ code: 'WRITE_UNSETTLED' }],
    });
  });

  it('does not wait for a gateway behind which every account was seen to fail', async () => {
    const host = await start({});
    const clock = quickClock();
    const begun = clock.now();
    const dead = good.map((key) => key.replace('good', 'dead'));
    const { report } = await importInto(host, dead, { clock, mode: 'partial' });
    expect(report).toMatchObject({ exitCode: 7, gateway: { ok: false, attempts: 1 } });
    expect(clock.now() - begun).toBeLessThan(30_000);
  });

  it('waits until the host takes logins again: it takes a number a minute from one address (N9)', async () => {
    const host = await start({ faults: [{ path: '/api/v1/auth/login', times: 4, fault: 'status', status: 429 }] });
    const clock = quickClock();
    const begun = clock.now();
    const { report } = await importInto(host, good, { clock });
    expect(report).toMatchObject({ exitCode: 0, accessStatus: 'subscription_ready' });
    expect(clock.now() - begun).toBeGreaterThan(60_000);
  });

  it('removes the probe user also when its making fails midway (N9)', async () => {
    const host = await start({
      faults: [{ method: 'POST', path: '/api/v1/keys', fault: 'status', status: 400, times: 0 }],
    });
    const { report } = await importInto(host, good);
    expect(report.exitCode).toBe(4);
    expect(holdings(host)).toMatchObject({ users: ['admin@relay.test', 'user@relay.test'], groups: ['default'] });
  });

  it('names a probe user that stays once, also where the host does not find it any more (N3)', async () => {
    const host = await start({
      faults: [{ method: 'POST', path: '/api/v1/keys', fault: 'status', status: 400, times: 0 }],
    });
    const fails = async () => {
      throw new HostFailure('HOST_FAILED', 'no', { status: 400, delivery: 'not_applied', transient: false });
    };
    let keyWasAsked = false;
    const between = otherHost(({ writes: own, reads }) => ({
      writes: {
        issueKey: (...given) => {
          keyWasAsked = true;
          return own.issueKey(...given);
        },
      },
      reads: { userByEmail: (email) => (keyWasAsked ? fails() : reads.userByEmail(email)) },
    }));
    const { report } = await importInto(host, good, { between });
    expect(report.leftovers.filter(({ kind }) => kind === 'user')).toEqual([
      expect.objectContaining({ id: expect.any(String) as unknown }),
    ]);
  });
});

describe('a host that answers after the time-out', () => {
  it.each(['groups', 'channels', 'payment/plans', 'accounts/batch'])(
    'to POST %s: told as unsettled, with the command that shows it, since it may still come (N3)',
    async (resource) => {
      const host = await start({
        faults: [{ method: 'POST', path: `/api/v1/admin/${resource}`, fault: 'delay', ms: 60_000 }],
      });
      const clock = quickClock();
      const running = importInto(host, good, { clock });
      await vi.waitUntil(() => host.requests.some((each) => each.method === 'POST' && each.path.endsWith(resource)));
      clock.passTimeouts();
      const { report } = await running;
      expect(report).toMatchObject({ exitCode: 6, batchStatus: 'failed' });
      expect(report.unsettled[0]?.command).toContain(`/api/v1/admin/${resource.replace('/batch', '')}`);
      expect(report.errors[0]?.code).toBe('WRITE_UNSETTLED');
    },
  );
});

describe('a journal that cannot be kept any longer', () => {
  it.each([2, 4, 6, 8])(
    'stops the run at note %i: nothing new is sent, and what was noted is undone without notes (N3)',
    async (last) => {
      const host = await start();
      let notes = 0;
      let sentAfter = -1;
      const { report } = await importInto(host, good, {
        between: (tools) => ({
          ...tools,
          journal: {
            note: async () => {
              notes += 1;
              if (notes <= last) return;
              if (sentAfter === -1) sentAfter = writes(host).length;
              throw new RelayError('JOURNAL_FAILED', 'The journal cannot be kept any longer (ENOSPC).');
            },
          },
        }),
      });
      expect(
        writes(host)
          .slice(sentAfter)
          .filter(({ method }) => method === 'POST'),
      ).toEqual([]);
      expect(report.errors[0]?.code).toBe('JOURNAL_FAILED');
      expect(report.exitCode).toBe(6);
      expect(holdings(host)).toMatchObject({
        groups: ['default'],
        channels: [],
        plans: [],
        accounts: [],
        keys: 0,
      });
      expect(report.leftovers).toEqual([]);
    },
  );
});

describe('a run that was killed', () => {
  it('leaves accounts that the next import tests before it calls them fine', async () => {
    const host = await start();
    // Killed when the tests begin: nothing is undone, nothing reported.
    const gone = new Error('killed');
    const dying = importInto(host, oneDead, {
      onEvent: (event) => {
        if (event.type === 'stage-started' && (event.stage === 'verify' || event.stage === 'undo')) throw gone;
      },
    });
    await expect(dying).rejects.toBe(gone);
    expect(holdings(host)).toMatchObject({ accounts: ['kimi-cn-01', 'kimi-cn-02', 'kimi-cn-03'] });
    const { report, plan } = await importInto(host, oneDead, { mode: 'partial' });
    expect(plan.accounts.map((step) => step.action === 'unchanged' && step.retest)).toEqual([
      'untested',
      'untested',
      'untested',
    ]);
    expect(report).toMatchObject({ exitCode: 5, summary: { unchanged: 2, failed: 1, passed: 2, failedVerdict: 1 } });
    expect(report.accounts[1]).toMatchObject({ action: 'disabled', scheduled: false });
  });
});

describe('stopping', () => {
  const stopAt = (stage: string) => {
    const stop = new AbortController();
    return {
      stop,
      onEvent: (event: { type: string; stage?: string }) => {
        if (event.type === 'stage-started' && event.stage === stage) stop.abort(new Interruption('SIGINT'));
      },
    };
  };
  it.each(['apply', 'verify', 'access'])('undoes a strict run that is stopped in %s (B17, N11)', async (stage) => {
    const host = await start();
    const before = holdings(host);
    const { report } = await importInto(host, good, stopAt(stage));
    expect(report).toMatchObject({
      exitCode: 130,
      batchStatus: 'rolled_back',
      run: { interrupted: true },
      leftovers: [],
    });
    expect(holdings(host)).toEqual(before);
  });
  it('leaves no untested account in service when a partial run is stopped (N15)', async () => {
    const host = await start();
    const { report } = await importInto(host, good, { mode: 'partial', ...stopAt('verify') });
    expect(report).toMatchObject({ exitCode: 130, batchStatus: 'partially_succeeded' });
    expect(report.accounts.every((account) => account.scheduled === false)).toBe(true);
    expect(holds(report)).toBe('The host holds 0 accounts of this run that serve, and 3 untested and out of service.');
  });
  it('calls an account updated that it puts back into service, after such a run (N2)', async () => {
    const host = await start();
    await importInto(host, good, { mode: 'partial', ...stopAt('verify') });
    const { report } = await importInto(host, good, { mode: 'partial' });
    expect(report).toMatchObject({ exitCode: 0, summary: { updated: 3, unchanged: 0, passed: 3 } });
    expect(new Set(report.accounts.map(({ action }) => action))).toEqual(new Set(['updated']));
    const { report: again } = await importInto(host, good, { mode: 'partial' });
    expect(again).toMatchObject({ exitCode: 0, summary: { updated: 0, unchanged: 3 } });
  });
});
