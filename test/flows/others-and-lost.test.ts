import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { runIds } from '../support/state-folder.ts';
import type { FaultRule } from '../../src/sandbox/faults/faults.ts';
import { startSandbox, type Sandbox } from '../support/start-sandbox.ts';
import { Interruption } from '../../src/core/relay-error.ts';
import { holdings, importInto, resumeIn, rollbackIn, wholeState } from '../support/import-run.ts';
import { killAt } from '../support/killable.ts';
import { otherHost } from '../support/other-host.ts';
import { closeServers, serve } from '../support/small-server.ts';
import { deadKey as dead, goodKeys } from '../support/keys.ts';

const keys = goodKeys.slice(0, 2);
const third = goodKeys[2];

let sandbox: Sandbox;
let stateDir: string;
beforeEach(async () => {
  sandbox = await startSandbox();
  stateDir = await mkdtemp(join(tmpdir(), 'relay-others-'));
});
afterEach(async () => {
  closeServers();
  await sandbox.stop();
  await rm(stateDir, { recursive: true, force: true });
});

const forUser = (days: number) => [{ asked: 'user@relay.test', user: { email: 'user@relay.test' }, days }];
/** From when it is given: the plan has looked before. */
const hidesSubscriptions: FaultRule = {
  method: 'GET',
  path: '/api/v1/admin/users/*/subscriptions',
  nth: 2,
  times: 0,
  fault: 'status',
  status: 500,
};
const lastRun = async () => (await runIds(stateDir))[0] ?? '';
const ends = () => [...sandbox.state.subscriptions.values()].map((each) => Date.parse(each.expires_at));

async function post(
  path: string,
  body: unknown,
  headers?: Record<string, string>,
): Promise<{ id: number; [field: string]: unknown }> {
  const reply = await fetch(`${sandbox.url}/api/v1${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...(headers ?? { 'x-api-key': sandbox.adminKey }) },
    body: JSON.stringify(body),
  });
  return ((await reply.json()) as { data: { id: number } }).data;
}

async function addUser(email: string): Promise<number> {
  return (await post('/admin/users', { email, password: 'abcdefgh' })).id;
}

const groupId = () => [...sandbox.state.groups.values()].find((group) => group.name.startsWith('relay-'))?.id;

describe('a subscription that was lengthened', () => {
  beforeEach(async () => {
    await importInto(sandbox, keys, { targets: forUser(60) });
    sandbox.addFault({
      method: 'DELETE',
      path: '/api/v1/admin/accounts/*',
      times: 0,
      fault: 'status',
      status: 403,
      body: { code: 403, message: 'no' },
    });
  });

  it('and that the host does not shorten again is a leftover (N7)', async () => {
    sandbox.addFault({ path: '/api/v1/admin/subscriptions/*/extend', nth: 2, times: 0, fault: 'status', status: 500 });
    const { report } = await importInto(sandbox, keys.slice(1), { targets: forUser(80), extend: true });
    expect(report).toMatchObject({ exitCode: 6, leftovers: [{ kind: 'subscription', name: 'user@relay.test' }] });
  });

  it('is shortened once, also when looking fails in between (N7)', async () => {
    const before = ends();
    let armed = false;
    const { report } = await importInto(sandbox, keys.slice(1), {
      targets: forUser(80),
      extend: true,
      probe: 'none',
      onEvent: (event) => {
        if (armed || event.type !== 'stage-started' || event.stage !== 'undo') return;
        armed = true;
        sandbox.addFault({
          path: '/api/v1/admin/groups/*/subscriptions',
          nth: 2,
          times: 4,
          fault: 'status',
          status: 500,
        });
      },
    });
    expect(armed).toBe(true);
    expect(report.exitCode).toBe(4);
    expect(ends()).toEqual(before);
  });
});

describe('a rollback leaves alone (N4)', () => {
  it('a group that others have subscriptions to', async () => {
    await importInto(sandbox, keys, { stateDir, targets: forUser(30) });
    await post('/admin/subscriptions/assign', {
      user_id: await addUser('paying@relay.test'),
      group_id: groupId(),
      validity_days: 365,
    });
    const { leftovers } = await rollbackIn(sandbox, stateDir, await lastRun());
    expect(leftovers.map((each) => each.kind).toSorted()).toEqual(['channel', 'group', 'tariff']);
    expect(sandbox.state.subscriptions.size).toBe(1);
  });

  it('a group that keys of users are bound to', async () => {
    await importInto(sandbox, keys, { stateDir, access: 'self_service' });
    await addUser('caller@relay.test');
    const session = await post('/auth/login', { email: 'caller@relay.test', password: 'abcdefgh' }, {});
    await post(
      '/keys',
      { name: 'k', group_id: groupId() },
      { authorization: `Bearer ${String(session['access_token'])}` },
    );
    const { leftovers } = await rollbackIn(sandbox, stateDir, await lastRun());
    expect(leftovers.map((each) => each.kind).toSorted()).toEqual(['channel', 'group']);
  });

  it('a subscription that others have lengthened since', async () => {
    await importInto(sandbox, keys);
    await importInto(sandbox, keys, { stateDir, targets: forUser(30), probe: 'none' });
    const [id] = [...sandbox.state.subscriptions.keys()].slice(-1);
    await post(`/admin/subscriptions/${id}/extend`, { days: 300 });
    const { leftovers } = await rollbackIn(sandbox, stateDir, await lastRun());
    expect(leftovers).toMatchObject([{ kind: 'subscription', id: String(id) }]);
  });

  it('an account whose settings others have changed since', async () => {
    await importInto(sandbox, keys, { stateDir });
    const [account] = sandbox.state.accounts.values();
    account!.priority = 1;
    const { leftovers } = await rollbackIn(sandbox, stateDir, await lastRun());
    expect(leftovers).toContainEqual(expect.objectContaining({ kind: 'account', id: String(account!.id) }));
    expect(holdings(sandbox)).toMatchObject({ accounts: [account!.name] });
  });

  it('a duplicate that a person made of an account, and so does resume', async () => {
    await importInto(sandbox, keys, { stateDir });
    const [account] = sandbox.state.accounts.values();
    const copy = sandbox.state.nextId('accounts');
    sandbox.state.accounts.set(copy, { ...structuredClone(account!), id: copy, name: `${account!.name} (copy)` });
    const { report } = await resumeIn(sandbox, stateDir, await lastRun(), keys);
    expect(report.exitCode).toBe(0);
    expect([...sandbox.state.accounts.keys()]).toContain(copy);
    await rollbackIn(sandbox, stateDir, await lastRun());
    expect([...sandbox.state.accounts.keys()]).toEqual([copy]);
  });
});

describe('a change whose fate nobody knows is unsettled, whatever it was (N3, N11)', () => {
  it.each(['strict', 'partial'] as const)('a subscription, %s', async (mode) => {
    await importInto(sandbox, keys);
    sandbox.addFault({ path: '/api/v1/admin/subscriptions/assign', fault: 'status', status: 504 });
    sandbox.addFault(hidesSubscriptions);
    const { report } = await importInto(sandbox, [...keys, third], { targets: forUser(30), mode, probe: 'none' });
    expect(report).toMatchObject({ exitCode: 6, unsettled: [{ kind: 'subscription', name: 'user@relay.test' }] });
  });

  it.each(['strict', 'partial'] as const)('unless it shows at the end, %s', async (mode) => {
    await importInto(sandbox, keys);
    sandbox.addFault({ path: '/api/v1/admin/subscriptions/assign', fault: 'status', status: 504, after: true });
    sandbox.addFault(hidesSubscriptions);
    const { report } = await importInto(sandbox, [...keys, third], { targets: forUser(30), mode, probe: 'none' });
    expect(report).toMatchObject({ exitCode: mode === 'strict' ? 4 : 5, unsettled: [], leftovers: [] });
    expect(sandbox.state.subscriptions.size).toBe(mode === 'strict' ? 0 : 1);
  });

  it('taking a dead account out of service', async () => {
    sandbox.addFault({ path: '/api/v1/admin/accounts/bulk-update', nth: 2, fault: 'status', status: 504 });
    const { report } = await importInto(sandbox, [...keys, dead], { mode: 'partial' });
    expect(report).toMatchObject({ exitCode: 6, unsettled: [{ kind: 'account', name: 'kimi-cn-03' }] });
  });
});

describe('what a crash hides', () => {
  it('a subscription that was given right before is taken back (N3)', async () => {
    await importInto(sandbox, keys);
    const before = wholeState(sandbox);
    let given = false;
    for (let k = 1; !given; k += 1) {
      const killed = importInto(sandbox, [...keys, third], {
        targets: forUser(30),
        stateDir,
        between: killAt(k, 'sent').between,
        probe: 'none',
      });
      await killed.catch(() => undefined);
      given = sandbox.state.subscriptions.size > 0;
      expect((await rollbackIn(sandbox, stateDir, await lastRun())).leftovers).toEqual([]);
      expect(wholeState(sandbox)).toEqual(before);
    }
    expect(given).toBe(true);
  });

  it('a removal that was not noted any more is told by rollback (N7)', async () => {
    await importInto(sandbox, keys);
    await importInto(sandbox, keys.slice(1), { stateDir });
    const file = join(stateDir, 'runs', `${await lastRun()}.jsonl`);
    const lines = (await readFile(file, 'utf8')).split('\n');
    await writeFile(file, lines.filter((line) => !/"type":"(?:removed|end)"/.test(line)).join('\n'));
    const { warnings } = await rollbackIn(sandbox, stateDir, await lastRun());
    expect(warnings).toMatchObject([
      { code: 'RESTORED_NOTHING', message: expect.stringContaining('kimi-cn-01') as unknown },
    ]);
  });
});

describe('accounts that a run has removed', () => {
  it('are given back by rollback where their keys are given, and stay when it is repeated', async () => {
    await importInto(sandbox, keys, { stateDir });
    const before = wholeState(sandbox);
    const { report } = await importInto(sandbox, [...keys.slice(1), third], { stateDir });
    expect(report.removed).toMatchObject([{ name: 'kimi-cn-01' }]);
    for (const isRepeated of [false, true]) {
      const { givenBack, undone, warnings, leftovers } = await rollbackIn(sandbox, stateDir, report.run.id, keys);
      expect([warnings, leftovers]).toEqual([[], []]);
      expect(givenBack).toMatchObject(isRepeated ? [] : [{ kind: 'account', name: 'kimi-cn-01' }]);
      expect(undone).toHaveLength(isRepeated ? 0 : 1);
    }
    expect(wholeState(sandbox)).toEqual(before);
  });

  it('are named where their keys are not among those', async () => {
    await importInto(sandbox, keys, { stateDir });
    const { report } = await importInto(sandbox, keys.slice(1), { stateDir });
    const { givenBack, warnings } = await rollbackIn(sandbox, stateDir, report.run.id, [third]);
    expect([givenBack, warnings]).toMatchObject([[], [{ code: 'RESTORED_NOTHING' }]]);
  });
});

describe('a run that is stopped while it removes', () => {
  it.each([
    ['before anything went', false, 'rolled_back'],
    ['after some went', true, 'partially_succeeded'],
  ] as const)('%s, says so', async (_, goes, batchStatus) => {
    const many = Array.from({ length: 9 }, (__, index) => `sk-good-many-${String(index).padStart(16, '0')}`);
    await importInto(sandbox, many);
    const stop = new AbortController();
    const { report } = await importInto(sandbox, many.slice(8), {
      stop,
      probe: 'none',
      between: otherHost(({ writes }) => ({
        writes: {
          deleteAccount: async (id) => {
            const end = goes ? await writes.deleteAccount(id) : ({ status: 'applied', value: undefined } as const);
            stop.abort(new Interruption('SIGINT'));
            return end;
          },
        },
      })),
    });
    expect(report).toMatchObject({ exitCode: 130, batchStatus, run: { interrupted: true } });
    expect(report.removed.length).toBe(9 - sandbox.state.accounts.size);
    expect(report.removed.length > 0).toBe(goes);
    expect(sandbox.state.accounts.size).toBeGreaterThan(1);
  });
});

describe('what is lost is told', () => {
  it('an account of an earlier run that was removed because it failed', async () => {
    await importInto(sandbox, keys, { stateDir });
    const [account] = sandbox.state.accounts.values();
    account!.status = 'error';
    account!.credentials['api_key'] = dead;
    const { report } = await importInto(sandbox, keys, { mode: 'partial', failed: 'remove', stateDir });
    expect(report.removed).toMatchObject([{ name: 'kimi-cn-01', reason: 'it does not work' }]);
    const { warnings } = await rollbackIn(sandbox, stateDir, report.run.id);
    expect(warnings).toMatchObject([{ code: 'RESTORED_NOTHING' }]);
  });

  it('an account that an earlier run took out of service stays, and is named', async () => {
    const all = [...keys, dead];
    await importInto(sandbox, all, { mode: 'partial' });
    const { report } = await importInto(sandbox, all, { mode: 'partial', failed: 'remove' });
    expect(report).toMatchObject({ exitCode: 5, removed: [] });
    expect(report.warnings).toMatchObject([{ code: 'FAILED_BEFORE', message: expect.stringContaining('kimi-cn-0') }]);
  });

  it('nothing, where a line of the key file is spoilt (B21)', async () => {
    await importInto(sandbox, keys);
    const { report } = await importInto(sandbox, `${keys[0]}\nsk-good bbbbbbbbbbbbbbbbbbbb2\n`, { mode: 'partial' });
    expect(report).toMatchObject({ exitCode: 5, removed: [] });
    expect(report.warnings.map((each) => each.code)).toContain('REMOVALS_HELD_BACK');
    expect(sandbox.state.accounts.size).toBe(2);
  });
});

describe('a list that changes while it is read', () => {
  /** So many accounts that the last one of an earlier import is the first on the second page. */
  const lastOfTwoPages = async () => {
    await importInto(sandbox, keys);
    const { accounts } = sandbox.state;
    const [last] = [...accounts.values()].slice(-1);
    for (let id = 100; id < 1099; id += 1)
      accounts.set(id, { ...structuredClone(last!), id, name: `other-${id}`, extra: {} });
    accounts.delete(last!.id);
    accounts.set(1100, { ...last!, id: 1100 });
    return last!;
  };
  const beforeSecondPage = (happens: () => void) => {
    const original = sandbox.requests.push.bind(sandbox.requests);
    sandbox.requests.push = (...requests) => {
      if (requests[0]?.query['page'] === '2') happens();
      return original(...requests);
    };
  };

  it.each([
    ['goes', 0],
    ['goes and another comes', 1],
  ])('because an account of others %s is read anew, so that no account is made twice', async (_, come) => {
    const last = await lastOfTwoPages();
    const { accounts } = sandbox.state;
    beforeSecondPage(() => {
      if (!accounts.delete(100) || come === 0) return;
      accounts.set(5000, { ...structuredClone(last), id: 5000, name: 'newcomer', extra: {} });
    });
    const { report } = await importInto(sandbox, keys, { probe: 'none' });
    expect(report.summary).toMatchObject({ unchanged: 2, added: 0 });
  });

  it('each time it is read ends the run before it writes', async () => {
    await lastOfTwoPages();
    const { accounts } = sandbox.state;
    const before = accounts.size;
    beforeSecondPage(() => {
      const [[id, account] = []] = [...accounts].filter(([, { name }]) => name.startsWith('other-'));
      accounts.delete(id!);
      const again = sandbox.state.nextId('accounts');
      accounts.set(again, { ...account!, id: again });
    });
    const writes = () => sandbox.requests.filter(({ method }) => method !== 'GET').length;
    const earlier = writes();
    const run = importInto(sandbox, [...keys, third], { probe: 'none' });
    await expect(run).rejects.toMatchObject({ code: 'HOST_REPLY_UNEXPECTED', exitCode: 3 });
    expect(writes()).toBe(earlier);
    expect(accounts.size).toBe(before);
  });

  it('that shows its first page over and over ends the run before it writes', async () => {
    const url = await serve(async (request, reply) => {
      const asked = new URL(request.url ?? '', sandbox.url);
      const page = Number(asked.searchParams.get('page'));
      asked.searchParams.set('page', '1');
      const isList = asked.pathname === '/api/v1/admin/groups';
      const headers = { 'x-api-key': sandbox.adminKey };
      const answer = await fetch(isList ? asked : new URL(request.url ?? '', sandbox.url), { headers });
      const body = (await answer.json()) as { data: object };
      const data = isList ? { ...body.data, page, total: 1000 } : body.data;
      reply.writeHead(answer.status, { 'content-type': 'application/json' }).end(JSON.stringify({ ...body, data }));
    });
    const run = importInto({ ...sandbox, url }, keys);
    await expect(run).rejects.toMatchObject({ code: 'HOST_REPLY_UNEXPECTED', exitCode: 3 });
    expect(sandbox.requests.every(({ method }) => method === 'GET')).toBe(true);
  });
});
