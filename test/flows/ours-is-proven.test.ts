import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { journalLine, parseJournalLine } from '../../src/journal/journal-line.ts';
import { runIds } from '../support/state-folder.ts';
import type { Sub2apiWrites } from '../../src/host/sub2api/admin-port.ts';
import { startSandbox, type Sandbox } from '../support/start-sandbox.ts';
import { holdings, importInto, rollbackIn, wholeState, type RunOptions } from '../support/import-run.ts';
import { killAt } from '../support/killable.ts';
import { otherHost } from '../support/other-host.ts';
import { deadKey as dead, goodKeys } from '../support/keys.ts';

const keys = goodKeys.slice(0, 2);
const third = goodKeys[2];
const forUser = (days: number) => [{ asked: 'user@relay.test', user: { email: 'user@relay.test' }, days }];

let sandbox: Sandbox;
let stateDir: string;
beforeEach(async () => {
  sandbox = await startSandbox();
  stateDir = await mkdtemp(join(tmpdir(), 'relay-ours-'));
});
afterEach(async () => {
  await sandbox.stop();
  await rm(stateDir, { recursive: true, force: true });
});

const lastRun = async () => (await runIds(stateDir))[0] ?? '';

async function send(method: string, path: string, body: unknown): Promise<{ id: number }> {
  const reply = await fetch(`${sandbox.url}/api/v1/admin${path}`, {
    method,
    headers: { 'content-type': 'application/json', 'x-api-key': sandbox.adminKey },
    body: JSON.stringify(body),
  });
  const { data } = (await reply.json()) as { data: { id: number } };
  if (!reply.ok) throw new Error(`${method} ${path}: ${reply.status}`);
  return data;
}

/** What an operator has made by hand, with the lowest numbers of each kind. */
async function byHand(): Promise<void> {
  const kind = { platform: 'openai', subscription_type: 'subscription', rate_multiplier: 1 };
  const group = await send('POST', '/groups', { name: 'team-a', ...kind });
  await send('POST', '/channels', { name: 'team-a-channel', group_ids: [group.id] });
  const plan = { name: 'Gold plan', group_id: group.id, price: 9, validity_days: 30, validity_unit: 'day' };
  await send('POST', '/payment/plans', plan);
  const credentials = { api_key: 'sk-theirs-aaaaaaaaaaaaaaaa', base_url: 'https://theirs.example/v1' };
  await send('POST', '/accounts', { name: 'theirs', platform: 'openai', type: 'apikey', credentials });
  const [admin] = sandbox.state.users.keys();
  await send('POST', '/subscriptions/assign', { user_id: admin, group_id: group.id, validity_days: 30 });
}

/** The numbers of what is there by hand. */
const theirs: Record<string, () => string> = {
  group: () => numberOf(sandbox.state.groups, ({ name }) => name === 'team-a'),
  channel: () => numberOf(sandbox.state.channels),
  tariff: () => numberOf(sandbox.state.plans),
  account: () => numberOf(sandbox.state.accounts),
  user: () => numberOf(sandbox.state.users, ({ email }) => email === 'user@relay.test'),
  subscription: () => numberOf(sandbox.state.subscriptions),
};

function numberOf<Row extends { id: number }>(rows: Map<number, Row>, is: (row: Row) => boolean = () => true): string {
  const row = [...rows.values()].find(is);
  if (row === undefined) throw new Error('it is not there');
  return String(row.id);
}

type Lie = (writes: Sub2apiWrites) => Partial<Sub2apiWrites>;
const asTheirs = <T extends object>(end: { status: string; value?: T }, kind: string) =>
  (end.value === undefined ? end : { ...end, value: { ...end.value, id: theirs[kind]?.() } }) as never;

/** Each answers a creation with the number of another object. */
const lies: Record<string, Lie> = {
  group: (writes) => ({ createGroup: async (spec) => asTheirs(await writes.createGroup(spec), 'group') }),
  channel: (writes) => ({ createChannel: async (spec) => asTheirs(await writes.createChannel(spec), 'channel') }),
  plan: (writes) => ({ createTariff: async (spec) => asTheirs(await writes.createTariff(spec), 'tariff') }),
  account: (writes) => ({
    createAccounts: async (...given) => {
      const end = await writes.createAccounts(...given);
      return end.status === 'applied'
        ? { status: 'applied', value: end.value.map(() => ({ ok: true, id: numberOf(sandbox.state.accounts) })) }
        : end;
    },
  }),
  user: (writes) => ({ createUser: async (...given) => asTheirs(await writes.createUser(...given), 'user') }),
  subscription: (writes) => ({
    assignSubscription: async (...given) => asTheirs(await writes.assignSubscription(...given), 'subscription'),
  }),
};

describe.each(Object.entries(lies))('a host that answers the creation of a %s with the number of another', (_, lie) => {
  const lying = (): RunOptions => ({ between: otherHost(({ writes }) => ({ writes: lie(writes) })) });

  it('is not believed: the run goes well, and leaves the other alone (N21)', async () => {
    await byHand();
    const { report } = await importInto(sandbox, keys, { ...lying(), targets: forUser(30) });
    expect(report).toMatchObject({ exitCode: 0, leftovers: [], unsettled: [] });
    expect(holdings(sandbox)).toMatchObject({
      groups: ['default', 'team-a', 'relay-kimi-cn-subscription'],
      channels: ['team-a-channel', 'relay-kimi-cn-subscription'],
      plans: ['Gold plan', 'relay-kimi-cn-subscription'],
      accounts: ['theirs', 'kimi-cn-01', 'kimi-cn-02'],
      users: ['admin@relay.test', 'user@relay.test'],
    });
  });

  it.each(['strict', 'partial'] as const)('nor when the run fails, %s (N21)', async (mode) => {
    await byHand();
    const before = wholeState(sandbox);
    const { report } = await importInto(sandbox, [...keys, dead], { ...lying(), mode, targets: forUser(30) });
    expect(report).toMatchObject({ exitCode: mode === 'strict' ? 4 : 5, leftovers: [], unsettled: [] });
    if (mode === 'strict') expect(wholeState(sandbox)).toEqual(before);
    expect(holdings(sandbox)).toMatchObject({
      groups: expect.arrayContaining(['team-a']) as unknown,
      channels: expect.arrayContaining(['team-a-channel']) as unknown,
      plans: expect.arrayContaining(['Gold plan']) as unknown,
      accounts: expect.arrayContaining(['theirs']) as unknown,
      users: ['admin@relay.test', 'user@relay.test'],
    });
  });
});

describe('rollback on a host on which other objects bear the numbers by now', () => {
  it('touches none of them, and names none: the host was set up anew (N21)', async () => {
    await importInto(sandbox, keys, { stateDir, targets: forUser(30) });
    await sandbox.stop();
    sandbox = await startSandbox();
    await byHand();
    const before = wholeState(sandbox);
    expect(await rollbackIn(sandbox, stateDir, await lastRun())).toEqual({
      undone: [],
      givenBack: [],
      leftovers: [],
      warnings: [],
    });
    expect(wholeState(sandbox)).toEqual(before);
  });

  it('touches none of them where the numbers in its journal are others (N21)', async () => {
    await byHand();
    await importInto(sandbox, keys, { stateDir });
    const file = join(stateDir, 'runs', `${await lastRun()}.jsonl`);
    const lines = (await readFile(file, 'utf8')).trimEnd().split('\n');
    const kinds = new Map<number, string>();
    const altered = lines.map((line) => {
      const note = parseJournalLine(line) as { type: string; seq: number; change: { seq: number; kind: string } };
      if (note.type === 'change') kinds.set(note.change.seq, note.change.kind);
      if (note.type !== 'made') return line;
      return journalLine({ ...note, id: theirs[kinds.get(note.seq) ?? '']?.() });
    });
    expect([...new Set(kinds.values())]).toEqual(['group', 'channel', 'tariff', 'account', 'user']);
    await writeFile(file, `${altered.join('\n')}\n`);
    const done = await rollbackIn(sandbox, stateDir, await lastRun());
    // What the run has made is found by its marks and names all the same.
    expect(done).toMatchObject({ leftovers: [], warnings: [] });
    expect(holdings(sandbox)).toMatchObject({
      groups: ['default', 'team-a'],
      channels: ['team-a-channel'],
      plans: ['Gold plan'],
      accounts: ['theirs'],
    });
  });
});

describe('rollback keeps what others changed or use, and says why, without a command to delete it (N21)', () => {
  it('a tariff that was renamed and repriced, a channel that was renamed and extended, and their group', async () => {
    await importInto(sandbox, keys, { stateDir });
    const [plan] = sandbox.state.plans.values();
    const [channel] = sandbox.state.channels.values();
    Object.assign(plan!, { name: 'Team Gold', price: 99, validity_days: 365, for_sale: true });
    channel!.name = 'team-gold';
    channel!.model_mapping['openai'] = { ...channel!.model_mapping['openai'], extra: 'kimi-k3' };
    const { leftovers, undone } = await rollbackIn(sandbox, stateDir, await lastRun());
    expect(leftovers.map(({ kind, reason, command }) => [kind, reason, command])).toEqual([
      ['channel', 'others have changed its name, model mapping since', null],
      ['tariff', 'others have changed its name, price, validity, sale flag since', null],
      ['group', 'used by the channel "team-gold" and the tariff "Team Gold"', null],
    ]);
    expect(undone.map(({ kind }) => kind)).toEqual(['account', 'account']);
    expect(holdings(sandbox)).toMatchObject({ channels: ['team-gold'], plans: ['Team Gold'] });
  });

  it('a group whose rate was changed, and what hangs on it', async () => {
    await importInto(sandbox, keys, { stateDir });
    [...sandbox.state.groups.values()].at(-1)!.rate_multiplier = 3;
    const { leftovers } = await rollbackIn(sandbox, stateDir, await lastRun());
    expect(leftovers.map(({ kind, reason }) => [kind, reason])).toEqual([
      ['group', 'others have changed its rate multiplier since'],
      ['channel', 'the group "relay-kimi-cn-subscription" stays'],
      ['tariff', 'the group "relay-kimi-cn-subscription" stays'],
    ]);
  });

  it('the group of a run that later runs have added accounts to', async () => {
    await importInto(sandbox, keys, { stateDir });
    const first = await lastRun();
    await importInto(sandbox, [...keys, third]);
    const { leftovers, undone } = await rollbackIn(sandbox, stateDir, first);
    expect(leftovers).toMatchObject([
      { kind: 'group', reason: 'used by 1 account of other runs of relay', command: null },
      { kind: 'channel', command: null },
      { kind: 'tariff', command: null },
    ]);
    expect(undone.map(({ name }) => name)).toEqual(['kimi-cn-01', 'kimi-cn-02']);
    expect(holdings(sandbox)).toMatchObject({ accounts: ['kimi-cn-03'], channels: ['relay-kimi-cn-subscription'] });
  });

  it('claims no account that a later run had removed', async () => {
    await importInto(sandbox, keys, { stateDir });
    const first = await lastRun();
    await importInto(sandbox, [keys[0]!, third]);
    const { undone } = await rollbackIn(sandbox, stateDir, first);
    expect(undone.map(({ name }) => name)).toEqual(['kimi-cn-01']);
  });
});

describe('a subscription that a person gave after the run was killed', () => {
  it('is left alone by rollback, and so is what it is to (N21)', async () => {
    const kill = killAt(6, 'before');
    const options = { stateDir, targets: forUser(30), probe: 'none', between: kill.between } as const;
    await importInto(sandbox, keys, options).catch(() => undefined);
    // It was about to be given by the run, too.
    const journal = await readFile(join(stateDir, 'runs', `${await lastRun()}.jsonl`), 'utf8');
    expect(journal).toMatch(/"kind":"subscription"[^\n]*"name":"user@relay.test"[^\n]*\n$/);
    const group = [...sandbox.state.groups.values()].at(-1)!;
    const user = [...sandbox.state.users.values()].find(({ email }) => email === 'user@relay.test')!;
    const given = { user_id: user.id, group_id: group.id, validity_days: 365, notes: 'paid by invoice 4711' };
    const { id } = await send('POST', '/subscriptions/assign', given);
    await rollbackIn(sandbox, stateDir, await lastRun());
    expect(sandbox.state.subscriptions.get(id)).toMatchObject({ status: 'active', notes: 'paid by invoice 4711' });
  });
});

describe('an account that joined from outside', () => {
  it('is put back where it was when the run fails later, and nothing is left (N7)', async () => {
    await importInto(sandbox, keys);
    const [first] = sandbox.state.accounts.values();
    first!.bindings = [];
    const before = wholeState(sandbox);
    sandbox.addFault({ path: '/api/v1/admin/subscriptions/assign', nth: 2, times: 0, fault: 'status', status: 403 });
    sandbox.addFault({ path: '/api/v1/admin/subscriptions/assign', times: 1, fault: 'status', status: 403 });
    const { report } = await importInto(sandbox, keys, { targets: forUser(30) });
    expect(report).toMatchObject({ exitCode: 4, leftovers: [] });
    expect(wholeState(sandbox)).toEqual(before);
    expect(first!.bindings).toEqual([]);
  });
});
