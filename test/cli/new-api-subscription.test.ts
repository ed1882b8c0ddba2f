import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { statusSchema } from '../../src/plan/status-schema.ts';
import { addUser } from '../../src/sandbox/new-api/people/add-user.ts';
import type { Plan, Subscription, User } from '../../src/sandbox/new-api/rows.ts';
import { workplace, type Workplace } from '../support/binary.ts';
import { importKeys, hostEnv } from '../support/whole-runs.ts';
import { startNewApi, type NewApi } from '../support/start-sandbox.ts';

let place: Workplace;
let host: NewApi;
beforeEach(async () => {
  place = await workplace();
});
afterEach(async () => {
  await host.stop();
  await place.remove();
});

const name = 'relay-kimi-cn-subscription';
const channels = () => [...host.state.channels.values()];
const plans = () => [...host.state.plans.values()];
const running = () => [...host.state.subscriptions.values()].filter(({ status }) => status === 'active');
const writes = () => host.requests.filter(({ method }) => method !== 'GET').length;
const userOf = (email = host.userEmail): User => {
  const user = [...host.state.users.values()].find((each) => each.email === email);
  if (user === undefined) throw new Error('there is no user');
  return user;
};

const env = (adminKey = host.adminKey) => hostEnv(place, host, adminKey);
const relay = (command: string, ...args: string[]) => place.run([command, '--pack', 'kimi', ...args], { env: env() });
const rollback = async () => {
  const { run } = await place.report();
  return place.run(['rollback', run.id, '--yes'], { env: env() });
};
const importing = (words: readonly string[], ...args: string[]) => importKeys(place, host, 'subscription', words, args);
const bySubscription = (words: readonly string[], ...args: string[]) =>
  importing(words, '--user', host.userEmail, ...args);

/** A plan of others, which the user has. */
function otherPlan(group: string): Subscription {
  const id = host.state.nextId('plans');
  host.state.plans.set(id, { ...(plans()[0] as Plan), id, title: 'VIP', subtitle: '', upgrade_group: group });
  const [row] = [...host.state.subscriptions.values()];
  const own = { id: host.state.nextId('subscriptions'), plan_id: id, upgrade_group: group, prev_user_group: '' };
  const given = { ...(row as Subscription), ...own, status: 'active', end_time: Date.now() / 1000 + 86_400 };
  host.state.subscriptions.set(given.id, given);
  return given;
}

describe.each(['A', 'B'] as const)('subscription access on new-api %s', (hostVersion) => {
  beforeEach(async () => {
    host = await startNewApi({ hostVersion });
  });

  it('gives a subscription by a plan, made once all is proven, to whom alone the group is open', async () => {
    const user = userOf();
    Object.assign(user, { group: 'vip', remark: 'pays late' });
    // Nothing is proven, so that no plan is made, which nobody could take away.
    expect((await bySubscription(['good-one', 'dead-two'])).exitCode).toBe(4);
    expect([plans(), user.group, user.remark]).toEqual([[], 'vip', 'pays late']);
    host.requests.length = 0;
    const { exitCode, stdout } = await bySubscription(['good-one', 'good-two']);
    expect([exitCode, stdout]).toEqual([0, expect.stringContaining('access for user@relay.test: created until 2')]);
    expect(plans()).toMatchObject([{ title: name, upgrade_group: name, enabled: false, duration_unit: 'day' }]);
    expect(user).toMatchObject({ group: name, remark: 'pays late' });
    expect(host.state.options.get('UserUsableGroups')).not.toContain(name);
    const asked = host.requests.map(({ method, path }) => `${method} ${path}`);
    expect(asked.lastIndexOf('POST /v1/chat/completions')).toBeLessThan(
      asked.indexOf('POST /api/subscription/admin/plans'),
    );
    // The user who proved it is gone, with what it asked with.
    expect([...host.state.users.values()].map(({ username }) => username)).toEqual(['root', 'user']);
    expect(host.state.tokens.size).toBe(0);
    const sent = writes();
    expect((await bySubscription(['good-one', 'good-two'])).stdout).toContain('Nothing to do');
    expect(writes()).toBe(sent);
    const status = statusSchema.parse(JSON.parse((await relay('status', '--output', 'json')).stdout));
    expect(status.resources.map(({ kind, state }) => [kind, state])).toEqual([
      ['group', 'active'],
      ['prices', 'active'],
      ['tariff', 'active'],
    ]);
    const removed = await relay('remove', '--yes');
    expect(removed).toMatchObject({ exitCode: 0, stdout: expect.stringContaining('deletes no plan') as unknown });
    expect([plans()[0]?.upgrade_group, user.group, user.remark]).toEqual(['', 'vip', 'pays late']);
    expect([...host.state.options.values()].join()).not.toContain(name);
    // It is used again, instead of one more.
    expect((await bySubscription(['good-one'])).exitCode).toBe(0);
    expect(plans()).toMatchObject([{ upgrade_group: name, enabled: false }]);
  });

  it('names the plan of a run that is undone, since none is ever deleted', async () => {
    expect((await importing(['good-one'])).exitCode).toBe(0);
    const undone = await rollback();
    expect(undone.exitCode).toBe(6);
    expect(undone.stdout + undone.stderr).toContain('this host deletes no plan');
    expect(plans()).toMatchObject([{ upgrade_group: '', enabled: false }]);
    expect([...host.state.options.values()].join()).not.toContain('relay-kimi-cn-subscription');
    expect(channels()).toEqual([]);
  });

  it('can make no key for a group that is open to some alone where nobody logs in by password', async () => {
    host.settings.password_login = false;
    const { exitCode, stderr } = await importing(['good-one']);
    expect([exitCode, stderr]).toEqual([3, expect.stringContaining('PROBE_KEY_IMPOSSIBLE')]);
    expect(writes()).toBe(0);
    expect((await importing(['good-one'], '--probe', 'none')).exitCode).toBe(0);
    const doctor = await relay('doctor');
    expect(doctor.stdout.replaceAll(/\s+/g, ' ')).toContain('no key for it with subscription access');
  });

  it('takes nobody for a user of its own who only bears such a name', async () => {
    addUser(host.state, { username: 'relay-bob', display_name: 'probe team', password: 'x', created_at: 1 });
    addUser(host.state, { username: 'relay-111500-abcdef', display_name: 'probe 20261129-', password: 'x', role: 10 });
    expect((await bySubscription(['good-one'])).exitCode).toBe(0);
    expect([...host.state.users.values()].map(({ username }) => username)).toEqual(
      expect.arrayContaining(['relay-bob', 'relay-111500-abcdef']),
    );
  });

  it('hands a user back whom the host leaves where they are, since another plan of theirs runs', async () => {
    await bySubscription(['good-one']);
    await rollback();
    const other = otherPlan('vip');
    userOf().group = 'vip';
    expect((await bySubscription(['good-one'])).exitCode).toBe(0);
    expect(userOf().group).toBe(name);
    expect((await relay('remove', '--yes')).exitCode).toBe(0);
    expect([userOf().group, running().map(({ id }) => id)]).toEqual(['vip', [other.id]]);
  });

  it('ends the plan of a user who was moved since, and does not move them', async () => {
    await bySubscription(['good-one']);
    userOf().group = 'vip';
    const { exitCode, stderr } = await bySubscription(['good-one']);
    expect([exitCode, stderr]).toEqual([2, expect.stringContaining('USER_ELSEWHERE')]);
    expect((await rollback()).exitCode).toBe(6);
    expect([running(), userOf().group]).toEqual([[], 'vip']);
  });

  it('hands a user back into no group that goes as well', async () => {
    await importing(['good-one'], '--access', 'self-service', '--user', host.userEmail);
    await bySubscription(['good-two']);
    expect((await relay('remove', '--yes')).exitCode).toBe(0);
    expect([userOf().group, userOf().remark, channels()]).toEqual(['default', '', []]);
  });

  it('knows its group to an admin by the plan, and lets no admin take it away', async () => {
    await bySubscription(['good-one']);
    const ada = addUser(host.state, {
      username: 'ada',
      password: 'x',
      role: 10,
      access_token: 'token-of-ada',
      sensitive_write: true,
    });
    const asAdmin = (command: string, ...args: string[]) =>
      place.run([command, '--pack', 'kimi', '--admin-user', String(ada.id), ...args], {
        env: env('token-of-ada'),
      });
    expect((await asAdmin('status')).stdout).toContain('1 of 1 account serves');
    const removed = await asAdmin('remove', '--yes');
    expect([removed.exitCode, removed.stderr]).toEqual([3, expect.stringContaining('only root')]);
    expect(channels()).toHaveLength(1);
  });

  it('takes its plan off sale also where somebody is in the group whom it did not put there', async () => {
    await bySubscription(['good-one']);
    const [plan] = plans();
    if (plan === undefined) throw new Error('there is no plan');
    plan.enabled = true;
    const other = addUser(host.state, { username: 'eve', email: 'eve@relay.test', password: 'x', group: name });
    expect((await relay('remove', '--dry-run')).stdout).toContain('1 user whom relay did not put there');
    expect((await relay('remove', '--yes')).exitCode).toBe(5);
    expect([plan.enabled, plan.upgrade_group, other.group, userOf().group]).toEqual([false, '', name, 'default']);
    expect(host.state.options.get('GroupRatio')).toContain(name);
  });

  it('keeps a plan that users of a later run have', async () => {
    await bySubscription(['good-one']);
    const first = (await place.report()).run.id;
    addUser(host.state, { username: 'eve', email: 'eve@relay.test', password: 'x' });
    await importing(['good-one'], '--user', 'eve@relay.test');
    const { exitCode, stderr } = await place.run(['rollback', first, '--yes'], { env: env() });
    expect([exitCode, stderr]).toEqual([6, expect.stringContaining('used by 1 user')]);
    expect(plans()).toMatchObject([{ upgrade_group: name }]);
    expect((await relay('remove', '--yes')).exitCode).toBe(0);
    expect([running(), userOf('eve@relay.test').group]).toEqual([[], 'default']);
  });

  it('goes on with a plan that could not be taken out of use, and makes a new one where a person took it', async () => {
    await bySubscription(['good-one']);
    host.state.options.set('payment_setting.compliance_confirmed', 'false');
    const stuck = await relay('remove', '--yes');
    expect([stuck.exitCode, stuck.stderr]).toEqual([6, expect.stringContaining('/api/subscription/admin/plans')]);
    host.state.options.set('payment_setting.compliance_confirmed', 'true');
    expect((await relay('remove', '--yes')).exitCode).toBe(0);
    expect(plans()).toMatchObject([{ upgrade_group: '', enabled: false }]);
    Object.assign(plans()[0] ?? {}, { upgrade_group: 'vip', price_amount: 12.5 });
    expect((await bySubscription(['good-one'])).exitCode).toBe(0);
    expect(plans()).toMatchObject([{ upgrade_group: 'vip', price_amount: 12.5 }, { upgrade_group: name }]);
  });
});
