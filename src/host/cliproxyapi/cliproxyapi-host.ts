import type { Capabilities } from '../capabilities.ts';
import { gatedGateway } from '../gated.ts';
import type { Host, HostInfo } from '../host.ts';
import type { ApiClient } from '../http/api-client.ts';
import { keyReads, keyWrites } from './accounts/writes.ts';
import { shownPlace } from './accounts/translate.ts';
import { clientKeyPort } from './client-keys.ts';
import { entryKind, entryLayout, isPlace, type ProviderEntry } from './layout.ts';
import { HostLists, type Seen } from './lists/host-lists.ts';
import type { Unit } from './lists/units.ts';
import { callProof } from './proof.ts';

const nothingOf = (what: string) => ({ possible: false, why: `a key has no ${what} on this host` }) as const;
const noUsers = {
  possible: false,
  why: 'it has no users: whoever has a client key reaches all that it serves; import with --access self-service',
} as const;

/** What a CLIProxyAPI can and cannot do. */
export const cliproxyapiCapabilities: Capabilities = {
  maxNameLength: 200,
  discoveryMs: 0,
  refreshAfterDiscovery: false,
  proof: 'before-create',
  testEndsErrors: false,
  // Writes are gathered, and go one after the other; 60 calls, 8 at once, took 2.5 s.
  atOnce: { tests: 16, calls: 200, batches: 1 },
  disable: { possible: false, why: 'a key serves as long as it stands in the list of its provider' },
  sameKeyTwice: { possible: false, why: 'a key stands in the list of its provider once' },
  clientKeys: { subscription: { possible: true }, self_service: { possible: true } },
  grants: { subscription: noUsers, self_service: noUsers },
  grantDays: noUsers,
  accountSettings: { concurrency: nothingOf('limit of its own'), priority: nothingOf('rank of its own') },
  modelPatterns: { possible: false, why: 'a provider lists each name' },
  ignores: [
    { field: 'prices', why: 'it bills nothing' },
    { field: 'planTemplate', why: 'it sells nothing' },
    { field: 'groupTemplate', why: 'it bills nothing' },
    { field: 'accountTemplate.concurrency', why: 'a key has no limit of its own' },
    { field: 'accountTemplate.priority', why: 'a key has no rank of its own' },
  ],
  // One file holds everything, and whoever writes writes all of it.
  lock: 'host',
};

/** What a host is made of: who asks it, and what differs between installations. */
export interface CliproxyapiParts extends Pick<Host, 'command' | 'gateway'> {
  info: HostInfo;
  client: ApiClient;
  /** Whether it lets everybody in, having no client keys. */
  isOpen: boolean;
  seen: Seen;
}

/** The port of a CLIProxyAPI. */
export function cliproxyapiHost(parts: CliproxyapiParts, signal: AbortSignal | null = null): Host {
  const { info, client, command, gateway, isOpen, seen } = parts;
  const { http } = client;
  const asker = signal === null ? client : client.until(signal);
  const [asked, written] = [new HostLists(asker, seen), new HostLists(client, seen)];
  return {
    info,
    command,
    // It says nothing of itself that others do not say as well.
    identity: async () => null,
    time: () => http.hostTime(),
    budget: () => null,
    reads: keyReads(asked, asker),
    writes: keyWrites(written, client),
    proof: callProof(asked, asker),
    gateway,
    layout: entryLayout,
    resources: {
      barred: null,
      drivers: [],
      list: async () => ({ [entryKind]: entriesOf(await asked.unitsToPlan(), http) }),
      survey: async (made) => {
        const entries = entriesOf(await asked.units(), http);
        const there = new Set(entries.map(({ id }) => id));
        return {
          placeExists: (id) => there.has(id) || isPlace(id),
          madePlaces: [],
          objects: (kind) => (kind === entryKind || made.length === 0 ? entries : undefined),
        };
      },
    },
    clientKeys: clientKeyPort(client, { isOpen, refuseUnsaved: () => written.refuseUnsaved() }),
    grants: null,
    isolation: null,
    upstreamBase: (baseUrl) => baseUrl.replace(/\/+$/, ''),
    until: (other) => cliproxyapiHost(parts, other),
    through: (gate) =>
      cliproxyapiHost({ ...parts, client: client.through(gate), gateway: gatedGateway(gateway, gate) }, signal),
  };
}

function entriesOf(units: readonly Unit[], screen: { hide: (text: string) => string }): ProviderEntry[] {
  return units
    .filter(({ name, mark }) => name !== '' || mark !== null)
    .map((unit) => ({
      id: shownPlace(unit, screen),
      name: screen.hide(unit.name) || shownPlace(unit, screen),
      owner: unit.mark && { provider: unit.mark.provider, access: unit.mark.access },
      isOff: unit.disabled,
    }));
}
