import { describe, expect, it } from 'vitest';
import type { Sandbox } from '../support/start-sandbox.ts';
import { sandboxes } from '../support/sandboxes.ts';
import { ask, openAccount, openGroup, seeded } from './sandbox-client.ts';

const openSandbox = sandboxes();

const admin = '/api/v1/admin';

describe('groups', () => {
  it('reads absent, null, text and negative limits in their own ways, and clears them on PUT', async () => {
    const sandbox = await openSandbox();
    const limits = { daily_limit_usd: 5, weekly_limit_usd: '10', monthly_limit_usd: null };
    const { data } = await ask(sandbox, 'POST', `${admin}/groups`, { name: 'a', rate_multiplier: 1, ...limits });
    expect(data).toMatchObject({
      platform: 'anthropic',
      daily_limit_usd: 5,
      weekly_limit_usd: 10,
      monthly_limit_usd: 0,
    });
    const put = await ask(sandbox, 'PUT', `${admin}/groups/${data.id}`, {
      rate_multiplier: 1.23456,
      daily_limit_usd: -1,
    });
    expect(put.data).toMatchObject({
      rate_multiplier: 1.2346,
      daily_limit_usd: null,
      weekly_limit_usd: null,
      monthly_limit_usd: null,
    });
    expect((await ask(sandbox, 'PUT', `${admin}/groups/${data.id}`, { rate_multiplier: 0 })).status).toBe(500);
  });

  it('refuses a taken name, which a delete frees again', async () => {
    const sandbox = await openSandbox();
    const body = { name: 'a', rate_multiplier: 1 };
    const { data } = await ask(sandbox, 'POST', `${admin}/groups`, body);
    expect((await ask(sandbox, 'POST', `${admin}/groups`, body)).body).toEqual({
      code: 409,
      message: 'group name already exists',
      reason: 'GROUP_EXISTS',
    });
    await ask(sandbox, 'DELETE', `${admin}/groups/${data.id}`);
    expect((await ask(sandbox, 'DELETE', `${admin}/groups/${data.id}`)).status).toBe(404);
    expect((await ask(sandbox, 'POST', `${admin}/groups`, body)).status).toBe(200);
  });

  it('falls back to 20 rows a page, searches by substring, and shows an empty page behind the end', async () => {
    const sandbox = await openSandbox();
    for (const name of ['team-a', 'team-b', 'other'])
      await ask(sandbox, 'POST', `${admin}/groups`, { name, rate_multiplier: 1, description: 'Blue' });
    expect((await ask(sandbox, 'GET', `${admin}/groups?page_size=5000`)).data).toMatchObject({
      page_size: 20,
      total: 4,
    });
    expect((await ask(sandbox, 'GET', `${admin}/groups?search=TEAM`)).data.total).toBe(2);
    expect((await ask(sandbox, 'GET', `${admin}/groups?search=blue&page_size=1000`)).data).toMatchObject({
      page_size: 1000,
      total: 3,
    });
    expect((await ask(sandbox, 'GET', `${admin}/groups?page=9`)).data).toMatchObject({ items: [], page: 9, pages: 1 });
  });
});

describe('channels', () => {
  it('gives a group to one channel only, replaces lists on PUT, and changes price ids', async () => {
    const sandbox = await openSandbox();
    const { groupId } = await openGroup(sandbox);
    const pricing = [{ platform: 'openai', models: ['m'], input_price: 0.0000012345678912345 }];
    const { data } = await ask(sandbox, 'POST', `${admin}/channels`, {
      name: 'c',
      group_ids: [groupId],
      model_pricing: pricing,
    });
    expect(data.model_pricing[0].input_price).toBe(0.000001234568);
    expect((await ask(sandbox, 'POST', `${admin}/channels`, { name: 'd', group_ids: [groupId] })).body.reason).toBe(
      'GROUP_ALREADY_IN_CHANNEL',
    );
    expect((await ask(sandbox, 'POST', `${admin}/channels`, { name: 'c' })).body.reason).toBe('CHANNEL_EXISTS');
    const twice = [seeded(sandbox).group.id, seeded(sandbox).group.id];
    expect((await ask(sandbox, 'POST', `${admin}/channels`, { name: 'd', group_ids: twice })).status).toBe(500);
    const path = `${admin}/channels/${data.id}`;
    const kept = await ask(sandbox, 'PUT', path, { model_pricing: null, description: 'x' });
    expect(kept.data).toMatchObject({
      group_ids: [groupId],
      description: 'x',
      model_pricing: [{ id: data.model_pricing[0].id }],
    });
    const replaced = await ask(sandbox, 'PUT', path, { model_pricing: pricing, group_ids: [] });
    expect(replaced.data.group_ids).toEqual([]);
    expect(replaced.data.model_pricing[0].id).not.toBe(data.model_pricing[0].id);
  });

  it.each([
    ['MODEL_PATTERN_CONFLICT', { model_pricing: [{ platform: 'openai', models: ['gpt-*', 'GPT-5.4'] }] }],
    ['MODEL_PATTERN_CONFLICT', { model_pricing: [{ models: ['a'] }, { models: ['A'] }] }],
    ['MAPPING_PATTERN_CONFLICT', { model_mapping: { openai: { 'k-*': 'a', 'k-1': 'b' } } }],
    ['NEGATIVE_PRICE', { model_pricing: [{ models: ['a'], input_price: -1 }] }],
    ['BILLING_MODE_MISSING_PRICE', { model_pricing: [{ models: ['a'], billing_mode: 'per_request' }] }],
    [
      'INTERVAL_MISSING_PRICE',
      { model_pricing: [{ models: ['a'], intervals: [{ min_tokens: 0, max_tokens: null }] }] },
    ],
    [
      'INVALID_PRICING_INTERVALS',
      { model_pricing: [{ models: ['a'], intervals: [{ min_tokens: 5, max_tokens: 5, input_price: 1 }] }] },
    ],
  ])('refuses with %s', async (reason, body) => {
    const sandbox = await openSandbox();
    const reply = await ask(sandbox, 'POST', `${admin}/channels`, { name: 'c', ...body });
    expect({ status: reply.status, reason: reply.body.reason }).toEqual({ status: 400, reason });
  });

  it('counts dots and dashes of claude names alike in the later version only', async () => {
    const body = { name: 'c', model_pricing: [{ models: ['claude-sonnet-4.5', 'claude-sonnet-4-5'] }] };
    const [earlier, later] = [await openSandbox({ hostVersion: '0.1.129' }), await openSandbox()];
    expect((await ask(earlier, 'POST', `${admin}/channels`, body)).status).toBe(200);
    expect((await ask(later, 'POST', `${admin}/channels`, body)).body.reason).toBe('MODEL_PATTERN_CONFLICT');
  });
});

describe('plans', () => {
  const planOf = (sandbox: Sandbox) => ({
    group_id: seeded(sandbox).group.id,
    name: 'p',
    price: 9.999,
    validity_days: 1,
    validity_unit: 'month',
  });

  it('answers 201 without zero values, rounds to cents, and makes the same plan twice', async () => {
    const sandbox = await openSandbox({ hostVersion: '0.1.129' });
    const first = await ask(sandbox, 'POST', `${admin}/payment/plans`, planOf(sandbox));
    expect(first.status).toBe(201);
    expect(Object.keys(first.data)).toEqual([
      'id',
      'group_id',
      'name',
      'price',
      'validity_days',
      'validity_unit',
      'created_at',
      'updated_at',
    ]);
    await ask(sandbox, 'POST', `${admin}/payment/plans`, planOf(sandbox));
    const { data } = await ask(sandbox, 'GET', `${admin}/payment/plans`);
    expect(data).toHaveLength(2);
    expect(data[0].price).toBe(10);
    expect(data[0]).not.toHaveProperty('for_sale');
  });

  it('lists whole plans with facts of their group in the later version', async () => {
    const sandbox = await openSandbox();
    await ask(sandbox, 'POST', `${admin}/payment/plans`, planOf(sandbox));
    const { data } = await ask(sandbox, 'GET', `${admin}/payment/plans`);
    expect(data[0]).toMatchObject({
      for_sale: false,
      sort_order: 0,
      group_name: 'default',
      group_platform: 'anthropic',
      rate_multiplier: 1,
    });
  });
});

describe('subscriptions', () => {
  const assign = (userId: number, groupId: number, more = {}) => ({
    user_id: userId,
    group_id: groupId,
    validity_days: 30,
    ...more,
  });

  it('repeats the same terms, and tells other days and other notes apart', async () => {
    const sandbox = await openSandbox();
    const { groupId } = await openGroup(sandbox);
    const path = `${admin}/subscriptions/assign`;
    expect((await ask(sandbox, 'POST', path, assign(seeded(sandbox).user.id, groupId))).status).toBe(200);
    expect(
      (await ask(sandbox, 'POST', path, assign(seeded(sandbox).user.id, groupId, { validity_days: 60 }))).body,
    ).toMatchObject({
      code: 409,
      reason: 'SUBSCRIPTION_ASSIGN_CONFLICT',
      metadata: { conflict_reason: 'validity_days_mismatch' },
    });
    expect(
      (await ask(sandbox, 'POST', path, assign(seeded(sandbox).user.id, groupId, { notes: 'x' }))).body.metadata,
    ).toEqual({
      conflict_reason: 'notes_mismatch',
    });
    expect((await ask(sandbox, 'POST', path, assign(999, groupId))).status).toBe(500);
  });

  it('extends again and again without a key, once with one', async () => {
    const sandbox = await openSandbox();
    const { groupId } = await openGroup(sandbox);
    const [row] = sandbox.state.subscriptions.values();
    expect(row?.group_id).toBe(groupId);
    const start = Date.parse(row!.expires_at);
    const extend = (headers?: Record<string, string>) =>
      ask(sandbox, 'POST', `${admin}/subscriptions/${row!.id}/extend`, { days: 2 }, headers);
    await extend();
    await extend();
    await extend({ 'idempotency-key': 'k' });
    expect((await extend({ 'idempotency-key': 'k' })).headers.get('x-idempotency-replayed')).toBe('true');
    expect(Date.parse(row!.expires_at) - start).toBe(6 * 86_400_000);
  });

  it('returns an expired row as it is, or renews it in the later version', async () => {
    for (const [hostVersion, renewed] of [
      ['0.1.129', false],
      ['0.1.179', true],
    ] as const) {
      const sandbox = await openSandbox({ hostVersion });
      const { groupId } = await openGroup(sandbox);
      const [row] = sandbox.state.subscriptions.values();
      Object.assign(row!, { starts_at: '2026-01-01T00:00:00.000Z', expires_at: '2026-01-31T00:00:00.000Z' });
      const { status, data } = await ask(
        sandbox,
        'POST',
        `${admin}/subscriptions/assign`,
        assign(seeded(sandbox).user.id, groupId),
      );
      expect({ status, renewed: Date.parse(data.expires_at) > Date.now() }).toEqual({ status: 200, renewed });
    }
  });
});

describe('accounts', () => {
  it('leaves the row when a group does not exist', async () => {
    const sandbox = await openSandbox();
    const body = { name: 'orphan', platform: 'openai', type: 'apikey', credentials: {}, group_ids: [99] };
    expect((await ask(sandbox, 'POST', `${admin}/accounts`, body)).status).toBe(500);
    const { data } = await ask(sandbox, 'GET', `${admin}/accounts?search=orphan`);
    expect(data.total).toBe(1);
    expect(data.items[0]).not.toHaveProperty('group_ids');
    const batch = await ask(sandbox, 'POST', `${admin}/accounts/batch`, {
      accounts: [body, { ...body, name: '', group_ids: [] }],
    });
    expect(batch.data).toMatchObject({
      success: 0,
      failed: 2,
      results: [{ success: false }, { success: false, name: '' }],
    });
    expect(sandbox.state.accounts.size).toBe(2);
  });

  describe.each(['0.1.129', '0.1.179'] as const)('of %s and their groups', (hostVersion) => {
    const twice = 'ent: constraint failed: pq: duplicate key value violates unique constraint "account_groups_pkey"';
    const noRow = (key: string) =>
      `ent: constraint failed: pq: insert or update on table "account_groups" violates foreign key constraint "account_groups_${key}_fkey"`;
    const account = { name: 'a', platform: 'openai', type: 'apikey', credentials: {} };

    const open = async () => {
      const sandbox = await openSandbox({ hostVersion });
      const add = async (name: string): Promise<number> =>
        (await ask(sandbox, 'POST', `${admin}/groups`, { name, platform: 'openai', rate_multiplier: 1 })).data.id;
      const [stays, other, goes] = [await add('stays'), await add('other'), await add('goes')];
      const { id } = (await ask(sandbox, 'POST', `${admin}/accounts`, { ...account, group_ids: [stays, goes] })).data;
      await ask(sandbox, 'DELETE', `${admin}/groups/${goes}`);
      const bulk = async (account_ids: number[], change: object) =>
        (await ask(sandbox, 'POST', `${admin}/accounts/bulk-update`, { account_ids, ...change })).body;
      const look = async (of = id) => (await ask(sandbox, 'GET', `${admin}/accounts/${of}`)).data;
      return { sandbox, stays, other, goes, id, bulk, look };
    };

    it('leaves no trace of a group that goes', async () => {
      const { look, stays } = await open();
      expect(await look()).toMatchObject({ group_ids: [stays], groups: [{ id: stays }] });
    });

    it('changes nothing where a group is gone or never was', async () => {
      const { sandbox, bulk, look, id, stays, other, goes } = await open();
      for (const group_ids of [[goes], [other, goes], [99], [other, 99], [0], [-1]]) {
        const refused = { code: 404, message: 'group not found', reason: 'GROUP_NOT_FOUND' };
        expect(await bulk([id], { group_ids, priority: 7 })).toEqual(refused);
        const put = await ask(sandbox, 'PUT', `${admin}/accounts/${id}`, { group_ids, priority: 7 });
        expect(put.body).toEqual(refused);
      }
      expect(await look()).toMatchObject({ group_ids: [stays], priority: 0 });
    });

    it('changes all but the groups where one is named twice', async () => {
      const { sandbox, bulk, look, id, stays, other } = await open();
      expect((await bulk([id], { group_ids: [other, other], priority: 7 })).data).toEqual({
        success: 0,
        failed: 1,
        success_ids: [],
        failed_ids: [id],
        results: [{ account_id: id, success: false, error: twice }],
      });
      expect(await look()).toMatchObject({ group_ids: [stays], priority: 7 });
      const body = { group_ids: [other, other], priority: 8 };
      const put = await ask(sandbox, 'PUT', `${admin}/accounts/${id}`, body);
      expect(put.body).toEqual({ code: 500, message: 'internal error' });
      expect(await look()).toMatchObject({ group_ids: [stays], priority: 8 });
    });

    it('binds deleted accounts, but none that never was', async () => {
      const { sandbox, bulk, look, id, other } = await open();
      const { id: deleted } = (await ask(sandbox, 'POST', `${admin}/accounts`, account)).data;
      await ask(sandbox, 'DELETE', `${admin}/accounts/${deleted}`);
      expect((await bulk([99, deleted, id], { group_ids: [other] })).data).toMatchObject({
        success_ids: [deleted, id],
        failed_ids: [99],
        results: [{ success: false, error: noRow('account_id') }, { success: true }, { success: true }],
      });
      expect(await look()).toMatchObject({ group_ids: [other] });
      expect((await bulk([99], { priority: 7 })).data).toMatchObject({ success_ids: [99], failed: 0 });
    });

    it('makes accounts in a group that is gone, and without one where the store refuses', async () => {
      const { sandbox, look, stays, goes } = await open();
      const make = async (group_ids: number[]) => {
        const accounts = [{ ...account, group_ids }];
        const { data } = await ask(sandbox, 'POST', `${admin}/accounts/batch`, { accounts });
        const made = [...sandbox.state.accounts.keys()].pop() ?? 0;
        return { ...data.results[0], ...(await look(made)) };
      };
      const beside = await make([stays, goes]);
      expect(beside).toMatchObject({ success: true, group_ids: [stays, goes], groups: [{ id: stays }] });
      expect(beside.account_groups[1]).not.toHaveProperty('group');
      const alone = await make([goes]);
      expect(alone).toMatchObject({ success: true, group_ids: [goes], account_groups: [{ group_id: goes }] });
      expect(alone).not.toHaveProperty('groups');
      for (const [groupIds, error] of [
        [[99], noRow('group_id')],
        [[stays, 99], noRow('group_id')],
        [[stays, stays], twice],
      ] as const) {
        const left = await make([...groupIds]);
        expect(left).toMatchObject({ success: false, error });
        expect(left).not.toHaveProperty('group_ids');
        const single = await ask(sandbox, 'POST', `${admin}/accounts`, { ...account, group_ids: groupIds });
        expect(single.status).toBe(500);
      }
    });
  });

  it('replaces maps on PUT but keeps secrets, and merges them in a bulk update', async () => {
    const sandbox = await openSandbox({ hostVersion: '0.1.129' });
    const id = await openAccount(sandbox, 'sk-good', { extra: { relay: { run: 1 } } });
    const put = await ask(sandbox, 'PUT', `${admin}/accounts/${id}`, {
      credentials: { api_key: 'sk-new' },
      extra: { other: 1 },
    });
    expect(put.data).toMatchObject({ credentials: {}, extra: { other: 1 } });
    await ask(sandbox, 'POST', `${admin}/accounts/bulk-update`, {
      account_ids: [id],
      credentials: { base_url: 'http://x' },
      extra: { k: null },
    });
    const account = sandbox.state.accounts.get(id);
    expect(account?.credentials).toEqual({ api_key: 'sk-new', base_url: 'http://x' });
    expect(account?.extra).toMatchObject({ other: 1, k: null });
    await ask(sandbox, 'PUT', `${admin}/accounts/${id}`, { credentials: { base_url: 'http://y' } });
    expect(account?.credentials).toEqual({ api_key: 'sk-new', base_url: 'http://y' });
  });

  it('drops load_factor in a batch only', async () => {
    const sandbox = await openSandbox();
    const body = { name: 'a', platform: 'gemini', type: 'apikey', credentials: {}, load_factor: 7 };
    expect((await ask(sandbox, 'POST', `${admin}/accounts`, body)).data.load_factor).toBe(7);
    const { data } = await ask(sandbox, 'POST', `${admin}/accounts/batch`, { accounts: [body] });
    expect(sandbox.state.accounts.get(data.results[0].id)?.load_factor).toBeNull();
  });

  it('adds the long context key to openai accounts of the later version', async () => {
    const sandbox = await openSandbox();
    const id = await openAccount(sandbox, 'sk-good');
    expect(sandbox.state.accounts.get(id)?.extra).toEqual({
      openai_long_context_billing_enabled: false,
      openai_responses_supported: false,
    });
  });

  it('sends an ETag and honours it', async () => {
    const sandbox = await openSandbox();
    const etag = (await ask(sandbox, 'GET', `${admin}/accounts`)).headers.get('etag') ?? '';
    const again = await ask(sandbox, 'GET', `${admin}/accounts`, undefined, { 'if-none-match': etag });
    expect(again.status).toBe(304);
  });

  it('warns about mixed channels until told to go on', async () => {
    const sandbox = await openSandbox();
    const body = {
      name: 'a',
      platform: 'anthropic',
      type: 'apikey',
      credentials: {},
      group_ids: [seeded(sandbox).group.id],
    };
    await ask(sandbox, 'POST', `${admin}/accounts`, body);
    const mixed = { ...body, platform: 'antigravity' };
    const refused = await ask(sandbox, 'POST', `${admin}/accounts`, mixed);
    expect({ status: refused.status, error: refused.body.error }).toEqual({
      status: 409,
      error: 'mixed_channel_warning',
    });
    expect(
      (await ask(sandbox, 'POST', `${admin}/accounts`, { ...mixed, confirm_mixed_channel_risk: true })).status,
    ).toBe(200);
  });
});
