import type { Secret } from '../../core/secrets/secret.ts';
import type { Capabilities } from '../capabilities.ts';
import type { Gateway, GatewayAnswer } from '../gateway.ts';
import { composed, gated, openGate } from '../gated.ts';
import type { Gate, Host } from '../host.ts';
import type { Layout } from '../layout.ts';
import type { AccountTest, ProofPort, TestFault } from '../proof.ts';
import { clientKeyPort } from './client-keys.ts';
import { entryId, entryReads, entryWrites, thePlace } from './entries.ts';
import type { World } from './world.ts';

const nothingOf = (what: string) => ({ possible: false, why: `an entry has no ${what}` }) as const;

const noUsers = { possible: false, why: 'there are no users to give access to' } as const;

const capabilities: Capabilities = {
  maxNameLength: 200,
  discoveryMs: 0,
  refreshAfterDiscovery: false,
  proof: 'before-create',
  testEndsErrors: true,
  atOnce: { tests: 128, calls: 16, batches: 1 },
  disable: { possible: false, why: 'an entry serves as long as it is there' },
  sameKeyTwice: { possible: true },
  clientKeys: { subscription: { possible: true }, self_service: { possible: true } },
  grants: { subscription: noUsers, self_service: noUsers },
  grantDays: noUsers,
  accountSettings: { concurrency: nothingOf('limit of its own'), priority: nothingOf('rank') },
  modelPatterns: { possible: false, why: 'an entry lists each name' },
  ignores: [
    { field: 'prices', why: 'it bills nothing' },
    { field: 'planTemplate', why: 'it sells nothing' },
    { field: 'groupTemplate', why: 'it bills nothing' },
    { field: 'accountTemplate.concurrency', why: 'an entry has no limit of its own' },
    { field: 'accountTemplate.priority', why: 'an entry has no rank' },
  ],
  lock: 'host',
};

/** There is nothing but entries. */
const layout: Layout = {
  place: () => thePlace,
  plan: () => ({ place: thePlace, steps: [], warnings: [], problems: [] }),
  status: () => [],
  managed: () => [],
};

/**
 * A host with quite another model than a gateway of groups and users: one flat list of entries, each of which serves as
 * soon as it is there, so that its key is tested before. It shows that the engine asks capabilities and nothing else.
 */
export function memoryHost(world: World, url: string, gate: Gate = openGate): Host {
  const { ask, write } = gate;
  const clientKeys = clientKeyPort(world);
  return {
    info: { kind: 'memory', version: '1.0.0', url, capabilities, warnings: [] },
    identity: async () => null,
    reads: gated(entryReads(world), ask),
    writes: gated(entryWrites(world), write),
    layout,
    resources: {
      barred: null,
      drivers: [],
      list: async () => ({}),
      survey: async () => ({ placeExists: (id) => id === thePlace.id, madePlaces: [], objects: () => [] }),
    },
    proof: gated(proofOf(world), ask),
    gateway: gatewayOf(world, url),
    clientKeys: {
      ...clientKeys,
      of: (run) => {
        const client = clientKeys.of(run);
        return {
          ...client,
          create: () => write(() => client.create()),
          remove: (id) => write(() => client.remove(id)),
        };
      },
    },
    grants: null,
    isolation: null,
    until: () => memoryHost(world, url, gate),
    through: (next) => memoryHost(world, url, composed(gate, next)),
    time: () => world.now(),
    budget: () => null,
    upstreamBase: (baseUrl) => baseUrl,
    command: (does, kind, id) => `memory ${does} '${kind}'${id === null ? '' : ` '${id}'`}`,
  };
}

function proofOf(world: World): ProofPort {
  const test = (key: Secret, model: string): AccountTest => {
    const answer = world.vendor(key.open(), model);
    if (answer === 'answers') return { outcome: 'passed', answered: true, message: '' };
    return { outcome: 'failed', why: answer satisfies TestFault, message: `the vendor says: ${answer}` };
  };
  const entryOf = (id: string) => world.entries.find((entry) => entryId(entry) === id);
  return {
    testKey: async (_, key, { model }) => test(key, model),
    testAccount: async ({ id }, { model }) => {
      const entry = entryOf(id);
      if (entry === undefined) return { outcome: 'error', timedOut: false, message: 'there is no such entry' };
      return test(entry.key, entry.models[model] ?? model);
    },
    accountModels: async ({ id }) => Object.keys(entryOf(id)?.models ?? {}),
    upstreamModels: async (id) => ({ outcome: 'listed', models: Object.values(entryOf(id)?.models ?? {}) }),
  };
}

function gatewayOf(world: World, url: string): Gateway {
  const answer = <T>(key: Secret, value: T | undefined): GatewayAnswer<T> => {
    if (!world.clients.some((each) => each.key === key.open()))
      return { ok: false, status: 401, message: 'no such key', retryable: false };
    if (value === undefined) return { ok: false, status: 503, message: 'nothing serves the model', retryable: true };
    return { ok: true, status: 200, value };
  };
  return {
    models: async (key) => answer(key, [...new Set(world.entries.flatMap(({ models }) => Object.keys(models)))]),
    complete: async (key, { model }) => {
      const serving = world.entries.filter((each) => Object.hasOwn(each.models, model));
      const served = serving.some((each) => world.vendor(each.key.open(), each.models[model] ?? model) === 'answers');
      return answer(key, served ? null : undefined) as GatewayAnswer<void>;
    },
    connection: ({ model }) => ({ baseUrl: `${url}/v1`, example: `curl ${url}/v1 -d '{"model":"${model}"}'` }),
  };
}
