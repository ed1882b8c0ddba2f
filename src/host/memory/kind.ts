import type { HostKind } from '../catalog.ts';
import { CheckList } from '../diagnosis.ts';
import { HostFailure } from '../host-failure.ts';
import { memoryHost } from './memory-host.ts';
import type { World } from './world.ts';

/** Hosts in memory, each by the address under which its world stands here. For tests. */
export function memoryKind(worlds: ReadonlyMap<string, World>): HostKind {
  const worldAt = (url: string): World => {
    const world = worlds.get(url);
    if (world !== undefined) return world;
    throw new HostFailure('HOST_UNREACHABLE', `Nothing is at ${url}.`, { delivery: 'not_applied', transient: false });
  };
  return {
    kind: 'memory',
    recognisedBy: () => 'its address is known to the process',
    recognise: async ({ baseUrl }) => worlds.has(baseUrl),
    connect: async ({ baseUrl, redactor }, login) => {
      const world = worldAt(baseUrl);
      redactor.learn(world.adminKey);
      if (!('key' in login) || login.key.open() !== world.adminKey.open())
        throw new HostFailure('LOGIN_REFUSED', `${baseUrl} refuses the login.`, {
          delivery: 'not_applied',
          transient: false,
        });
      return memoryHost(world, baseUrl);
    },
    diagnose: async ({ baseUrl }, login) => {
      const checks = new CheckList();
      const host = memoryHost(worldAt(baseUrl), baseUrl);
      checks.pass('address', 'it is in memory');
      if ('missing' in login) {
        checks.fail('login', login.missing);
        return { checks, info: host.info, host: null, termsOfUse: null };
      }
      checks.pass('login', 'admin key');
      return { checks, info: host.info, host, termsOfUse: null };
    },
  };
}
