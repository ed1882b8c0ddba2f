import { randomBytes } from 'node:crypto';
import { inHand } from '../../src/host/turns.ts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Secret } from '../../src/core/secrets/secret.ts';
import type { AccountSpec, Id } from '../../src/host/account.ts';
import type { WriteResult } from '../../src/host/host-failure.ts';
import type { Host } from '../../src/host/host.ts';
import { fitProvider } from '../../src/plan/fit-provider.ts';
import { aProvider } from '../support/builders.ts';

export interface OpenedNewApi {
  host: Host;
  /** The access token of root, for what a person does there. */
  adminKey: string;
  vendorUrl: string;
  close: () => Promise<void>;
}

const model = 'kimi-k2.6';

/** What is peculiar to new-api, and what the adapter makes of it: each case is a trap that others have fallen into. */
export function newApiContract(label: string, open: () => Promise<OpenedNewApi>): void {
  describe(`new-api: ${label}`, () => {
    const tag = randomBytes(4).toString('hex');
    const made = new Set<Id>();
    let opened: OpenedNewApi;
    let host: Host;
    let place: Id;

    beforeAll(async () => {
      opened = await open();
      host = opened.host;
      const provider = aProvider({ id: `trap-${tag}`, baseUrl: `${opened.vendorUrl}/v1`, defaultModels: [model] });
      provider.channelTemplate.modelMapping = { [model]: model };
      provider.prices = { currency: 'USD', perMillionTokens: { [model]: { input: 1, output: 4 } } };
      const job = { ...fitProvider(provider, host), access: 'self_service', run: `run-${tag}`, adopt: false } as const;
      const held = { resources: await host.resources.list(), accounts: [] };
      for (const step of host.layout.plan(job, held).steps)
        if (step.action === 'create') done(await driver(step.kind).create(step.after));
      place = `relay-trap-${tag}-self-service`;
    });
    afterAll(async () => {
      for (const id of made) await host.writes.deleteAccount(id);
      const group = (await host.resources.list())['group']?.find(({ id }) => id === place);
      if (group !== undefined) await driver('group').remove(group);
      await opened.close();
    });

    const driver = (kind: string) => {
      const found = host.resources.drivers.find((each) => each.kind === kind);
      if (found === undefined) throw new Error(`no driver of ${kind}`);
      return found;
    };

    /** What a person does there. */
    const person = async (
      method: string,
      path: string,
      body?: unknown,
    ): Promise<{ success: boolean; data: unknown }> => {
      const reply = await fetch(`${host.info.url}${path}`, {
        method,
        headers: { authorization: opened.adminKey, 'new-api-user': '1', 'content-type': 'application/json' },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      return (await reply.json()) as { success: boolean; data: unknown };
    };
    const option = async (name: string): Promise<string> => {
      const { data } = await person('GET', '/api/option/');
      return (data as { key: string; value: string }[]).find(({ key }) => key === name)?.value ?? '';
    };

    const specOf = (word: string, at: Id | null): AccountSpec => ({
      name: `trap-${tag}-${word}`,
      platform: 'openai',
      baseUrl: host.upstreamBase(`${opened.vendorUrl}/v1`, 'openai'),
      mapping: { [model]: model },
      concurrency: 1,
      priority: 50,
      place: at,
      settings: {},
      marker: { provider: `trap-${tag}`, access: 'self_service', run: `run-${tag}`, fingerprint: `sha256:${word}` },
    });
    const make = async (word: string, key: string, at: Id | null = place) => {
      const [answer] = done(await host.writes.createAccounts([specOf(word, at)], () => new Secret(key), '', inHand));
      const found = (await host.reads.accounts()).filter(({ name }) => name === specOf(word, at).name);
      for (const { id } of found) made.add(id);
      return { answer, found };
    };

    it('tells no id of what it makes, which is found by its mark', async () => {
      const { answer, found } = await make('found', `sk-good-${tag}-01`);
      expect(answer).toEqual({ ok: true, id: null });
      expect(found).toMatchObject([{ marker: { fingerprint: 'sha256:found' }, tested: false, priority: 50 }]);
    });

    it('makes a second one of the same: whoever repeats must look first', async () => {
      await make('twice', `sk-good-${tag}-02`);
      expect((await make('twice', `sk-good-${tag}-02`)).found).toHaveLength(2);
    });

    it('refuses with 200, which is a refusal all the same', async () => {
      const { answer, found } = await make('keyless', '');
      expect(answer).toMatchObject({ ok: false });
      expect(found).toEqual([]);
    });

    it('knows accounts that it was never given, and accounts that are gone, by saying so in words', async () => {
      const { found } = await make('gone', `sk-good-${tag}-03`);
      const id = found[0]?.id ?? '';
      done(await host.writes.deleteAccount(id));
      expect(await host.reads.account(id)).toBeUndefined();
      // Deleting what is gone is no failure there, so that only looking tells.
      expect((await host.writes.deleteAccount(id)).status).toBe('applied');
    });

    it('can put a channel into no group at all only by a name that none has', async () => {
      const { found } = await make('nowhere', `sk-good-${tag}-04`);
      const id = found[0]?.id ?? '';
      done(await host.writes.placeAccounts([id], [], inHand));
      expect((await host.reads.account(id))?.places).toEqual([]);
    });

    it('switches a channel that was only just made, although its memory may not know it yet', async () => {
      const { found } = await make('new', `sk-good-${tag}-05`);
      const id = found[0]?.id ?? '';
      done(await host.writes.setEnabled([id], { enabled: false, paused: true }, inHand));
      expect(await host.reads.account(id)).toMatchObject({ enabled: false, paused: true, state: 'active' });
      // Known by its note from what a person has switched off.
      done(await host.writes.setEnabled([id], { enabled: false, paused: false }, inHand));
      expect(await host.reads.account(id)).toMatchObject({ enabled: false, paused: false });
    });

    it('puts a user into the group and back into the one before, with all else that the user has', async () => {
      const { grants } = host;
      if (grants === null) throw new Error('it has no memberships');
      const name = `jo-${tag}`;
      await person('POST', '/api/user/', { username: name, password: 'throwaway-pass', display_name: 'Jo' });
      const { data } = await person('GET', `/api/user/search?keyword=${name}&p=1&page_size=10`);
      const [{ id }] = (data as { items: { id: number }[] }).items as [{ id: number }];
      await person('PUT', '/api/user/', { id, username: name, display_name: 'Jo', group: 'vip', remark: 'pays late' });
      const shown = async () => (await person('GET', `/api/user/${id}`)).data as Record<string, unknown>;
      try {
        done(await grants.give(String(id), place, null));
        expect(await shown()).toMatchObject({ group: place, display_name: 'Jo', username: name });
        expect(await grants.ofPlace(place)).toMatchObject([{ userId: String(id), byRelay: true, expiresAt: null }]);
        done(await grants.remove(String(id)));
        expect(await shown()).toMatchObject({ group: 'vip', display_name: 'Jo', remark: 'pays late' });
        // Whom a person has put there is not relay's to move.
        await person('PUT', '/api/user/', { id, username: name, display_name: 'Jo', group: place, remark: '' });
        expect((await grants.remove(String(id))).status).toBe('rejected');
      } finally {
        await person('DELETE', `/api/user/${id}`);
      }
    });

    it('has a plan that is not for sale put right after it was made, and keeps it out of use instead of deleting it', async () => {
      const tariffs = driver('tariff');
      const text = `Trap [relay trap-${tag} subscription run-${tag}]`;
      const state = { name: `trap-${tag}`, text, price: 1.5, length: 7, unit: 'day', forSale: false, groupId: place };
      // Off is no value there: it is stored as on.
      const raw = { title: `raw-${tag}`, duration_unit: 'day', duration_value: 7, enabled: false, upgrade_group: '' };
      await person('POST', '/api/subscription/admin/plans', { plan: raw });
      const raws = (await host.resources.list())['tariff']?.filter(({ name }) => name === raw.title) ?? [];
      expect(raws).toMatchObject([{ forSale: true }]);
      done(await tariffs.create(state));
      const own = async () => (await tariffs.find(state)).filter((each) => tariffs.isMadeAs(each, state.name, state));
      const [first] = await own();
      if (first === undefined) throw new Error('it was not made');
      expect(tariffs.differences(first, state)).toEqual([]);
      expect(tariffs.stays?.(first)).toBeNull();
      done(await tariffs.remove(first));
      const [left] = await own();
      expect(left).toMatchObject({ id: first.id, groupId: null, forSale: false });
      expect(left === undefined ? null : tariffs.stays?.(left)).toMatch(/deletes no plan/);
      for (const { id } of raws) await person('PATCH', `/api/subscription/admin/plans/${id}`, { enabled: false });
    });

    it('gives a plan to a user once, however often, and takes it away with the group', async () => {
      const { grants } = host;
      if (grants === null) throw new Error('it has no memberships');
      const state = {
        name: `given-${tag}`,
        text: `Trap [relay trap-${tag} subscription run-${tag}]`,
        price: 0,
        length: 3,
        unit: 'day',
        forSale: false,
        groupId: place,
      };
      done(await driver('tariff').create(state));
      const name = `al-${tag}`;
      await person('POST', '/api/user/', { username: name, password: 'throwaway-pass', display_name: 'Al' });
      const user = await grants.user({ name });
      if (user === undefined) throw new Error('there is no user');
      const held = async () => {
        const { data } = await person('GET', `/api/subscription/admin/users/${user.id}/subscriptions`);
        return (data as { subscription: { status: string } }[]).filter((row) => row.subscription.status === 'active');
      };
      try {
        for (const _ of [1, 2]) done(await grants.give(user.id, place, null));
        expect(await held()).toHaveLength(1);
        const [grant] = await grants.ofUser(user.id);
        expect(grant).toMatchObject({ place, byRelay: true, active: true });
        expect(((grant?.expiresAt ?? 0) - (grant?.startsAt ?? 0)) / 86_400_000).toBe(3);
        done(await grants.remove(grant?.id ?? ''));
        expect(await held()).toHaveLength(0);
        expect(await grants.ofUser(user.id)).toMatchObject([{ place: 'default', byRelay: false }]);
      } finally {
        await person('DELETE', `/api/user/${user.id}`);
        const tariffs = driver('tariff');
        for (const each of await tariffs.find(state))
          if (tariffs.isMadeAs(each, state.name, state)) await tariffs.remove(each);
      }
    });

    it('tests a channel by itself, and notes only that it went well', async () => {
      const test = async (word: string, key: string) => {
        const [account] = (await make(word, key, null)).found;
        if (account === undefined) throw new Error('it was not made');
        const options = { model, deadCodes: [], signal: new AbortController().signal };
        return { id: account.id, outcome: await host.proof.testAccount(account, options) };
      };
      expect((await test('dead', `sk-dead-${tag}-06`)).outcome).toMatchObject({ outcome: 'failed', why: 'refused' });
      const { id, outcome } = await test('good', `sk-good-${tag}-07`);
      expect(outcome).toMatchObject({ outcome: 'passed' });
      done(await host.writes.markTested([id], 'run', inHand));
      expect((await host.reads.account(id))?.tested).toBe(true);
      // Of other settings that test tells nothing.
      done(await host.writes.changeAccount(id, { tested: false }));
      expect((await host.reads.account(id))?.tested).toBe(false);
    });

    it('tests nothing that has no price, and says so', async () => {
      const [account] = (await make('found', `sk-good-${tag}-08`, null)).found;
      if (account === undefined) throw new Error('it was not made');
      const options = { model: `unpriced-${tag}`, deadCodes: [], signal: new AbortController().signal };
      expect(await host.proof.testAccount(account, options)).toMatchObject({ outcome: 'failed', why: 'other' });
    });

    it('keeps several keys in one channel, which is nobody of relay', async () => {
      const channel = {
        type: 1,
        key: `sk-good-${tag}-11\nsk-good-${tag}-12`,
        name: `trap-${tag}-many`,
        base_url: opened.vendorUrl,
        models: model,
        group: place,
        status: 1,
        remark: `[relay provider=trap-${tag}&access=self_service&run=r&key=k]`,
      };
      await person('POST', '/api/channel/', { mode: 'multi_to_single', multi_key_mode: 'random', channel });
      const many = (await host.reads.accounts()).find(({ name }) => name === channel.name);
      if (many !== undefined) made.add(many.id);
      expect(many).toMatchObject({ marker: null });
    });

    it('adds to maps of options without losing what others have put there before', async () => {
      const ratios = JSON.parse(await option('GroupRatio')) as Record<string, number>;
      const others = { ...ratios, [`others-${tag}`]: 3 };
      await person('PUT', '/api/option/', { key: 'GroupRatio', value: JSON.stringify(others) });
      const state = { name: `mine-${tag}`, text: `Mine [relay trap-${tag} self_service r]`, ratio: 2 };
      done(await driver('group').create(state));
      expect(JSON.parse(await option('GroupRatio'))).toMatchObject({ ...others, [state.name]: 2 });
      const [mine] = (await driver('group').find(state)).filter(({ id }) => id === state.name);
      done(await driver('group').remove(mine ?? { id: '', name: '' }));
      expect(JSON.parse(await option('GroupRatio'))).toEqual(others);
      await person('PUT', '/api/option/', { key: 'GroupRatio', value: JSON.stringify(ratios) });
    });

    it('keeps whatever text an option is sent: what cannot be read is not overwritten', async () => {
      const before = await option('CacheRatio');
      await person('PUT', '/api/option/', { key: 'CacheRatio', value: '{bad' });
      try {
        const list = await host.resources.list();
        const job = { provider: aProvider(), access: 'self_service', run: 'r', adopt: false } as const;
        const { problems } = host.layout.plan(job, { resources: list, accounts: [] });
        expect(problems.map(({ message }) => message)).toContain(
          'The option CacheRatio of the host holds no valid JSON.',
        );
        const models = { [`m-${tag}`]: { input: 1, output: 1, cacheRead: 1, cacheWrite: 1 } };
        expect((await driver('prices').create({ models })).status).toBe('rejected');
        expect(await option('CacheRatio')).toBe('{bad');
      } finally {
        await person('PUT', '/api/option/', { key: 'CacheRatio', value: before });
      }
    });

    it('shows its web page wherever there is no API', async () => {
      const { status, headers } = await fetch(`${host.info.url}/no/such/page`);
      expect([status, headers.get('content-type')?.split(';')[0]]).toEqual([200, 'text/html']);
    });
  });
}

function done<T>(result: WriteResult<T>): T {
  if (result.status !== 'applied') throw result.failure;
  return result.value;
}
