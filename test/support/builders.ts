import { noJournal } from '../../src/apply/journal.ts';
import { ChangeLog } from '../../src/apply/change-log.ts';
import type { Account, Marker } from '../../src/host/account.ts';
import type { Capabilities } from '../../src/host/capabilities.ts';
import type { Grant, User } from '../../src/host/grants.ts';
import { groupIsolation } from '../../src/host/sub2api/isolation.ts';
import { sub2apiLayout } from '../../src/host/sub2api/layout/layout.ts';
import { desiredPrices } from '../../src/host/sub2api/layout/prices.ts';
import type { Channel, ChannelPrice, Group, Tariff } from '../../src/host/sub2api/objects.ts';
import { fingerprintKey } from '../../src/keys/fingerprint.ts';
import { acceptedKeys } from '../../src/keys/key-file.ts';
import { parseKeyLines } from '../../src/keys/parse-key-lines.ts';
import { packSchema, type PackManifest, type PackProvider, type Provider } from '../../src/pack/manifest.ts';
import { effectiveMapping } from '../../src/pack/model-mapping.ts';
import { settleProvider } from '../../src/pack/settle-provider.ts';
import { buildPlan } from '../../src/plan/build-plan.ts';
import type { AccountStep } from '../../src/plan/import-plan.ts';
import type { HostSnapshot, Desired } from '../../src/plan/observed.ts';
import { nothingDone, type RunRecord } from '../../src/report/run-record.ts';
import { Secret } from '../../src/core/secrets/secret.ts';
import type { AccountVerdict } from '../../src/verify/probe-accounts.ts';

export const dayMs = 86_400_000;
/** The moment at which all that is built here stands. */
export const noon = Date.UTC(2026, 10, 20, 12);

/** A provider of a pack as it is imported where the operator says nothing else. */
export function settled(provider: PackProvider): Provider {
  return settleProvider(provider, provider.baseUrl).provider;
}

export function aProvider(changes: Partial<Provider> = {}): Provider {
  const pack = packSchema.parse({
    schema: 'relay.pack/1',
    id: 'acme',
    displayName: 'Acme',
    providers: [
      {
        id: 'acme',
        displayName: 'Acme AI',
        platform: 'openai',
        accountType: 'apikey',
        baseUrl: 'https://api.acme.example/v1',
        defaultModels: ['big', 'small'],
        smokeTestModel: 'small',
        groupTemplate: { rateMultiplier: 1 },
        channelTemplate: { modelMapping: { big: 'big', small: 'small' } },
        prices: {
          currency: 'USD',
          perMillionTokens: { big: { input: 2, output: 10, cacheRead: 0.5 }, small: { input: 0.1, output: 0.4 } },
        },
        planTemplate: { price: 9, validityDays: 30, validityUnit: 'day' },
      },
    ],
  });
  return { ...settled(pack.providers[0]!), ...changes };
}

export function aManifest(providers: Provider[] = [aProvider()]): PackManifest {
  return { schema: 'relay.pack/1', id: 'acme', displayName: 'Acme', kind: 'vendor', providers };
}

export function aGroup(changes: Partial<Group> = {}): Group {
  return {
    id: '1',
    name: 'relay-acme-subscription',
    description: 'Acme AI [relay acme subscription run-1]',
    platform: 'openai',
    type: 'subscription',
    rateMultiplier: 1,
    active: true,
    ...changes,
  };
}

export function aPrice(changes: Partial<ChannelPrice> = {}): ChannelPrice {
  return {
    platform: 'openai',
    models: ['big'],
    billing: 'token',
    input: null,
    output: null,
    cacheRead: null,
    cacheWrite: null,
    rest: {},
    ...changes,
  };
}

/** A channel as relay makes it for `aProvider()`, in the group of `aGroup()`. */
export function aChannel(changes: Partial<Channel> = {}): Channel {
  const provider = aProvider();
  return {
    id: '1',
    name: 'relay-acme-subscription',
    active: true,
    groupIds: ['1'],
    mappings: { openai: effectiveMapping(provider) },
    prices: desiredPrices(provider),
    restrictsModels: true,
    billingSource: 'channel_mapped',
    ...changes,
  };
}

export function aTariff(changes: Partial<Tariff> = {}): Tariff {
  return {
    id: '1',
    name: 'relay-acme-subscription',
    groupId: '1',
    price: 9,
    validityDays: 30,
    validityUnit: 'day',
    forSale: false,
    ...changes,
  };
}

export function aMarker(changes: Partial<Marker> = {}): Marker {
  return {
    provider: 'acme',
    access: 'subscription',
    run: 'run-1',
    fingerprint: fingerprintOf('test-key-one'),
    ...changes,
  };
}

/** What an account is to which nothing has happened since it was made. */
export const standing = {
  tested: false,
  paused: false,
  state: 'active',
  enabled: true,
  stateMessage: '',
  lastUsedAt: null,
  limitedUntil: null,
  discovering: false,
} as const;

/** An account as relay makes it for `aProvider()` and the key `test-key-one`. */
export function anAccount(changes: Partial<Account> = {}): Account {
  const provider = aProvider();
  return {
    id: '1',
    name: 'acme-01',
    platform: 'openai',
    baseUrl: provider.baseUrl,
    mapping: effectiveMapping(provider),
    concurrency: 10,
    priority: 50,
    places: ['1'],
    settings: {},
    marker: aMarker(),
    ...standing,
    tested: true,
    ...changes,
  };
}

export function aUser(changes: Partial<User> = {}): User {
  return { id: '7', email: 'ann@example.org', active: true, createdAt: noon, ...changes };
}

export function aSubscription(changes: Partial<Grant> = {}): Grant {
  return {
    id: '1',
    userId: '7',
    user: null,
    place: '1',
    startsAt: noon - 10 * dayMs,
    expiresAt: noon + 20 * dayMs,
    active: true,
    byRelay: true,
    ...changes,
  };
}

export function fingerprintOf(key: string): string {
  return fingerprintKey(new Secret(key)).fingerprint;
}

/** Keys as they come from a file that holds these, one a line. */
export function keysOf(...keys: string[]): Desired['keys'] {
  return keys.map((key, index) => ({ line: index + 1, ...fingerprintKey(new Secret(key)), settings: {} }));
}

export function aDesired(changes: Partial<Desired> = {}): Desired {
  return {
    run: 'run-2',
    provider: aProvider(),
    modelsFrom: 'pack',
    mode: 'strict',
    access: 'subscription',
    keys: keysOf('test-key-one'),
    malformedLines: 0,
    accounts: 'reconcile',
    targets: [],
    extend: false,
    adopt: false,
    failed: 'disable',
    allowMassRemoval: false,
    probe: 'auto',
    probeKeyGiven: false,
    resumed: false,
    ...changes,
  };
}

export const capabilities: Capabilities = {
  maxNameLength: 100,
  discoveryMs: 0,
  refreshAfterDiscovery: false,
  proof: 'after-create',
  testEndsErrors: true,
  atOnce: { tests: 128, calls: 16, batches: 2 },
  disable: { possible: true },
  sameKeyTwice: { possible: true },
  clientKeys: { subscription: { possible: true }, self_service: { possible: true } },
  grants: {
    subscription: { possible: true },
    self_service: { possible: false, why: 'self-service access has no subscriptions' },
  },
  grantDays: { possible: true },
  accountSettings: { concurrency: { possible: true }, priority: { possible: true } },
  modelPatterns: { possible: true },
  ignores: [],
  lock: 'provider',
};

/** What a sub2api host may hold, resource by resource. */
export type Holding = Partial<Omit<HostSnapshot, 'resources'>> & {
  groups?: Group[];
  channels?: Channel[];
  tariffs?: Tariff[];
};

/** A host that holds nothing but this. */
export function anEmptyHost({ groups, channels, tariffs, ...changes }: Holding = {}): HostSnapshot {
  return {
    kind: 'sub2api',
    capabilities,
    layout: sub2apiLayout,
    isolation: groupIsolation,
    words: { grant: 'subscription', client: 'user' },
    resources: { group: groups ?? [], channel: channels ?? [], tariff: tariffs ?? [] },
    accounts: [],
    grants: [],
    users: [],
    foreignKeys: new Map(),
    leftClients: [],
    now: noon,
    ...changes,
  };
}

/** A host on which `aWanted()` has been carried out before. */
export function aServingHost(changes: Holding = {}): HostSnapshot {
  return anEmptyHost({
    groups: [aGroup()],
    channels: [aChannel()],
    tariffs: [aTariff()],
    accounts: [anAccount()],
    ...changes,
  });
}

/** What a run knows of itself before it has done anything: a strict import of `text`, as `wanted` and the host have it. */
export function aRecord(
  text: string,
  desired: Partial<Desired> = {},
  snapshot: HostSnapshot = anEmptyHost(),
): RunRecord {
  const keyFile = parseKeyLines(text);
  const keys = acceptedKeys(keyFile).map(({ line, fingerprint, last4, settings }) => ({
    line,
    fingerprint,
    last4,
    settings,
  }));
  const whole = aDesired({ keys, ...desired });
  const result = buildPlan(whole, snapshot);
  if (!('plan' in result)) throw new Error(result.problems.map((each) => each.message).join('; '));
  const { plan } = result;
  return {
    run: {
      id: whole.run,
      startedAt: noon,
      finishedAt: noon + 5000,
      relayVersion: '0.0.0',
      dryRun: false,
      stages: [],
      pace: null,
      journal: null,
      budget: null,
    },
    host: { url: 'https://host.example', kind: 'sub2api', version: '0.1.179' },
    pack: { id: 'acme', digest: 'sha256:0' },
    provider: whole.provider,
    plan,
    keyFile,
    ...nothingDone(),
    log: new ChangeLog(noJournal),
    interruptedBy: null,
    warnings: [],
    errors: [],
  };
}

/** The account that a step of a plan makes. */
export function madeAccount(step: AccountStep, id: string, changes: Partial<Account> = {}): Account {
  const marker = aMarker({ run: 'run-2', fingerprint: step.fingerprint });
  return anAccount({ id, name: step.name, marker, ...changes });
}

export function aVerdict(account: Account, changes: Partial<AccountVerdict> = {}): AccountVerdict {
  const validation = changes.validation ?? 'passed';
  return {
    account,
    validation,
    code: null,
    smokeModelSeen: true,
    models: ['big', 'small'],
    probe: {
      ok: validation === 'passed',
      message: 'The test passed.',
      evidence: 'test',
      attempts: 1,
      startedAt: noon,
      ms: 20,
    },
    ...changes,
  };
}

export function aGatewayCheck(
  changes: Partial<NonNullable<RunRecord['gateway']>> = {},
): NonNullable<RunRecord['gateway']> {
  return {
    ok: true,
    reachable: true,
    hasExpectedModel: true,
    completionOk: true,
    attempts: 1,
    status: 200,
    message: '',
    ms: 40,
    probeKey: 'made',
    ...changes,
  };
}
