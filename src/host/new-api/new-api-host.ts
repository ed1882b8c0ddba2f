import { problem } from '../../core/relay-error.ts';
import { Secret } from '../../core/secrets/secret.ts';
import type { Capabilities } from '../capabilities.ts';
import type { ResourceDriver, Surroundings } from '../driver.ts';
import { gatedGateway } from '../gated.ts';
import type { Host, HostInfo } from '../host.ts';
import type { ApiClient } from '../http/api-client.ts';
import type { PinningPort } from '../layout.ts';
import type { Screen } from '../screen.ts';
import { upstreamBase } from './channel-types.ts';
import { tokenPort } from './client-keys.ts';
import { membershipPort } from './memberships.ts';
import { groupDriver, type GroupState } from './drivers/group.ts';
import { tariffDriver } from './drivers/tariff.ts';
import { pricesDriver, storedPrices, type PricesState } from './drivers/prices.ts';
import { newApiLayout } from './layout/layout.ts';
import { groupMarkerOf, priceList } from './objects.ts';
import { pricesIn } from './prices.ts';
import { newApiProof } from './proof.ts';
import { groupsIn, newApiReads, type NewApiReads } from './reads.ts';
import type { StatusSwitch } from './status-switch.ts';
import { newApiWrites } from './writes.ts';

const nothingOf = (what: string) => ({ possible: false, why: `a channel has no ${what}` }) as const;

/** What a new-api host can and cannot do. */
export const newApiCapabilities: Capabilities = {
  // Of a group, on PostgreSQL.
  maxNameLength: 64,
  discoveryMs: 0,
  refreshAfterDiscovery: false,
  proof: 'after-create',
  testEndsErrors: false,
  // A batch is a request for each channel, and some of them at once already.
  atOnce: { tests: 128, calls: 8, batches: 1 },
  disable: { possible: true },
  sameKeyTwice: { possible: true },
  clientKeys: { subscription: { possible: true }, self_service: { possible: true } },
  grants: {
    subscription: { possible: true },
    self_service: { possible: true },
  },
  grantDays: { possible: false, why: 'how long a user is in a group is up to the plan, or to who moves them' },
  accountSettings: { concurrency: nothingOf('limit of its own'), priority: { possible: true } },
  modelPatterns: { possible: false, why: 'a channel lists each name' },
  ignores: [{ field: 'accountTemplate.concurrency', why: 'a channel has no limit of its own' }],
  // Groups and prices stand in one text each, and writers overwrite each other.
  lock: 'host',
};

/** What a host is made of: who asks it, and what differs between installations. */
export interface NewApiParts extends Pick<Host, 'command' | 'gateway'> {
  info: HostInfo;
  client: ApiClient;
  isRoot: boolean;
  makesChannels: boolean;
  switching: StatusSwitch;
}

const rootOnly = problem(
  'LOGIN_REFUSED',
  'The login is that of an admin, and only root may take away groups and prices on this host.',
  'Give the access token of root.',
);

/** A key that names a channel reaches that one alone, in whichever group it is; only admins' keys may. */
const pinning: PinningPort = {
  by: 'pin',
  pinned: (key: Secret, account) => new Secret(`${key.open()}-${account}`),
};

/** The port of a new-api host. */
export function newApiHost(parts: NewApiParts, signal: AbortSignal | null = null): Host {
  const { info, client, isRoot, makesChannels, switching, command } = parts;
  const { http } = client;
  const asker = signal === null ? client : client.until(signal);
  const reads = newApiReads(asker, isRoot);
  return {
    info,
    command,
    // What it says of itself is said by every copy of its image, and changes at each start.
    identity: async () => null,
    time: () => http.hostTime(),
    budget: () => client.pace?.state ?? null,
    reads,
    writes: newApiWrites(client, switching),
    proof: newApiProof(asker.asWrites()),
    gateway: parts.gateway,
    layout: newApiLayout(makesChannels),
    resources: {
      barred: isRoot ? null : rootOnly,
      drivers: [
        groupDriver(reads, client),
        pricesDriver(reads, client),
        tariffDriver(reads, client),
      ] as ResourceDriver[],
      list: async () => {
        const options = await reads.options();
        return {
          group: groupsIn(options, http),
          [priceList.kind]: options.isWhole ? [pricesIn(options)] : [],
          tariff: await reads.tariffs(),
        };
      },
      survey: (made, kinds) => surveyOf(reads, made, kinds, http),
    },
    clientKeys: tokenPort(asker, client),
    grants: membershipPort(reads, asker, client),
    isolation: pinning,
    upstreamBase,
    until: (other) => newApiHost(parts, other),
    through: (gate) =>
      newApiHost(
        {
          ...parts,
          client: client.through(gate),
          gateway: gatedGateway(parts.gateway, gate),
        },
        signal,
      ),
  };
}

/** What is seen around the objects of a run on this host. */
async function surveyOf(
  reads: NewApiReads,
  made: readonly { kind: string; state: object }[],
  kinds: ReadonlySet<string>,
  screen: Pick<Screen, 'hide'>,
): Promise<Surroundings> {
  const options = await reads.options();
  const groups = groupsIn(options, screen);
  const tariffs = kinds.has('tariff') || kinds.has('group') ? await reads.tariffs() : undefined;
  const there = new Set(groups.map(({ id }) => id));
  const own = new Set(
    made.flatMap(({ kind, state }) => (kind === 'group' ? [groupMarkerOf(state as GroupState)?.run ?? ''] : [])),
  );
  const prices = made.flatMap(({ kind, state }) =>
    kind === priceList.kind ? storedPrices(options, state as PricesState) : [],
  );
  return {
    placeExists: (id) => there.has(id),
    madePlaces: groups.filter((group) => own.has(groupMarkerOf(group)?.run ?? '-')).map(({ id }) => id),
    objects: (kind) => {
      if (kind === 'group') return groups;
      if (kind === 'tariff') return tariffs;
      // What is not shown to the login cannot be told to be gone.
      return kind === priceList.kind && options.isWhole ? prices : undefined;
    },
  };
}
