import { Secret } from '../../core/secrets/secret.ts';
import { driverByName, type ClientKeyPort, type LeftClient } from '../client-keys.ts';
import { probeUserPrefix } from '../names.ts';
import type { WriteResult } from '../host-failure.ts';
import { refused } from './entries.ts';
import type { ClientEntry, World } from './world.ts';

/** Keys of users stand in a list of their own, by name; whoever has one may use all that the host serves. */
export function clientKeyPort(world: World): ClientKeyPort {
  const find = (name: string) => world.clients.find((each) => each.name === name);
  const remove = async (name: string): Promise<WriteResult<void>> => {
    if (find(name) === undefined) return refused('there is no such key');
    world.clients = world.clients.filter((each) => each.name !== name);
    return { status: 'applied', value: undefined };
  };
  const list = async () => world.clients.map(({ name }) => ({ id: name, name }));
  return {
    driver: driverByName('client key', list, remove),
    of: (run) => {
      const name = `${probeUserPrefix}${run}`;
      return {
        name,
        state: { name },
        create: async () => {
          if (find(name) !== undefined) return refused('a key is called so already');
          world.clients.push({ name, key: `client-of-${name}`, createdAt: world.now() });
          return { status: 'applied', value: undefined };
        },
        find: async () => find(name)?.name,
        keyFor: async () => new Secret(find(name)?.key ?? ''),
        empty: async () => true,
        remove,
      };
    },
    all: async () => world.clients.flatMap(leftBy),
    usable: async () => {
      const key = world.clients.find(({ name }) => !name.startsWith(probeUserPrefix))?.key;
      return key === undefined ? undefined : new Secret(key);
    },
    boundTo: async () => 0,
  };
}

function leftBy({ name, createdAt }: ClientEntry): LeftClient[] {
  const run = name.startsWith(probeUserPrefix) ? name.slice(probeUserPrefix.length) : '';
  return run === '' ? [] : [{ id: name, name, run, createdAt }];
}
