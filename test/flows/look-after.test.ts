import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { probeClosing } from '../../src/cli/output/probe-lines.ts';
import { noJournal } from '../../src/apply/journal.ts';
import type { RunTools } from '../../src/apply/run-tools.ts';
import { readStatus } from '../../src/flows/read-status.ts';
import { probeExitCode, probePool, type ProbeJobOptions } from '../../src/flows/probe-pool.ts';
import { findManaged, removeProvider } from '../../src/flows/remove-provider.ts';
import { connectSub2api } from '../../src/host/sub2api/session/connect.ts';
import { fingerprintKey } from '../../src/keys/fingerprint.ts';
import { chooseProvider, findPack } from '../../src/pack/find-pack.ts';
import type { Provider } from '../../src/pack/manifest.ts';
import { statusSchema } from '../../src/plan/status-schema.ts';
import { startSandbox, type Sandbox } from '../support/start-sandbox.ts';
import { accessModes } from '../../src/core/modes.ts';
import { Redactor } from '../../src/core/secrets/redactor.ts';
import { Interruption, RelayError } from '../../src/core/relay-error.ts';
import { Secret } from '../../src/core/secrets/secret.ts';
import { quickClock } from '../support/clocks.ts';
import { holdings, importInto, wholeState } from '../support/import-run.ts';
import { deadKey, goodKeys as good } from '../support/keys.ts';
import { paceOf } from '../support/paces.ts';
import { settled } from '../support/builders.ts';

type GroupRow = Sandbox['state']['groups'] extends Map<number, infer Row> ? Row : never;

let sandbox: Sandbox;
let provider: Provider;
let tools: RunTools;
beforeEach(async () => {
  sandbox = await startSandbox();
  const clock = quickClock();
  const http = { baseUrl: sandbox.url, userAgent: 'relay/test', timeoutMs: 30_000, clock, redactor: new Redactor() };
  const host = await connectSub2api(http, { key: new Secret(sandbox.adminKey) });
  const { signal: stop } = new AbortController();
  tools = {
    host: host.until(stop),
    base: host,
    clock,
    emit: () => undefined,
    journal: noJournal,
    phaseOf: async () => 'unknown',
    calls: paceOf(4, clock),
    stop,
  };
  provider = settled(chooseProvider(await findPack('kimi'), undefined));
});
afterEach(() => sandbox.stop());

const account = (name: string) => [...sandbox.state.accounts.values()].find((each) => each.name === name)!;
const writes = (from: number) =>
  sandbox.requests
    .slice(from)
    .filter(({ method, path }) => method !== 'GET' && !/\/test$|sync-upstream$|^\/v1\//.test(path));

describe('relay status', () => {
  const status = async (keys: readonly string[] | null = null, notEnabled = '') =>
    statusSchema.parse(
      await readStatus(
        {
          pack: { id: 'kimi' },
          provider,
          modes: accessModes,
          keys:
            keys &&
            keys.map((key, index) => ({
              line: index + 1,
              fingerprint: fingerprintKey(new Secret(key)).fingerprint,
              enabled: key !== notEnabled,
            })),
        },
        tools,
      ),
    );

  it('of a host that holds nothing is not fine, and sends nothing but reads', async () => {
    expect(await status()).toMatchObject({ ok: false, resources: [], accounts: [], totals: { accounts: 0 } });
    expect(writes(0)).toEqual([]);
  });

  it('of both access modes tells each account, and is fine', async () => {
    await importInto(sandbox, good.slice(0, 1));
    await importInto(sandbox, good.slice(0, 1), { access: 'self_service' });
    const found = await status(good.slice(0, 1));
    expect(found).toMatchObject({
      ok: true,
      totals: { accounts: 2, serving: 2, notServing: 0, foreign: 0 },
      missingKeys: [],
    });
    const [one, other] = ['relay-kimi-cn-subscription', 'relay-kimi-cn-self-service'];
    expect(found.resources.map(({ access, kind, name, state }) => [access, kind, name, state])).toEqual([
      ['subscription', 'group', one, 'active'],
      ['subscription', 'channel', one, 'active'],
      ['subscription', 'tariff', one, 'active'],
      ['self_service', 'group', other, 'active'],
      ['self_service', 'channel', other, 'active'],
    ]);
    expect(found.accounts.map((each) => [each.access, each.name, each.state, each.inKeys])).toEqual([
      ['subscription', 'kimi-cn-01', 'serving', true],
      ['self_service', 'kimi-cn-self-01', 'serving', true],
    ]);
  });

  it('tells who has access, and counts no probe user', async () => {
    const targets = [{ asked: 'user@relay.test=30', user: { email: 'user@relay.test' }, days: 30 }];
    await importInto(sandbox, good, { targets });
    const { grants, resources } = await status();
    expect(grants).toEqual([
      { access: 'subscription', user: 'user@relay.test', userId: expect.any(String), expiresAt: expect.any(String) },
    ]);
    const group = resources.find(({ kind }) => kind === 'group');
    const of = { user_id: Number(grants[0]?.userId), group_id: Number(group?.id) };
    const given = [...sandbox.state.subscriptions.values()].find((each) => each.group_id === of.group_id);
    expect(given).toMatchObject(of);
    Object.assign(given!, { expires_at: new Date(Date.now() - 86_400_000).toISOString() });
    expect((await status()).grants).toEqual([]);
  });

  it.each<[string, string, () => void]>([
    [
      'error',
      'in error',
      () => Object.assign(account('kimi-cn-02'), { status: 'error', error_message: 'no \u001B[31m key' }),
    ],
    ['disabled', 'disabled', () => Object.assign(account('kimi-cn-02'), { status: 'inactive' })],
    ['paused_by_hand', 'paused by hand', () => Object.assign(account('kimi-cn-02'), { schedulable: false })],
    ['not_in_group', 'in no group', () => Object.assign(account('kimi-cn-02'), { bindings: [] })],
    [
      'limited',
      'rate limited',
      () =>
        Object.assign(account('kimi-cn-02'), { rate_limit_reset_at: new Date(Date.now() + 3_600_000).toISOString() }),
    ],
    ['foreign', 'without a marker', () => Object.assign(account('kimi-cn-02'), { extra: {} })],
  ])('tells an account that is %s', async (state, _, change) => {
    await importInto(sandbox, good);
    change();
    const found = await status();
    expect(found.ok).toBe(false);
    expect(found.accounts.map((each) => each.state)).toEqual(['serving', state, 'serving']);
    expect(JSON.stringify(found)).not.toContain('\u001B');
  });

  it('is fine with an account that the key file wants out of service', async () => {
    await importInto(sandbox, good);
    Object.assign(account('kimi-cn-02'), { schedulable: false });
    expect(await status(good)).toMatchObject({ ok: false, totals: { notServing: 1, notEnabled: 0 } });
    const found = await status(good, good[1]);
    expect(found).toMatchObject({ ok: true, totals: { accounts: 3, serving: 2, notServing: 0, notEnabled: 1 } });
    expect(found.accounts.map((each) => each.state)).toEqual(['serving', 'not_enabled', 'serving']);
  });

  it.each<[string, (group: GroupRow) => unknown, string[]]>([
    ['a group that is switched off', (group) => (group.status = 'inactive'), ['group switched_off']],
    [
      'a group with the managed name that lost its marker, and what belongs to it',
      (group) => (group.description = 'by hand'),
      ['group missing', 'channel missing', 'tariff missing', 'group foreign', 'channel foreign', 'tariff foreign'],
    ],
  ])('is not fine with %s', async (_, change, expected) => {
    await importInto(sandbox, good);
    change([...sandbox.state.groups.values()].find((each) => each.name.startsWith('relay-'))!);
    const found = await status();
    expect(found.ok).toBe(false);
    const told = found.resources.map(({ kind, state }) => `${kind} ${state}`);
    expect(told.filter((each) => !each.endsWith(' active'))).toEqual(expected);
  });

  it('tells an account whose key another one has by now, and no key of what is not of relay', async () => {
    await importInto(sandbox, good);
    const older = structuredClone(account('kimi-cn-01'));
    Object.assign(older.extra['relay'] as object, { run: 'earlier' });
    const id = sandbox.state.nextId('accounts');
    sandbox.state.accounts.set(id, { ...older, id });
    Object.assign(account('kimi-cn-02'), { extra: {} });
    const found = await status(good);
    expect(found.accounts.map((each) => [each.state, each.inKeys])).toEqual([
      ['serving', true],
      ['foreign', null],
      ['serving', true],
      ['superseded', true],
    ]);
  });

  it('ends when it is told to stop', async () => {
    tools = { ...tools, stop: AbortSignal.abort(new RelayError('DEADLINE_PASSED', 'Too long.')) };
    await expect(status()).rejects.toMatchObject({ code: 'DEADLINE_PASSED' });
  });

  it('shows the user that an interrupted check has left', async () => {
    await importInto(sandbox, good);
    expect(await status()).toMatchObject({ ok: true, probeUsers: [] });
    const [user] = sandbox.state.users.values();
    const id = sandbox.state.nextId('users');
    sandbox.state.users.set(id, { ...structuredClone(user!), id, email: 'relay-probe-gone@relay.invalid' });
    expect(await status()).toMatchObject({
      ok: false,
      probeUsers: [{ id: String(id), name: 'relay-probe-gone@relay.invalid' }],
    });
  });

  it('compares with a key file both ways', async () => {
    await importInto(sandbox, good.slice(0, 2));
    const found = await status(good.slice(1));
    expect(found.accounts.map((each) => each.inKeys)).toEqual([false, true]);
    expect(found).toMatchObject({ ok: false, missingKeys: [{ line: 2 }] });
  });
});

describe('relay probe', () => {
  const probe = (changes: Partial<ProbeJobOptions> = {}) =>
    probePool(
      {
        run: `probe-${tools.clock.randomHex(3)}`,
        provider: { ...provider, baseUrl: `${sandbox.vendorUrl}/v1` },
        modes: accessModes,
        repair: null,
        revive: false,
        heldOut: new Set(),
        allowMassRemoval: false,
        probe: 'auto',
        probeKey: null,
        concurrency: 4,
        gatewayWaitMs: 10_000,
        ...changes,
      },
      tools,
    );
  const kill = (name: string) => Object.assign(account(name).credentials, { api_key: 'sk-dead-xxxxxxxxxxxxxxxxxxxx9' });
  const told = ({ accounts }: Awaited<ReturnType<typeof probe>>) =>
    accounts.map(({ verdict, change }) => [verdict.account.name, verdict.validation, change]);

  it('of a pool that is well changes nothing, and leaves nothing of its own', async () => {
    await importInto(sandbox, good);
    const before = wholeState(sandbox);
    const found = await probe();
    expect(told(found).map(([, validation]) => validation)).toEqual(['passed', 'passed', 'passed']);
    expect(found.gateways).toMatchObject([{ access: 'subscription', check: { ok: true } }]);
    expect(probeExitCode(found)).toBe(0);
    expect(wholeState(sandbox)).toEqual(before);
  });

  it('of a dead account says so, and without a repair leaves it', async () => {
    await importInto(sandbox, good);
    kill('kimi-cn-02');
    const from = sandbox.requests.length;
    const found = await probe({ probe: 'none' });
    expect(told(found)).toContainEqual(['kimi-cn-02', 'failed', null]);
    expect(probeExitCode(found)).toBe(5);
    expect(writes(from)).toEqual([]);
  });

  it.each([
    ['disable', 'disabled', 3],
    ['remove', 'removed', 2],
  ] as const)('repairs: %s (N15)', async (repair, change, left) => {
    await importInto(sandbox, good, { probe: 'none' });
    kill('kimi-cn-02');
    const found = await probe({ repair });
    expect(told(found).find(([name]) => name === 'kimi-cn-02')?.[2] ?? 'disabled').toBe(change);
    expect(sandbox.state.accounts.size).toBe(left);
    if (repair === 'disable') expect(account('kimi-cn-02').schedulable).toBe(false);
  });

  it('revives what relay or the host had taken out, and nothing that a person did (N15)', async () => {
    await importInto(sandbox, good);
    Object.assign(account('kimi-cn-01'), { schedulable: false });
    Object.assign(account('kimi-cn-02'), { schedulable: false, status: 'error' });
    Object.assign(account('kimi-cn-03'), { schedulable: false });
    Object.assign(account('kimi-cn-03').extra, { relay_paused: true });
    const found = await probe({ revive: true });
    expect(told(found)).toEqual([
      ['kimi-cn-01', 'passed', null],
      ['kimi-cn-02', 'passed', 'revived'],
      ['kimi-cn-03', 'passed', 'revived'],
    ]);
    expect(account('kimi-cn-01').schedulable).toBe(false);
  });

  it('of one that the host had taken out and that works leaves it so, and knows the next time that no person did it', async () => {
    await importInto(sandbox, good);
    const before = sandbox.requests.length;
    Object.assign(account('kimi-cn-02'), { schedulable: false, status: 'error' });
    const found = await probe({ probe: 'none' });
    expect(found.accounts.map(({ byHost, idle, change }) => [byHost, idle, change])).toEqual([
      [null, null, null],
      ['lifted', 'revivable', null],
      [null, null, null],
    ]);
    expect(writes(before)).toEqual([]);
    expect(account('kimi-cn-02')).toMatchObject({ schedulable: false, status: 'active' });
    // One that somebody paused looks the same.
    expect(told(await probe({ revive: true }))).toContainEqual(['kimi-cn-02', 'passed', null]);
    const heldOut = new Set([String(account('kimi-cn-02').id)]);
    expect(told(await probe({ revive: true, heldOut }))).toContainEqual(['kimi-cn-02', 'passed', 'revived']);
  });

  it('says of one that the host took out for its test that it did', async () => {
    await importInto(sandbox, good);
    kill('kimi-cn-02');
    const found = await probe({ probe: 'none' });
    const took = account('kimi-cn-02').status === 'error';
    expect(found.accounts[1]).toMatchObject({ byHost: took ? 'took_out' : null, change: null });
    expect(probeClosing(found).join('\n')).toContain(took ? 'host itself take 1 account out' : 'what it held before');
  });

  it('removes nothing for a test that could not be carried out: a removed key is lost', async () => {
    await importInto(sandbox, good, { probe: 'none' });
    sandbox.addFault({ path: '/api/v1/admin/accounts/*/models', times: 0, fault: 'status', status: 500 });
    for (const repair of ['remove', 'disable'] as const) {
      const found = await probe({ repair, probe: 'none', allowMassRemoval: true });
      expect(found.accounts.map(({ verdict, change }) => [verdict.code, change])).toEqual(
        good.map(() => ['TEST_ERROR', null]),
      );
    }
    expect([...sandbox.state.accounts.values()].map((each) => each.schedulable)).toEqual([true, true, true]);
  });

  it('removes no more than half of the accounts unless that is allowed', async () => {
    await importInto(sandbox, good, { probe: 'none' });
    kill('kimi-cn-01');
    kill('kimi-cn-02');
    const held = await probe({ repair: 'remove', probe: 'none' });
    expect(held.problems).toMatchObject([{ code: 'MASS_REMOVAL' }]);
    expect(probeExitCode(held)).toBe(5);
    expect(sandbox.state.accounts.size).toBe(3);
    await probe({ repair: 'remove', probe: 'none', allowMassRemoval: true });
    expect(holdings(sandbox)).toMatchObject({ accounts: ['kimi-cn-03'] });
  });

  it('lets alone what a person has disabled, and says so', async () => {
    await importInto(sandbox, good);
    Object.assign(account('kimi-cn-02'), { status: 'inactive' });
    const found = await probe({ repair: 'remove', revive: true });
    expect(told(found)).toContainEqual(['kimi-cn-02', 'not_tried', null]);
    expect(probeExitCode(found)).toBe(0);
    expect(account('kimi-cn-02').status).toBe('inactive');
  });

  it('names what works and serves nobody', async () => {
    await importInto(sandbox, good);
    Object.assign(account('kimi-cn-01'), { bindings: [] });
    Object.assign(account('kimi-cn-03'), { schedulable: false });
    Object.assign(account('kimi-cn-03').extra, { relay_paused: true });
    const found = await probe();
    expect(found.accounts.map((each) => each.idle)).toEqual(['not_in_group', null, 'revivable']);
  });

  it('says 7 where the group is gone', async () => {
    await importInto(sandbox, good);
    for (const group of sandbox.state.groups.values()) group.description = 'by hand';
    const found = await probe();
    expect(found.gateways).toMatchObject([
      { check: { ok: false, message: 'What is managed for subscription access is missing.' } },
    ]);
    expect(probeExitCode(found)).toBe(7);
  });

  it('finds out before the first test that there is no key for the gateway (N10)', async () => {
    await importInto(sandbox, good);
    const from = sandbox.requests.length;
    await expect(probe({ probe: 'find', repair: 'disable' })).rejects.toMatchObject({ code: 'PROBE_KEY_IMPOSSIBLE' });
    await importInto(sandbox, good, { access: 'self_service' });
    const later = sandbox.requests.length;
    await expect(probe({ probeKey: new Secret('sk-user-0000000000000000') })).rejects.toMatchObject({ code: 'USAGE' });
    const sent = [...sandbox.requests.slice(from, from + 8), ...sandbox.requests.slice(later)];
    expect(sent.filter(({ path }) => path.endsWith('/test'))).toEqual([]);
  });

  it.each([
    ['the gateway is asked', '/v1/chat/completions', 'SIGTERM', 143],
    ['the probe user is made', '/api/v1/admin/users', 'SIGINT', 130],
  ] as const)('stopped while %s: tells what was tested, and leaves nothing', async (_, path, signal, exitCode) => {
    await importInto(sandbox, good, { probe: 'none' });
    const before = wholeState(sandbox);
    const stop = new AbortController();
    tools = { ...tools, stop: stop.signal };
    sandbox.addFault({ method: 'POST', path, times: 0, fault: 'status', status: 503 });
    tools.emit = (event) => {
      if (event.type === 'retry') stop.abort(new Interruption(signal));
    };
    const found = await probe();
    expect(found).toMatchObject({ gateways: [], leftovers: [], aborted: { code: 'INTERRUPTED' } });
    expect(told(found).map(([, validation]) => validation)).toEqual(['passed', 'passed', 'passed']);
    expect(probeExitCode(found)).toBe(exitCode);
    expect(wholeState(sandbox)).toEqual(before);
  });

  it('names a probe user that stays, also after an error', async () => {
    await importInto(sandbox, good, { probe: 'none' });
    sandbox.addFault({ method: 'POST', path: '/api/v1/keys', times: 0, fault: 'status', status: 403 });
    sandbox.addFault({ method: 'DELETE', path: '/api/v1/admin/users/*', times: 0, fault: 'status', status: 403 });
    const found = await probe();
    expect(found).toMatchObject({ aborted: { code: 'WRITE_REFUSED' }, leftovers: [{ kind: 'user' }] });
    expect(probeExitCode(found)).toBe(6);
  });

  it('leaves no staging group when one of many last proofs cannot be made (N13)', async () => {
    await sandbox.stop();
    sandbox = await startSandbox({ hostVersion: '0.1.129' });
    const http = { baseUrl: sandbox.url, userAgent: 'relay/test', timeoutMs: 30_000, clock: tools.clock };
    const host = await connectSub2api({ ...http, redactor: new Redactor() }, { key: new Secret(sandbox.adminKey) });
    tools = { ...tools, host, base: host };
    const many = Array.from({ length: 24 }, (_, index) => `sk-good-aaaaaaaaaaaaaaaaa${100 + index}`);
    await importInto(sandbox, many, {
      vendorPath: '/chat-only/v1',
      mode: 'partial',
      keyCheck: 'none',
      probe: 'none',
      failed: 'keep',
    });
    const before = wholeState(sandbox);
    sandbox.addFault({ method: 'POST', path: '/api/v1/keys', nth: 2, times: 1, fault: 'status', status: 403 });
    const found = await probe({ provider: { ...provider, keyCheck: 'none' } });
    expect(found).toMatchObject({ aborted: { code: 'WRITE_REFUSED' }, leftovers: [] });
    expect(found.accounts).toHaveLength(24);
    expect(wholeState(sandbox)).toEqual(before);
  });

  it('is refused where there is nothing to test', async () => {
    await expect(probe()).rejects.toMatchObject({ code: 'NOT_THERE', exitCode: 2 });
  });

  it('says 7 when the gateway does not answer, or no account works', async () => {
    await importInto(sandbox, [deadKey], { mode: 'partial' });
    expect(probeExitCode(await probe())).toBe(7);
    await importInto(sandbox, good);
    sandbox.addFault({ path: '/v1/chat/completions', times: 0, fault: 'status', status: 500 });
    const found = await probe();
    expect(probeExitCode(found)).toBe(7);
    expect([...sandbox.state.users.values()].some((user) => user.email.startsWith('relay-probe'))).toBe(false);
  });
});

describe('relay remove', () => {
  const remove = async () => removeProvider(await findManaged(provider, accessModes, tools), tools);

  it('takes everything off in the order in which nothing dangles, and is safe to repeat', async () => {
    const before = wholeState(sandbox);
    const target = [{ asked: 'user@relay.test', user: { email: 'user@relay.test' }, days: 7 }];
    await importInto(sandbox, good, { targets: target });
    await importInto(sandbox, good, { access: 'self_service' });
    const from = sandbox.requests.length;
    const found = await remove();
    expect(found).toMatchObject({ shared: [], leftovers: [] });
    expect(wholeState(sandbox)).toEqual(before);
    const kinds = sandbox.requests
      .slice(from)
      .filter((request) => request.method === 'DELETE')
      .map(({ path }) => /admin\/(?:payment\/)?(\w+)/.exec(path)?.[1]);
    expect([...new Set(kinds.slice(0, 7))]).toEqual(['plans', 'channels', 'subscriptions', 'accounts', 'groups']);
    expect(await remove()).toEqual({ removed: [], shared: [], leftovers: [] });
  });

  it('leaves what others use, and names it (N4)', async () => {
    await importInto(sandbox, good);
    const mine = account('kimi-cn-01');
    const id = sandbox.state.nextId('accounts');
    sandbox.state.accounts.set(id, { ...structuredClone(mine), id, name: 'theirs', extra: {} });
    const found = await remove();
    expect(found.shared.map((each) => each.kind)).toEqual(['tariff', 'channel', 'group']);
    expect(found.leftovers).toEqual([]);
    expect(holdings(sandbox)).toMatchObject({
      accounts: ['theirs'],
      groups: ['default', 'relay-kimi-cn-subscription'],
    });
  });

  it('says what is gone, and what is not, where it was told to stop in its midst', async () => {
    await importInto(sandbox, good);
    await importInto(sandbox, good, { access: 'self_service' });
    const stop = new AbortController();
    const emit: typeof tools.emit = (event) => {
      // Between the access modes.
      if (event.type === 'stage-finished') stop.abort(new Interruption('SIGINT'));
    };
    const stopped = { ...tools, emit, stop: stop.signal };
    const ended = removeProvider(await findManaged(provider, accessModes, tools), stopped);
    await expect(ended).rejects.toMatchObject({
      code: 'INTERRUPTED',
      exitCode: 130,
      holds: expect.stringMatching(/^\d objects were removed, the rest was not\.$/) as unknown,
    });
    expect(sandbox.state.accounts.size).toBe(good.length);
  });

  it('lets a channel go that also holds groups of others', async () => {
    await importInto(sandbox, good);
    const [channel] = [...sandbox.state.channels.values()];
    const [other] = [...sandbox.state.groups.values()];
    channel!.group_ids = [...channel!.group_ids, other!.id];
    const found = await remove();
    expect(found).toMatchObject({ shared: [{ kind: 'channel' }], leftovers: [] });
    expect(sandbox.state.channels.get(channel!.id)?.group_ids).toEqual([other!.id]);
  });

  it('names what could not be removed, with the command, and keeps the group', async () => {
    await importInto(sandbox, good);
    sandbox.addFault({ method: 'DELETE', path: '/api/v1/admin/accounts/*', times: 0, fault: 'status', status: 403 });
    const found = await remove();
    expect(found.leftovers.map((each) => each.kind)).toEqual(['account', 'account', 'account']);
    expect(holdings(sandbox)).toMatchObject({ groups: ['default', 'relay-kimi-cn-subscription'] });
  });
});
