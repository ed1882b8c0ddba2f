import { describe, expect, it } from 'vitest';
import { newApis } from '../../support/sandboxes.ts';
import { ask, logIn, makeChannel, openGroup } from './client.ts';

const open = newApis();

describe.each(['A', 'B'] as const)('people of new-api %s', (hostVersion) => {
  it('begins without any when nobody has set it up', async () => {
    const host = await open({ hostVersion, needsSetup: true });
    expect((await ask(host, 'GET', '/api/status')).data).toMatchObject({ setup: false, version: 'v0.0.0' });
    expect((await ask(host, 'GET', '/api/setup')).data).toMatchObject({ status: false, root_init: false });
    const root = { username: 'boss', password: 'password1', confirmPassword: 'password1' };
    expect((await ask(host, 'POST', '/api/setup', root)).body.success).toBe(true);
    expect((await ask(host, 'GET', '/api/status')).data.setup).toBe(true);
    expect(host.state.users.get(1)).toMatchObject({ username: 'boss', role: 100 });
  });

  it('wants the id of the user beside the token, or takes no notice of it', async () => {
    const host = await open({ hostVersion });
    for (const headers of [{}, { 'new-api-user': '7' }] as Record<string, string>[]) {
      const { status } = await ask(host, 'GET', '/api/channel/', undefined, {
        authorization: `Bearer ${host.adminKey}`,
        ...headers,
      });
      expect(status).toBe(hostVersion === 'A' ? 401 : 200);
    }
  });

  it('keeps a user from what an admin may, and an admin from what root may', async () => {
    const host = await open({ hostVersion });
    const [common, admin] = [await logIn(host, 'common', hostVersion), await logIn(host, 'admin', hostVersion)];
    const kept = { status: hostVersion === 'A' ? 200 : 403, body: { success: false } };
    expect(await ask(host, 'GET', '/api/channel/', undefined, common)).toMatchObject(kept);
    expect(await ask(host, 'GET', '/api/option/', undefined, admin)).toMatchObject(kept);
    expect((await ask(host, 'GET', '/api/channel/', undefined, admin)).body.success).toBe(true);
    expect((await ask(host, 'GET', '/api/group/', undefined, admin)).body.success).toBe(true);
  });

  it('stops a login at a second factor, and at what only a browser passes', async () => {
    const host = await open({ hostVersion, settings: { require_2fa: true } });
    const credentials = { username: host.adminName, password: host.adminPassword };
    const login = () => ask(host, 'POST', '/api/user/login', credentials, {});
    expect((await login()).body).toMatchObject({ success: true, data: { require_2fa: true } });
    host.settings.turnstile_check = true;
    expect((await login()).body).toMatchObject({ success: false });
    expect((await ask(host, 'GET', '/api/status')).data.turnstile_check).toBe(true);
  });

  it('finds a user by name, moves it at once, and empties what a change leaves out', async () => {
    const host = await open({ hostVersion });
    const made = await ask(host, 'POST', '/api/user/', { username: 'ann', password: 'password1', display_name: 'Ann' });
    expect(made.body).toEqual({ message: '', success: true });
    const find = async () => (await ask(host, 'GET', '/api/user/search?keyword=ann')).data.items[0];
    const { id } = await find();
    await ask(host, 'PUT', '/api/user/', { id, username: 'ann', display_name: 'Ann', group: 'team', quota: 9 });
    expect(await find()).toMatchObject({ group: 'team', display_name: 'Ann', quota: 0 });
    await ask(host, 'PUT', '/api/user/', { id, username: 'ann' });
    expect(await find()).toMatchObject({ group: '', display_name: '' });
    await ask(host, 'POST', '/api/user/manage', { id, action: 'add_quota', mode: 'add', value: 5 });
    expect((await find()).quota).toBe(5);
    await ask(host, 'DELETE', `/api/user/${id}`);
    expect(await find()).toBeUndefined();
  });

  it('gives plans after a person has confirmed the terms, each time one more', async () => {
    const host = await open({ hostVersion, complianceGate: true });
    await openGroup(host);
    const plan = { title: 'p', duration_unit: 'day', duration_value: 30, upgrade_group: 'team', enabled: false };
    const plans = '/api/subscription/admin/plans';
    expect((await ask(host, 'POST', plans, { plan })).body.success).toBe(false);
    const root = await logIn(host, 'root', hostVersion);
    await ask(host, 'POST', '/api/option/payment_compliance', { confirmed: true }, root);
    expect((await ask(host, 'POST', plans, { plan: { ...plan, upgrade_group: 'nope' } })).body.success).toBe(false);
    const { data } = await ask(host, 'POST', plans, { plan });
    expect(data).toMatchObject({ enabled: true, upgrade_group: 'team' });
    await ask(host, 'PATCH', `${plans}/${data.id}`, { enabled: false });
    expect((await ask(host, 'GET', plans)).data[0].plan.enabled).toBe(false);
    const [user] = [...host.state.users.values()].filter(({ role }) => role === 1);
    const given = `/api/subscription/admin/users/${user?.id}/subscriptions`;
    for (const _ of [1, 2]) await ask(host, 'POST', given, { plan_id: data.id });
    const [second, first] = (await ask(host, 'GET', given)).data;
    expect([first, second].map(({ subscription }) => subscription.prev_user_group)).toEqual(['default', '']);
    expect(user?.group).toBe('team');
    const end = (id: number) => ask(host, 'POST', `/api/subscription/admin/user_subscriptions/${id}/invalidate`, {});
    await end(second.subscription.id);
    expect(user?.group).toBe('team');
    await end(first.subscription.id);
    expect(user?.group).toBe('default');
  });
});

describe('an admin of B', () => {
  it('makes, removes and redirects channels only with a permission of its own', async () => {
    const host = await open();
    const admin = await logIn(host, 'admin', 'B');
    const { id } = await makeChannel(host);
    const create = () => ask(host, 'POST', '/api/channel/', { mode: 'single', channel: { key: 'sk-x' } }, admin);
    expect([
      (await create()).status,
      (await ask(host, 'DELETE', `/api/channel/${id}`, undefined, admin)).status,
    ]).toEqual([403, 403]);
    const change = async (what: object) =>
      (await ask(host, 'PUT', '/api/channel/', { id, ...what }, admin)).body.success as boolean;
    expect([await change({ group: 'x' }), await change({ key: 'sk-y' })]).toEqual([true, false]);
    const of = [...host.state.users.values()].find(({ username }) => username === 'admin');
    const admin_permissions = { channel: { sensitive_write: true } };
    await ask(host, 'PUT', '/api/user/', { id: of?.id, username: 'admin', group: 'default', admin_permissions });
    expect([(await create()).body.success, await change({ key: 'sk-y' })]).toEqual([true, true]);
  });
});

describe('a host of a newer form', () => {
  it('says by its status what the others say by a word alone', async () => {
    const host = await open({ settings: { newer_form: true } });
    const create = (key: string) => ask(host, 'POST', '/api/channel/', { mode: 'single', channel: { key } });
    expect([(await create('sk-a')).status, (await create('')).status]).toEqual([201, 400]);
    expect((await create('')).body).toMatchObject({ code: 'channel_validation_failed', success: false });
    expect((await ask(host, 'DELETE', '/api/channel/9999')).body).toMatchObject({ code: 'channel_not_found' });
    const [made] = (await ask(host, 'GET', '/api/channel/')).data.items;
    expect((await ask(host, 'DELETE', `/api/channel/${made.id}`)).status).toBe(200);
  });
});

describe('the status of a channel', () => {
  it('is switched by PUT in A', async () => {
    const host = await open({ hostVersion: 'A' });
    const { id } = await makeChannel(host);
    expect((await ask(host, 'PUT', '/api/channel/', { id, status: 2 })).data.status).toBe(2);
    expect((await ask(host, 'POST', `/api/channel/${id}/status`, { status: 1 })).status).toBe(404);
  });

  it('is switched by a route in B, once the cache knows the channel', async () => {
    const host = await open();
    const { id } = await makeChannel(host, { status: 2 });
    const switchOn = async () => (await ask(host, 'POST', `/api/channel/${id}/status`, { status: 1 })).data as boolean;
    expect(await switchOn()).toBe(false);
    await ask(host, 'PUT', '/api/channel/', { id });
    expect([await switchOn(), await switchOn()]).toEqual([true, false]);
    const { data } = await ask(host, 'GET', `/api/channel/${id}`);
    expect([data.status, JSON.parse(data.other_info).status_reason]).toEqual([1, 'manual operation']);
    const many = { ids: [id, 9999], status: 2 };
    expect((await ask(host, 'POST', '/api/channel/status/batch', many)).data).toBe(1);
  });
});

describe('faults on a new-api', () => {
  it('are played as on the other kind, an echo with all that is known', async () => {
    const path = '/api/channel/';
    const host = await open({
      faults: [
        { method: 'POST', path, fault: 'drop-after' },
        { method: 'GET', path, nth: 2, fault: 'echo', spelling: 'plain' },
      ],
    });
    const body = { mode: 'single', channel: { key: 'sk-known', name: 'lost' } };
    await expect(ask(host, 'POST', path, body)).rejects.toThrow();
    expect((await ask(host, 'GET', path)).data.total).toBe(1);
    const echoed = await ask(host, 'GET', path);
    for (const secret of ['sk-known', host.adminKey, host.adminPassword]) expect(echoed.text).toContain(secret);
  });
});
