import { randomBytes } from 'node:crypto';
import { inHand } from '../../src/host/turns.ts';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { WriteResult } from '../../src/host/host-failure.ts';
import type { Account, AccountSpec, Id } from '../../src/host/account.ts';
import type { ChannelSpec, Group, GroupType } from '../../src/host/sub2api/objects.ts';
import type { Sub2apiHost } from '../../src/host/sub2api/sub2api-host.ts';
import { differencesFrom, earlierState } from '../../src/plan/account-change.ts';
import { Secret } from '../../src/core/secrets/secret.ts';

export interface OpenedHost {
  host: Sub2apiHost;
  /** A fake vendor that the host can reach. */
  vendorUrl: string;
  /** Whether the host may keep the keys that it stores to itself. */
  mayKeepKeysBack?: boolean;
  close: () => Promise<void>;
}

const model = 'kimi-k2.6';
const smoke = { model, deadCodes: [], signal: new AbortController().signal };

/** What every adapter must do, whatever its host is: the sandbox and any host given by URL must pass it. */
export function hostContract(name: string, open: () => Promise<OpenedHost>): void {
  describe(name, () => {
    const tag = randomBytes(4).toString('hex');
    const cleanups: (() => Promise<unknown>)[] = [];
    let opened: OpenedHost;
    let host: Sub2apiHost;

    beforeAll(async () => {
      opened = await open();
      host = opened.host;
    });
    afterAll(async () => {
      for (const clean of cleanups.toReversed()) await clean();
      await opened.close();
    });

    const newGroup = async (label: string, type: GroupType = 'subscription'): Promise<Group> => {
      const group = done(
        await host.writes.createGroup({
          name: `relay-contract-${label}-${tag}`,
          description: `Contract [relay contract subscription ${tag}]`,
          platform: 'openai',
          type,
          rateMultiplier: 1.5,
        }),
      );
      cleanups.push(() => host.writes.deleteGroup(group.id));
      return group;
    };
    const newAccounts = async (
      group: Group,
      keys: Record<string, string>,
      more: Partial<AccountSpec> = {},
    ): Promise<Record<string, Account>> => {
      const labels = Object.keys(keys);
      const specs = labels.map((label): AccountSpec => ({
        name: `contract-${label}-${tag}`,
        platform: 'openai',
        baseUrl: `${opened.vendorUrl}/v1`,
        mapping: { [model]: model },
        concurrency: 3,
        priority: 40,
        place: group.id,
        settings: { 'extra.openai_responses_mode': 'auto' },
        marker: { provider: 'contract', access: 'subscription', run: tag, fingerprint: label },
        ...more,
      }));
      const created = done(
        await host.writes.createAccounts(
          specs,
          (spec) => new Secret(keys[spec.marker.fingerprint] ?? ''),
          randomBytes(16).toString('hex'),
          inHand,
        ),
      );
      for (const { id } of created.filter((each) => each.ok))
        if (id !== null) cleanups.push(() => host.writes.deleteAccount(id));
      expect(created.every((each) => each.ok)).toBe(true);
      const entries: [string, Account][] = [];
      for (const [index, label] of labels.entries()) {
        const each = created[index];
        entries.push([label, await learnt(host, each?.ok === true ? (each.id ?? '0') : '0')]);
      }
      return Object.fromEntries(entries);
    };

    it('says what it is', () => {
      expect(host.info).toMatchObject({
        kind: 'sub2api',
        version: expect.stringMatching(/^\d+\.\d+\.\d+/),
        capabilities: { maxNameLength: 100 },
      });
    });

    it('tells who it is, each time the same, whatever it holds (N12)', async () => {
      const identity = await host.identity();
      await newGroup('identity');
      const email = `contract-identity-${tag}@relay.test`;
      const user = done(await host.writes.createUser(email, new Secret(`Pw-${tag}-789`), 0));
      cleanups.push(() => host.writes.deleteUser(user.id));
      expect(await host.identity()).toEqual(identity);
      if (identity !== null) expect(identity.value.length).toBeGreaterThan(15);
    });

    it('makes, marks, finds and removes a group, and says no to the same name twice', async () => {
      const group = await newGroup('group');
      const find = async () => (await host.reads.groups()).find((each) => each.id === group.id);
      expect(await find()).toMatchObject({
        name: `relay-contract-group-${tag}`,
        platform: 'openai',
        type: 'subscription',
        rateMultiplier: 1.5,
        active: true,
        description: `Contract [relay contract subscription ${tag}]`,
      });
      const again = await host.writes.createGroup({
        name: group.name,
        description: '',
        platform: 'openai',
        type: 'standard',
        rateMultiplier: 1,
      });
      expect(again).toMatchObject({
        status: 'rejected',
        failure: { status: 409, reason: 'GROUP_EXISTS', delivery: 'not_applied' },
      });
      done(await host.writes.describeGroup(group.id, `Other [relay contract subscription ${tag}]`));
      expect((await find())?.description).toBe(`Other [relay contract subscription ${tag}]`);
      done(await host.writes.deleteGroup(group.id));
      expect(await find()).toBeUndefined();
      expect(await host.writes.deleteGroup(group.id)).toMatchObject({ status: 'rejected', failure: { status: 404 } });
    });

    it('makes a channel with its mapping and prices, edits it, and keeps a group in one channel only', async () => {
      const group = await newGroup('channel');
      const spec: ChannelSpec = {
        name: group.name,
        groupIds: [group.id],
        mappings: { openai: { [model]: model } },
        prices: [
          {
            platform: 'openai',
            models: [model],
            billing: 'token',
            input: 9.15493e-7,
            output: 3.802817e-6,
            cacheRead: null,
            cacheWrite: null,
            rest: {},
          },
        ],
        restrictsModels: true,
        billingSource: 'channel_mapped',
      };
      const channel = done(await host.writes.createChannel(spec));
      cleanups.push(() => host.writes.deleteChannel(channel.id));
      const find = async () => (await host.reads.channels()).find((each) => each.id === channel.id);
      expect(await find()).toMatchObject({
        ...spec,
        prices: [{ models: [model], input: 9.15493e-7, output: 3.802817e-6 }],
        active: true,
      });
      const before = await find();
      if (before === undefined) throw new Error('the channel is gone');
      done(
        await host.writes.updateChannel(channel.id, {
          ...before,
          mappings: { openai: { [model]: model, alias: model } },
        }),
      );
      expect(await find()).toMatchObject({
        mappings: { openai: { [model]: model, alias: model } },
        groupIds: [group.id],
        prices: [{ models: [model], input: 9.15493e-7 }],
      });
      expect(await host.writes.createChannel({ ...spec, name: `${spec.name}-2` })).toMatchObject({
        status: 'rejected',
        failure: { reason: 'GROUP_ALREADY_IN_CHANNEL' },
      });
      done(await host.writes.deleteChannel(channel.id));
      expect(await find()).toBeUndefined();
    });

    it('makes a plan, binds it to another group, and removes it', async () => {
      const [one, other] = [await newGroup('plan'), await newGroup('plan-other')];
      const terms = { price: 29.5, validityDays: 2, validityUnit: 'month', forSale: false } as const;
      const plan = done(await host.writes.createTariff({ name: one.name, groupId: one.id, ...terms }));
      cleanups.push(() => host.writes.deleteTariff(plan.id));
      const find = async () => (await host.reads.tariffs()).find((each) => each.id === plan.id);
      expect(await find()).toEqual({ id: plan.id, name: one.name, groupId: one.id, ...terms });
      done(await host.writes.moveTariff(plan.id, other.id));
      expect(await find()).toMatchObject({ groupId: other.id, price: 29.5, validityDays: 2 });
      done(await host.writes.deleteTariff(plan.id));
      expect(await find()).toBeUndefined();
    });

    it('makes accounts whose settings, marker and group come back, and whose key never does (N1, N4)', async () => {
      const group = await newGroup('accounts');
      const key = `sk-good-contract-${randomBytes(8).toString('hex')}`;
      const { one } = await newAccounts(group, { one: key, two: `${key}2` });
      if (one === undefined) throw new Error('no account');
      expect(one).toMatchObject({
        name: `contract-one-${tag}`,
        platform: 'openai',
        baseUrl: `${opened.vendorUrl}/v1`,
        mapping: { [model]: model },
        concurrency: 3,
        priority: 40,
        places: [group.id],
        settings: { 'extra.openai_responses_mode': 'auto' },
        marker: { provider: 'contract', access: 'subscription', run: tag, fingerprint: 'one' },
        state: 'active',
        enabled: true,
      });
      const all = (await host.reads.accounts()).filter(
        (each) => each.marker?.run === tag && each.places.includes(group.id),
      );
      expect(all.map((each) => each.name)).toEqual([`contract-one-${tag}`, `contract-two-${tag}`]);
      expect(JSON.stringify(all)).not.toContain(key);
    });

    it('pauses an account and notes who did, nudges it, and removes it', async () => {
      const group = await newGroup('pause');
      const { one } = await newAccounts(group, { one: 'sk-good-contract-pause-000001' });
      if (!one?.marker) throw new Error('no account');
      done(await host.writes.setEnabled([one.id], { enabled: false, paused: true }, inHand));
      expect(await host.reads.account(one.id)).toMatchObject({
        enabled: false,
        paused: true,
        marker: { fingerprint: 'one' },
        settings: { 'extra.openai_responses_mode': 'auto' },
      });
      done(await host.writes.setEnabled([one.id], { enabled: true, paused: false }, inHand));
      const back = await host.reads.account(one.id);
      expect(back).toMatchObject({ enabled: true, paused: false, tested: false });
      done(await host.writes.markTested([one.id], tag, inHand));
      expect(await host.reads.account(one.id)).toMatchObject({
        tested: true,
        marker: { fingerprint: 'one' },
        settings: { 'extra.openai_responses_mode': 'auto' },
      });
      done(await host.writes.refreshAccount(one));
      expect(await host.reads.account(one.id)).toMatchObject({
        baseUrl: one.baseUrl,
        mapping: one.mapping,
        priority: 40,
        places: [group.id],
      });
      done(await host.writes.deleteAccount(one.id));
      expect(await host.reads.account(one.id)).toBeUndefined();
    });

    it('changes of an account what is named and nothing else, keeps its key, and takes the change back', async () => {
      const group = await newGroup('change');
      const key = 'sk-good-contract-change-00001';
      const { one } = await newAccounts(
        group,
        { one: key },
        { settings: { 'extra.openai_responses_mode': 'auto', 'extra.theirs': 1 } },
      );
      if (!one?.marker) throw new Error('no account');
      done(await host.writes.markTested([one.id], tag, inHand));
      const given = (await host.reads.accountKey(one.id))?.open();
      if (given !== undefined || opened.mayKeepKeysBack !== true) expect(given).toBe(key);
      const holdsKey = async () => {
        expect((await host.reads.accountKey(one.id))?.open()).toBe(given);
        expect(await host.proof.upstreamModels(one.id)).toMatchObject({ outcome: 'listed' });
      };
      const change = {
        name: `contract-changed-${tag}`,
        baseUrl: `${opened.vendorUrl}/chat-only/v1`,
        mapping: { [model]: model, other: model },
        concurrency: 3,
        priority: 7,
        settings: {
          'credentials.user_agent': { value: 'relay' },
          'extra.theirs': null,
          'extra.openai_responses_mode': { value: 'force_chat_completions' },
        },
        marker: { ...one.marker, sets: ['credentials.user_agent', 'extra.openai_responses_mode'] },
        tested: false,
      };
      const before = earlierState((await host.reads.account(one.id))!, change);
      const answer = done(await host.writes.changeAccount(one.id, change));
      expect(differencesFrom(answer, change)).toEqual([]);
      const changed = (await host.reads.account(one.id))!;
      expect(differencesFrom(changed, change)).toEqual([]);
      expect(changed).toMatchObject({ tested: false, places: [group.id], enabled: true, platform: 'openai' });
      expect(Object.keys(changed.settings)).not.toContain('extra.theirs');
      await holdsKey();
      expect(await host.proof.testAccount(changed, smoke)).toMatchObject({ outcome: expect.any(String) as unknown });

      done(await host.writes.changeAccount(one.id, before));
      const back = (await host.reads.account(one.id))!;
      expect(differencesFrom(back, before)).toEqual([]);
      expect(back.tested).toBe(true);
      await holdsKey();
      // What only stands beside the key leaves settings and address alone.
      done(await host.writes.changeAccount(one.id, { priority: 9 }));
      expect(await host.reads.account(one.id)).toMatchObject({
        priority: 9,
        baseUrl: one.baseUrl,
        mapping: one.mapping,
        settings: { 'extra.theirs': 1 },
      });
    });

    it('binds accounts to exactly the groups that are named', async () => {
      const [from, to] = [await newGroup('from'), await newGroup('to', 'standard')];
      const { one, two } = await newAccounts(from, {
        one: 'sk-good-contract-bind-0000001',
        two: 'sk-good-contract-bind-0000002',
      });
      const bound = async () =>
        Promise.all([one!, two!].map(async ({ id }) => (await host.reads.account(id))?.places.toSorted()));
      done(await host.writes.placeAccounts([one!.id, two!.id], [to.id], inHand));
      expect(await bound()).toEqual([[to.id], [to.id]]);
      done(await host.writes.placeAccounts([one!.id], [to.id, from.id], inHand));
      expect(await bound()).toEqual([[from.id, to.id].toSorted(), [to.id]]);
      done(await host.writes.placeAccounts([two!.id], [from.id, from.id], inHand));
      expect(await bound()).toEqual([[from.id, to.id].toSorted(), [from.id]]);
    });

    it('binds no account to a group that is gone, and takes accounts out of a group that goes', async () => {
      const [stays, goes] = [await newGroup('stays'), await newGroup('goes', 'standard')];
      const { one } = await newAccounts(stays, { one: 'sk-good-contract-gone-0000001' });
      const bound = async () => (await host.reads.account(one!.id))?.places;
      done(await host.writes.placeAccounts([one!.id], [goes.id, stays.id], inHand));
      done(await host.writes.deleteGroup(goes.id));
      expect(await bound()).toEqual([stays.id]);
      for (const places of [[goes.id], [stays.id, goes.id], ['99999999']])
        expect(await host.writes.placeAccounts([one!.id], places, inHand)).toMatchObject({
          status: 'rejected',
          failure: { status: 404, reason: 'GROUP_NOT_FOUND', delivery: 'not_applied' },
        });
      expect(await bound()).toEqual([stays.id]);
    });

    it('makes an account in a group that is gone all the same, from where it can be bound elsewhere', async () => {
      const [stays, goes] = [await newGroup('elsewhere'), await newGroup('gone', 'standard')];
      done(await host.writes.deleteGroup(goes.id));
      const { one } = await newAccounts(goes, { one: 'sk-good-contract-gone-0000002' });
      expect(one?.places).toEqual([goes.id]);
      done(await host.writes.placeAccounts([one!.id], [stays.id], inHand));
      expect((await host.reads.account(one!.id))?.places).toEqual([stays.id]);
    });

    it('tells a key that works from a dead one, a throttled one and junk', async () => {
      const group = await newGroup('test');
      const accounts = await newAccounts(group, {
        good: 'sk-good-contract-00000001',
        dead: 'sk-dead-contract-00000002',
        throttled: 'sk-throttled-contract-003',
        junk: 'sk-html-contract-00000004',
      });
      const test = (label: string) => host.proof.testAccount(accounts[label]!, smoke);
      expect(await test('good')).toMatchObject({ outcome: 'passed', answered: true });
      expect(await test('dead')).toMatchObject({ outcome: 'failed', why: 'refused' });
      expect(await test('throttled')).toMatchObject({ outcome: 'failed', why: 'throttled' });
      expect(await test('junk')).toMatchObject({ outcome: 'failed', why: 'junk' });
      expect(await host.proof.accountModels(accounts['good']!)).toEqual([model]);
      expect(await host.proof.upstreamModels(accounts['good']!.id)).toMatchObject({
        outcome: 'listed',
        models: expect.arrayContaining([model]),
      });
      expect(await host.proof.upstreamModels(accounts['dead']!.id)).toMatchObject({ outcome: 'refused' });
      expect(await host.proof.upstreamModels(accounts['junk']!.id)).toMatchObject({ outcome: 'junk' });
      expect((await host.reads.account(accounts['dead']!.id))?.state).toBe('error');
    });

    it('tells a dead key also on a vendor without the Responses API (N13)', async () => {
      const group = await newGroup('chat-only');
      const accounts = await newAccounts(
        group,
        { good: 'sk-good-contract-chat-0001', dead: 'sk-dead-contract-chat-0002' },
        { baseUrl: `${opened.vendorUrl}/chat-only/v1` },
      );
      const good = await host.proof.testAccount(accounts['good']!, smoke);
      expect(good).toMatchObject(
        good.outcome === 'passed' ? { answered: true } : { outcome: 'failed', why: 'untestable' },
      );
      const dead = await host.proof.testAccount(accounts['dead']!, smoke);
      expect(dead).toMatchObject({ outcome: 'failed', why: good.outcome === 'passed' ? 'refused' : 'untestable' });
      expect(await host.proof.upstreamModels(accounts['dead']!.id)).toMatchObject({ outcome: 'refused' });
    });

    it('answers for an account that does not exist', async () => {
      expect(await host.reads.account('99999999')).toBeUndefined();
      expect(await host.proof.testAccount({ id: '99999999', platform: 'openai' } as Account, smoke)).toMatchObject({
        outcome: 'failed',
        why: 'other',
      });
    });

    it('finds users by e-mail whatever its case, and by id', async () => {
      const email = `contract-find-${tag}@relay.test`;
      const user = done(await host.writes.createUser(email, new Secret(`Pw-${tag}-123`), 0));
      cleanups.push(() => host.writes.deleteUser(user.id));
      const found = await host.reads.userByEmail(email.toUpperCase());
      expect(found).toMatchObject({ id: user.id, email, active: true });
      expect(await host.reads.userById(user.id)).toEqual(found);
      // By its own clock, the host has made the user just now.
      expect(Math.abs(host.time() - (found?.createdAt ?? 0))).toBeLessThan(60_000);
      expect(await host.reads.userByEmail(`nobody-${tag}@relay.test`)).toBeUndefined();
      expect(await host.reads.userById('99999999')).toBeUndefined();
      expect(await host.writes.createUser(email, new Secret(`Pw-${tag}-123`), 0)).toMatchObject({
        status: 'rejected',
        failure: { reason: 'EMAIL_EXISTS' },
      });
    });

    it.each([
      ['subscription', 'subscription'],
      ['standard', 'balance'],
    ] as const)(
      'serves a user of a %s group by %s, and no longer once key and user are gone (N9)',
      async (type, by) => {
        const group = await newGroup(`serve-${type}`, type);
        await newAccounts(group, { [`serve-${type}`]: `sk-good-contract-serve-${type}` });
        const email = `contract-${type}-${tag}@relay.test`;
        const password = new Secret(`Pw-${tag}-456`);
        const user = done(await host.writes.createUser(email, password, by === 'balance' ? 1 : 0));
        cleanups.push(() => host.writes.deleteUser(user.id));
        let subscriptionId: Id | undefined;
        if (type === 'subscription') {
          const subscription = done(await host.writes.assignSubscription(user.id, group.id, 3));
          subscriptionId = subscription.id;
          expect(subscription).toMatchObject({ userId: user.id, place: group.id, active: true });
          expect(done(await host.writes.assignSubscription(user.id, group.id, 3)).id).toBe(subscription.id);
          expect(await host.reads.subscriptionsOfUser(user.id)).toHaveLength(1);
          expect((await host.reads.subscriptionsOfGroup(group.id)).map((each) => each.id)).toEqual([subscription.id]);
          const longer = done(
            await host.writes.extendSubscription(subscription.id, 2, randomBytes(16).toString('hex')),
          );
          expect(Math.round(((longer.expiresAt ?? 0) - (subscription.expiresAt ?? 0)) / 86_400_000)).toBe(2);
        }
        const session = done(await host.writes.login(email, password));
        const { id, key } = done(await host.writes.issueKey(session, 'contract', group.id));
        const request = { platform: 'openai', model, maxTokens: 16, tokensField: 'max_tokens' } as const;
        expect(
          await until(
            () => host.gateway.models(key, smoke.signal),
            (answer) => answer.ok && answer.value.includes(model),
          ),
        ).toMatchObject({ ok: true });
        expect(
          await until(
            () => host.gateway.complete(key, request, smoke.signal),
            (answer) => answer.ok,
          ),
        ).toMatchObject({ ok: true, status: 200 });
        expect((await host.reads.usableKey(group.id))?.open()).toBe(key.open());
        done(await host.writes.deleteKey(session, id));
        if (subscriptionId !== undefined) {
          done(await host.writes.deleteSubscription(subscriptionId));
          expect(await host.reads.subscriptionsOfUser(user.id)).toEqual([]);
          expect(await host.reads.subscriptionsOfGroup(group.id)).toEqual([]);
          const again = done(await host.writes.assignSubscription(user.id, group.id, 5));
          expect(again).toMatchObject({ active: true });
          done(await host.writes.deleteSubscription(again.id));
        }
        done(await host.writes.deleteUser(user.id));
        expect(await host.reads.userByEmail(email)).toBeUndefined();
        expect(await host.reads.usableKey(group.id)).toBeUndefined();
        expect(await host.gateway.complete(key, request, smoke.signal)).toMatchObject({
          ok: false,
          status: 401,
          retryable: false,
        });
      },
    );
  });
}

function done<T>(end: WriteResult<T>): T {
  if (end.status === 'applied') return end.value;
  throw end.failure;
}

/** Polls, as a real host lags by a second or so; the sandbox answers at once. */
async function until<T>(ask: () => Promise<T>, good: (value: T) => boolean): Promise<T> {
  for (let tries = 0; ; tries += 1) {
    const value = await ask();
    if (good(value) || tries >= 40) return value;
    await pause(Math.min(10 * 2 ** tries, 500));
  }
}

async function learnt(host: Sub2apiHost, id: Id): Promise<Account> {
  const account = await until(
    () => host.reads.account(id),
    (each) => each !== undefined && !each.discovering,
  );
  if (account === undefined) throw new Error(`account ${id} is gone`);
  return account;
}
