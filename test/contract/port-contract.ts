import { randomBytes } from 'node:crypto';
import { inHand } from '../../src/host/turns.ts';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { accessSlug, type AccessMode } from '../../src/core/modes.ts';
import { RelayError } from '../../src/core/relay-error.ts';
import { Secret } from '../../src/core/secrets/secret.ts';
import type { Account, AccountSpec, Id } from '../../src/host/account.ts';
import type { Perform } from '../../src/host/client-keys.ts';
import type { Can } from '../../src/host/capabilities.ts';
import type { WriteResult } from '../../src/host/host-failure.ts';
import type { Host } from '../../src/host/host.ts';
import type { Held, Owner } from '../../src/host/layout.ts';
import { stagingName } from '../../src/host/names.ts';
import { fitProvider } from '../../src/plan/fit-provider.ts';
import { fingerprintKey } from '../../src/keys/fingerprint.ts';
import { aProvider } from '../support/builders.ts';

export interface OpenedPort {
  host: Host;
  /** A vendor that the host can reach, with the name of a model that it has. */
  baseUrl: string;
  model: string;
  /** Keys that the vendor takes, and one that it refuses. */
  keys: { good: string[]; dead: string };
  close: () => Promise<void>;
}

/** What the engine relies on, whatever the kind of the host: where a host cannot, its capability says so. */
export function portContract(
  label: string,
  open: () => Promise<OpenedPort>,
  access: AccessMode = 'self_service',
): void {
  describe(`the port of ${label}, ${accessSlug(access)}`, () => {
    const tag = randomBytes(4).toString('hex');
    const cleanups: (() => Promise<unknown>)[] = [];
    let opened: OpenedPort;
    let host: Host;
    let owner: Owner & { run: string; adopt: boolean };

    beforeAll(async () => {
      opened = await open();
      host = opened.host;
      const { baseUrl, model } = opened;
      const provider = aProvider({ id: `port-${tag}`, baseUrl, defaultModels: [model], smokeTestModel: model });
      provider.channelTemplate.modelMapping = { [model]: model };
      provider.prices = { currency: 'USD', perMillionTokens: { [model]: { input: 1, output: 4 } } };
      owner = { provider: fitProvider(provider, host).provider, access, run: `run-${tag}`, adopt: false };
    });
    afterAll(async () => {
      for (const clean of cleanups.toReversed()) await clean();
      await opened.close();
    });

    const held = async (): Promise<Held> => ({
      resources: await host.resources.list(),
      accounts: await host.reads.accounts(),
    });

    /** Makes what the layout asks for, as applying does. Returns the place. */
    const lay = async (): Promise<Id> => {
      const plan = host.layout.plan(owner, await held());
      expect(plan.problems).toEqual([]);
      const ids = new Map<string, Id>();
      for (const step of plan.steps) {
        const driver = host.resources.drivers.find(({ kind }) => kind === step.kind);
        if (driver === undefined) throw new Error(`no driver of ${step.kind}`);
        if (step.action === 'unchanged') ids.set(step.kind, step.id);
        if (step.action !== 'create') continue;
        const state = driver.placed(step.after, ids);
        done(await driver.create(state));
        const made = (await driver.find(state)).filter((each) => driver.isMadeAs(each, step.name, state));
        expect(made).toHaveLength(1);
        const [object] = made;
        if (object === undefined) throw new Error(`${step.kind} was not made`);
        expect(driver.differences(object, state)).toEqual([]);
        // What is written down of it reads as the same.
        const written: unknown = JSON.parse(JSON.stringify(driver.stateOf(object, state)));
        expect(driver.differences(object, driver.schema.parse(written))).toEqual([]);
        ids.set(step.kind, object.id);
      }
      // A place that is made with its first account is known before it is there.
      const place = host.layout.place(owner, await held()) ?? plan.place;
      if (place.id === null) throw new Error('there is no place');
      expect(place.name).toBe(plan.place.name);
      return place.id;
    };

    const specOf = (word: string, place: Id | null, fingerprint: string): AccountSpec => ({
      name: `${owner.provider.id}-${word}`,
      platform: owner.provider.platform,
      baseUrl: owner.provider.baseUrl,
      mapping: { [opened.model]: opened.model },
      concurrency: 3,
      priority: 40,
      place,
      settings: {},
      marker: { provider: owner.provider.id, access, run: owner.run, fingerprint },
    });

    const add = async (word: string, key: string, place: Id | null): Promise<Account> => {
      const { fingerprint } = fingerprintKey(new Secret(key));
      const spec = specOf(word, place, fingerprint);
      const [answer] = done(
        await host.writes.createAccounts([spec], () => new Secret(key), randomBytes(16).toString('hex'), inHand),
      );
      expect(answer?.ok).toBe(true);
      const account = (await host.reads.accounts()).find((each) => each.name === spec.name);
      if (account === undefined) throw new Error(`${word} was not made`);
      cleanups.push(() => host.writes.deleteAccount(account.id));
      return learnt(host, account.id);
    };

    const request = () => ({
      platform: owner.provider.platform,
      model: opened.model,
      maxTokens: 16,
      tokensField: 'max_tokens',
    });

    it('names its kind, and why it cannot what it cannot', () => {
      const { kind, version, capabilities } = host.info;
      expect(kind).toMatch(/^[a-z0-9-]+$/);
      expect(version).toMatch(/^\w/);
      const { disable, clientKeys, grants, grantDays, modelPatterns, accountSettings, ignores } = capabilities;
      const inModes = Object.values(grants);
      const all: Can[] = [
        disable,
        ...Object.values(clientKeys),
        grantDays,
        modelPatterns,
        ...inModes,
        ...Object.values(accountSettings),
      ];
      for (const can of all) if (!can.possible) expect(can.why).toMatch(/^[^A-Z].*[^.]$/);
      for (const { why } of ignores) expect(why).toMatch(/^[^A-Z].*[^.]$/);
      expect(host.clientKeys === null).toBe(Object.values(clientKeys).every(({ possible }) => !possible));
      expect(host.grants === null).toBe(inModes.every(({ possible }) => !possible));
      expect(host.proof.testKey === undefined).toBe(capabilities.proof === 'after-create');
    });

    it('makes what a provider is there, finds it again, and takes it away in order', async () => {
      const place = await lay();
      const survey = await host.resources.survey([], new Set());
      expect(survey.placeExists(place)).toBe(true);
      expect(survey.placeExists('no such place')).toBe(false);
      const now = await held();
      const again = host.layout.plan(owner, now);
      expect(again.steps.map(({ action }) => action)).toEqual(again.steps.map(() => 'unchanged'));
      expect(host.layout.status(owner, now, true).map(({ state }) => state)).toEqual(again.steps.map(() => 'active'));
      const managed = host.layout.managed(owner, now);
      expect(managed.map(({ kind }) => kind).toSorted()).toEqual(again.steps.map(({ kind }) => kind).toSorted());
      for (const when of ['first', 'last'] as const)
        for (const { kind, object, shared, staysAnyway } of managed.filter((each) => each.when === when)) {
          const driver = host.resources.drivers.find((each) => each.kind === kind);
          if (staysAnyway === true) {
            const released = await driver?.release?.(object, place);
            if (released !== undefined) done(released);
            continue;
          }
          expect(shared).toBeNull();
          if (driver !== undefined) done(await driver.remove(object));
        }
      const gone = host.layout.plan(owner, await held());
      const stay = new Set(managed.filter(({ staysAnyway }) => staysAnyway === true).map(({ kind }) => kind));
      // What stays is used again.
      expect(gone.steps.map(({ kind, action }) => [kind, action === 'create'])).toEqual(
        again.steps.map(({ kind }) => [kind, !stay.has(kind)]),
      );
    });

    it('shows an account with its mark, as it was made and as it was changed, and removes it', async () => {
      const place = await lay();
      const account = await add('changed', opened.keys.good[0] ?? '', place);
      expect(account).toMatchObject({
        places: [place],
        mapping: { [opened.model]: opened.model },
        marker: { provider: owner.provider.id, access, run: owner.run },
        tested: false,
        state: 'active',
        enabled: true,
      });
      const name = `${account.name}-renamed`;
      const mapping = { [opened.model]: opened.model, other: opened.model };
      done(await host.writes.changeAccount(account.id, { name, mapping }));
      done(await host.writes.markTested([account.id], owner.run, inHand));
      const changed = await host.reads.account(account.id);
      expect(changed).toMatchObject({ name, mapping, tested: true, marker: account.marker, places: [place] });
      done(await host.writes.deleteAccount(account.id));
      expect(await host.reads.account(account.id)).toBeUndefined();
    });

    it('takes an account out of service and back, or says that it cannot', async () => {
      const place = await lay();
      const account = await add('paused', opened.keys.good[0] ?? '', place);
      const result = await host.writes.setEnabled([account.id], { enabled: false, paused: true }, inHand);
      if (!host.info.capabilities.disable.possible) {
        expect(result.status).toBe('rejected');
        expect(await host.reads.account(account.id)).toMatchObject({ enabled: true });
        return;
      }
      done(result);
      expect(await host.reads.account(account.id)).toMatchObject({ enabled: false, paused: true });
      done(await host.writes.setEnabled([account.id], { enabled: true, paused: false }, inHand));
      expect(await host.reads.account(account.id)).toMatchObject({ enabled: true, paused: false });
    });

    it('tells a key that works from one that does not, when it says that it can', async () => {
      const place = await lay();
      const { model, keys } = opened;
      const options = { model, deadCodes: [], signal: new AbortController().signal };
      const outcomes: string[] = [];
      for (const [word, key] of [
        ['good', keys.good[1] ?? ''],
        ['dead', keys.dead],
      ] as const) {
        const { testKey } = host.proof;
        const test =
          testKey === undefined
            ? await host.proof.testAccount(await add(word, key, place), options)
            : await testKey(specOf(word, place, word), new Secret(key), options);
        outcomes.push(test.outcome === 'failed' ? `failed ${test.why}` : test.outcome);
      }
      expect(outcomes).toEqual(['passed', 'failed refused']);
    });

    it('serves what was made to a client of a run, which is found again and leaves nothing', async () => {
      const port = host.clientKeys;
      if (port === null) return;
      const place = await lay();
      const account = await add('serving', opened.keys.good[2] ?? '', place);
      expect(await host.proof.accountModels(account)).toContain(opened.model);
      const client = port.of(owner.run);
      expect(port.of(owner.run).name).toBe(client.name);
      expect(await client.find()).toBeUndefined();
      done(await client.create());
      const id = await client.find();
      if (id === undefined) throw new Error('there is no client');
      cleanups.push(() => client.remove(id));
      expect((await port.all()).map(({ run }) => run)).toContain(owner.run);
      const key = await client.keyFor(id, place, access, performed);
      const { signal } = new AbortController();
      await eventually(async () => (await host.gateway.complete(key, request(), signal)).ok);
      expect(await client.empty(id)).toBe(true);
      done(await client.remove(id));
      expect(await client.find()).toBeUndefined();
      await eventually(async () => !(await host.gateway.complete(key, request(), signal)).ok);
    });

    it('proves accounts in places of their own, and knows those that a run has left', async () => {
      const { isolation } = host;
      if (isolation?.by !== 'place') return;
      const driver = host.resources.drivers.find(({ kind }) => kind === isolation.kind);
      if (driver === undefined) throw new Error('it has no driver');
      const staging = stagingName(owner.run);
      const state = isolation.state(owner, staging);
      done(await driver.create(state));
      const made = (await driver.find(state)).find((each) => driver.isMadeAs(each, staging, state));
      if (made === undefined) throw new Error('it was not made');
      cleanups.push(() => driver.remove(made));
      const stale = async (run: string) => isolation.stale({ ...owner, run }, await held()).map(({ id }) => id);
      expect(await stale(owner.run)).not.toContain(made.id);
      expect(await stale('another run')).toContain(made.id);
      done(await driver.remove(made));
      expect(await stale('another run')).not.toContain(made.id);
    });

    it('reaches an account that is in no place by a key that names it, and by no other', async () => {
      const { isolation, clientKeys } = host;
      if (isolation?.by !== 'pin' || clientKeys === null) return;
      const place = await lay();
      for (const { id, marker } of await host.reads.accounts())
        if (marker?.provider === owner.provider.id) done(await host.writes.deleteAccount(id));
      const hidden = await add('hidden', opened.keys.good[3] ?? '', null);
      expect(hidden.places).toEqual([]);
      const client = clientKeys.of(`${owner.run}-pin`);
      done(await client.create());
      const id = (await client.find()) ?? '';
      cleanups.push(() => client.remove(id));
      const pin = await client.keyFor(id, null, access, performed);
      const key = await client.keyFor(id, place, access, performed);
      cleanups.push(() => client.empty(id));
      const { signal } = new AbortController();
      expect(await host.gateway.complete(isolation.pinned(pin, hidden.id), request(), signal)).toMatchObject({
        ok: true,
      });
      expect(await host.gateway.complete(key, request(), signal)).toMatchObject({ ok: false, retryable: true });
      done(await host.writes.placeAccounts([hidden.id], [place], inHand));
      expect((await host.reads.account(hidden.id))?.places).toEqual([place]);
      // At once: what has joined serves before anybody else has gone.
      expect(await host.gateway.complete(key, request(), signal)).toMatchObject({ ok: true });
    });

    it('sends nothing that does not pass the gate, and asks nothing once it was told to end', async () => {
      const shut = new RelayError('LOCK_LOST', 'The gate is shut.');
      const gated = host.through({
        ask: (send) => send(),
        write: () => {
          throw shut;
        },
      });
      const before = await host.reads.accounts();
      const own = before.find(({ marker }) => marker?.provider === owner.provider.id);
      await expect((async () => gated.writes.deleteAccount(own?.id ?? '1'))()).rejects.toBe(shut);
      expect((await gated.reads.accounts()).length).toBe(before.length);
    });

    it('gives names that end within what it takes', () => {
      const longest = `relay-${owner.provider.id}-${accessSlug(access)}`;
      expect(longest.length).toBeLessThanOrEqual(host.info.capabilities.maxNameLength);
      const base = host.upstreamBase(opened.baseUrl, 'openai');
      expect(URL.canParse(base)).toBe(true);
    });
  });
}

/** Sends what makes something for a client, once. */
const performed: Perform = async ({ send, trust, look }) => {
  const answer = done(await send());
  if (trust !== undefined) return trust(answer);
  const seen = await look();
  if (seen === undefined) throw new Error('it was not made');
  return seen.value;
};

function done<T>(result: WriteResult<T>): T {
  if (result.status !== 'applied') throw result.failure;
  return result.value;
}

/** The account once the host knows what its upstream can do. */
async function learnt(host: Host, id: Id): Promise<Account> {
  for (;;) {
    const account = await host.reads.account(id);
    if (account === undefined) throw new Error('the account is gone');
    if (!account.discovering) return account;
    await pause(50);
  }
}

async function eventually(is: () => Promise<boolean>): Promise<void> {
  for (let tries = 0; tries < 100; tries += 1) {
    if (await is()) return;
    await pause(100);
  }
  throw new Error('it did not come about');
}
