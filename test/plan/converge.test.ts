import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Account, Id, Setting } from '../../src/host/account.ts';
import type { HostObject, ResourceDriver, Resources } from '../../src/host/driver.ts';
import type { Grant } from '../../src/host/grants.ts';
import type { Sub2apiReads, Sub2apiWrites } from '../../src/host/sub2api/admin-port.ts';
import { channelDriver } from '../../src/host/sub2api/drivers/channel.ts';
import { groupDriver } from '../../src/host/sub2api/drivers/group.ts';
import { tariffDriver } from '../../src/host/sub2api/drivers/tariff.ts';
import type { Channel, Group, Tariff } from '../../src/host/sub2api/objects.ts';
import { buildPlan } from '../../src/plan/build-plan.ts';
import { changesAnything, type AccountStep, type ImportPlan } from '../../src/plan/import-plan.ts';
import type { HostSnapshot, Desired } from '../../src/plan/observed.ts';
import {
  aChannel,
  aGroup,
  aMarker,
  anAccount,
  anEmptyHost,
  aTariff,
  aPrice,
  aProvider,
  aSubscription,
  aUser,
  aDesired,
  dayMs,
  keysOf,
  noon,
  standing,
} from '../support/builders.ts';
import { runs } from '../support/sweep.ts';

/** Of the drivers only what asks no host is used. */
const nobody = {} as Sub2apiReads & Sub2apiWrites;
const drivers = [
  groupDriver(nobody, nobody),
  channelDriver(nobody, nobody),
  tariffDriver(nobody, nobody),
] as ResourceDriver[];

function replaced<T extends { id: Id }>(list: readonly T[], item: T): T[] {
  return [...list.filter((each) => each.id !== item.id), item];
}

/** The resources that a host holds once the steps of a plan are done, and the ids that these ended with, by kind. */
function resourcesAfter(
  plan: ImportPlan,
  before: Resources,
  newId: () => Id,
): { resources: Resources; ids: ReadonlyMap<string, Id> } {
  const resources: Record<string, readonly HostObject[]> = { ...before };
  const ids = new Map<string, Id>();
  for (const step of plan.resources) {
    const { kind } = step;
    const list = resources[kind];
    const driver = drivers.find((each) => each.kind === kind);
    if (list === undefined || driver === undefined) throw new Error(`the host knows no ${kind}`);
    const id = step.action === 'create' ? newId() : step.id;
    ids.set(kind, id);
    if (step.action === 'unchanged') continue;
    const after = driver.placed(step.after, ids);
    if (step.action === 'create') {
      const made = { id, active: true, ...after };
      resources[kind] = [...list, made];
    } else {
      const old = list.find((each) => each.id === id);
      // What is to be edited stands on the host as the plan says.
      expect(old).toMatchObject(step.before);
      resources[kind] = replaced(list, { ...old, id, ...after });
    }
  }
  return { resources, ids };
}

/** What a host holds after a plan was carried out to the letter, and everything worked. */
function carriedOut(plan: ImportPlan, before: HostSnapshot): HostSnapshot {
  let lastId = Math.max(
    0,
    ...[...Object.values(before.resources), before.accounts, before.grants].flat().map((each) => Number(each.id)),
  );
  const newId = () => String((lastId += 1));
  const { resources, ids } = resourcesAfter(plan, before.resources, newId);
  const place = plan.place.id ?? ids.get(plan.place.kind);
  if (place === undefined) throw new Error(`the plan makes no ${plan.place.kind}`);

  const made = plan.accounts.flatMap((step): Account[] => {
    if (step.action !== 'create') return [];
    return [
      {
        id: newId(),
        ...step.spec,
        places: [place],
        ...standing,
        tested: true,
      },
    ];
  });
  const retested = new Set(
    plan.accounts.flatMap((step) => (step.action !== 'create' && step.retest !== null ? [step.account.id] : [])),
  );
  const updated = new Map(
    plan.accounts.flatMap((step) =>
      step.action === 'update' || step.action === 'adopt' ? [[step.account.id, step]] : [],
    ),
  );
  const gone = new Set(plan.removals.map((step) => step.id));
  const kept = before.accounts
    .filter((account) => !gone.has(account.id))
    .map((account) => changed(account, updated.get(account.id), place))
    .map((account) =>
      retested.has(account.id) ? { ...account, tested: true, state: 'active' as const, enabled: true } : account,
    );

  let grants = before.grants;
  for (const step of plan.grants) {
    if (step.action === 'create')
      grants = [
        ...grants,
        aSubscription({
          id: newId(),
          userId: step.user.id,
          place,
          startsAt: before.now,
          expiresAt: before.now + (step.days ?? 0) * dayMs,
        }),
      ];
    if (step.action === 'extend') {
      const old = grants.find((each) => each.id === step.id)!;
      const from = step.wasActive ? (old.expiresAt ?? 0) : before.now;
      grants = replaced(grants, { ...old, active: true, expiresAt: from + step.byDays * dayMs });
    }
  }
  return { ...before, resources, accounts: [...kept, ...made], grants };
}

/** An account after a change, which hosts carry out to the letter. */
function changed(account: Account, step: AccountStep | undefined, place: Id): Account {
  if (step === undefined || step.action === 'create' || step.action === 'unchanged') return account;
  const { settings = {}, marker, ...plain } = step.change;
  const merged = (now: Record<string, unknown>, change: Record<string, Setting>) =>
    Object.fromEntries(
      [...new Set([...Object.keys(now), ...Object.keys(change)])].flatMap((key) => {
        const setting = Object.hasOwn(change, key) ? change[key] : { value: now[key] };
        return setting === null || setting === undefined ? [] : [[key, setting.value]];
      }),
    );
  return {
    ...account,
    ...(Object.fromEntries(Object.entries(plain).filter(([, value]) => value !== undefined)) as Partial<Account>),
    settings: merged(account.settings, settings),
    marker: marker === undefined ? account.marker : marker,
    places: step.place === 'joins' ? [...account.places, place] : account.places,
  };
}

const allKeys = ['test-key-one', 'test-key-two', 'test-key-three', 'key-four', 'key-five'];
const someKeys = fc.shuffledSubarray(allKeys, { minLength: 1 }).map((keys) => keysOf(...keys));

const strangeAccounts = fc.array(
  fc.record({
    name: fc.constantFrom('acme-01', 'acme-02', 'acme-03', 'acme-05', 'acme-self-01', 'by hand'),
    places: fc.constantFrom<string[]>([], ['1'], ['1', '2'], ['9']),
    marker: fc.constantFrom(
      null,
      ...allKeys.map((key) => aMarker({ fingerprint: keysOf(key)[0]!.fingerprint })),
      aMarker({ provider: 'beta' }),
      aMarker({ access: 'self_service' }),
      aMarker({ fingerprint: 'sha256:gone' }),
      aMarker({ sets: ['extra.old'] }),
    ),
    state: fc.constantFrom<Account['state']>('active', 'error', 'inactive'),
    enabled: fc.boolean(),
    paused: fc.boolean(),
    tested: fc.boolean(),
    baseUrl: fc.constantFrom('https://api.acme.example/v1', 'https://old.example', null),
    priority: fc.constantFrom(50, 1),
    settings: fc.constantFrom<Account['settings']>(
      {},
      { 'extra.theirs': 1 },
      { 'extra.mode': 'x', 'extra.theirs': 1 },
      { 'extra.old': 1 },
    ),
  }),
  { maxLength: 8 },
);

const channelsOfHost = fc.constantFrom<Channel[]>(
  [],
  [aChannel()],
  [aChannel({ prices: [] })],
  [aChannel({ mappings: { gemini: { g: 'g' } }, groupIds: ['1', '6'], restrictsModels: false })],
  [
    aChannel({
      prices: [
        aPrice({ models: ['big', 'theirs'], input: 1 }),
        aPrice({ platform: 'gemini', models: ['g'], input: 2 }),
      ],
    }),
  ],
  [aChannel({ id: '8', name: 'other', groupIds: ['6'] })],
);

/** Whether two accounts bear one marker, as duplicates of an account do. */
function holdsCopies(host: HostSnapshot): boolean {
  const own = host.accounts.flatMap(({ marker }) =>
    marker?.provider === 'acme' && marker.access === 'subscription' ? [marker.fingerprint] : [],
  );
  return new Set(own).size < own.length;
}

/** Hosts as they may be found: empty, full, half, with what others made. */
const hosts = fc
  .record({
    groups: fc.constantFrom<Group[]>([], [aGroup()], [aGroup({ id: '9', name: 'default', description: '' }), aGroup()]),
    channels: channelsOfHost,
    tariffs: fc.constantFrom<Tariff[]>([], [aTariff()], [aTariff({ id: '5', name: 'other', groupId: '9' })]),
    accounts: strangeAccounts.map((accounts) =>
      accounts.map((changes, index) => anAccount({ id: String(10 + index), ...changes })),
    ),
    grants: fc.constantFrom<Grant[]>(
      [],
      [aSubscription()],
      [aSubscription({ active: false, expiresAt: noon - dayMs })],
    ),
  })
  .map((parts) => anEmptyHost({ ...parts, users: [aUser()], grants: parts.groups.length === 0 ? [] : parts.grants }));

/** The same host, of which nothing that it holds is shared with the first. */
function copyOf({ layout, isolation, ...held }: HostSnapshot): HostSnapshot {
  return { ...structuredClone(held), layout, isolation };
}

const wishes = fc
  .record({
    keys: someKeys,
    mode: fc.constantFrom('strict', 'partial'),
    extend: fc.boolean(),
    days: fc.constantFrom(null, 7, 90),
    probe: fc.constantFrom('auto', 'none'),
    priced: fc.boolean(),
    extra: fc.constantFrom({}, { mode: 'x' }),
  })
  .map(({ days, priced, extra, ...parts }): Partial<Desired> => {
    const { prices, ...provider } = aProvider();
    provider.hosts = { sub2api: { account: { credentials: {}, extra } } };
    const targets = [{ asked: 'ann@example.org', user: { email: 'ann@example.org' }, days }];
    return { ...parts, targets, provider: priced ? { ...provider, prices } : provider };
  });

describe('a plan that was carried out', () => {
  it('leaves nothing to do, whatever the host held before (N5)', () => {
    const seen = { planned: 0, refused: 0, changed: 0 };
    fc.assert(
      fc.property(hosts, wishes, fc.boolean(), (before, wish, adopt) => {
        fc.pre(!holdsCopies(before));
        const desired = aDesired({ ...wish, adopt });
        const first = buildPlan(desired, before);
        if ('problems' in first) {
          seen.refused += 1;
          return;
        }
        seen.planned += 1;
        if (changesAnything(first.plan)) seen.changed += 1;
        const after = carriedOut(first.plan, before);
        const again = buildPlan({ ...desired, run: 'run-3' }, after);
        expect(again).toHaveProperty('plan');
        if (!('plan' in again)) return;
        expect(changesAnything(again.plan)).toBe(false);
        expect(again.plan.removals).toEqual([]);
        expect(again.plan.accounts.map((step) => [step.action, step.name, step.line])).toEqual(
          first.plan.accounts.map((step) => ['unchanged', step.name, step.line]),
        );
        expect(again.plan.gateway.probe).toBe('skip');
      }),
      { numRuns: runs(500) },
    );
    // Most of what was tried must have reached the second plan, or this would prove little.
    expect(seen.planned).toBeGreaterThan(seen.refused);
    expect(seen.changed).toBeGreaterThan(100);
  });

  it.each<[string, Partial<Account>, Partial<Account>, string]>([
    ['of an account without its group', { places: [] }, { places: [] }, 'test-key-one'],
    ['in the group of an account without its group', { places: [] }, {}, 'test-key-one'],
  ])('leaves nothing to do either beside a copy %s (N4, N5)', (_, original, copy, key) => {
    const before = anEmptyHost({
      groups: [aGroup()],
      channels: [aChannel()],
      tariffs: [aTariff()],
      accounts: [anAccount({ id: '10', ...original }), anAccount({ id: '11', name: 'copy', ...copy })],
    });
    const desired = aDesired({ keys: keysOf(key) });
    const first = buildPlan(desired, before);
    if (!('plan' in first)) throw new Error('no plan');
    const again = buildPlan(desired, carriedOut(first.plan, before));
    if (!('plan' in again)) throw new Error('no plan');
    expect(changesAnything(again.plan)).toBe(false);
    expect(again.plan.accounts.map((step) => step.name)).toEqual(first.plan.accounts.map((step) => step.name));
  });

  it('has named every key once, and removes and names nothing of others (N2, N4)', () => {
    fc.assert(
      fc.property(hosts, wishes, (before, wish) => {
        const desired = aDesired(wish);
        const result = buildPlan(desired, before);
        if ('problems' in result) return;
        const { plan } = result;
        expect(plan.accounts.map(({ line, fingerprint }) => ({ line, fingerprint }))).toEqual(
          desired.keys.map(({ line, fingerprint }) => ({ line, fingerprint })),
        );
        const created = plan.accounts.filter((step) => step.action === 'create').map((step) => step.name);
        const taken = before.accounts.map((account) => account.name);
        expect(new Set(created).size).toBe(created.length);
        expect(created.filter((name) => taken.includes(name))).toEqual([]);
        const own = (account: Account) =>
          account.marker?.provider === 'acme' && account.marker.access === 'subscription';
        for (const { id } of plan.removals)
          expect(own(before.accounts.find((account) => account.id === id)!)).toBe(true);
        const keptIds = plan.accounts.flatMap((step) => (step.action === 'create' ? [] : [step.account.id]));
        expect(plan.removals.filter(({ id }) => keptIds.includes(id))).toEqual([]);
        expect(plan.removals.map(({ id }) => id)).toEqual(
          plan.removals.map(({ id }) => id).toSorted((a, b) => Number(b) - Number(a)),
        );
      }),
      { numRuns: runs(300) },
    );
  });

  it('is the same plan for the same input', () => {
    fc.assert(
      fc.property(hosts, wishes, (before, wish) => {
        expect(buildPlan(aDesired(wish), before)).toEqual(buildPlan(aDesired(wish), copyOf(before)));
      }),
    );
  });

  it('leaves what was observed untouched', () => {
    fc.assert(
      fc.property(hosts, wishes, (before, wish) => {
        const copy = copyOf(before);
        buildPlan(aDesired(wish), before);
        expect(before).toEqual(copy);
      }),
    );
  });
});
