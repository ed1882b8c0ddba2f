import { z } from 'zod';
import type { Secret } from '../../core/secrets/secret.ts';
import type { Id } from '../account.ts';
import { driverByName, type ClientKeyPort, type LeftClient, type Perform } from '../client-keys.ts';
import { mapResult, notSent, type WriteResult } from '../host-failure.ts';
import type { ApiClient } from '../http/api-client.ts';
import { probeUserPrefix } from '../names.ts';
import { anything, type TokenWire } from './api/wire.ts';
import { ProbeUser, probeUsers } from './probe-user.ts';
import { createToken, deleteToken, readKey, tokensOf } from './tokens.ts';

/** How long a token of relay's works that nobody could remove, in seconds. */
const lifetime = 86_400;

/** `status` of a token that works. */
const active = 1;

/** What stands before the number of a user who is left without the token that it goes with. */
export const userIdPrefix = 'user-';

/**
 * A token of the admin's own: nobody can make one for another user here. What it names in a group that users may choose,
 * it meets as they do; a group that they may not takes a user who is in it. `asker` ends with the run, `client` does not.
 */
export function tokenPort(asker: ApiClient, client: ApiClient): ClientKeyPort {
  const tokens = () => tokensOf(asker);
  const named = async (name: string) => (await tokens()).find((token) => token.name === name);
  const removeToken = async (id: Id): Promise<WriteResult<void>> => {
    return mapResult(await deleteToken(client, id), () => undefined);
  };
  return {
    driver: driverByName('token', async () => (await tokens()).map(toObject), removeToken),
    of: (run) => {
      // The host gives keys out twenty times in twenty minutes.
      let given: { key: Secret; place: Id | null } | undefined;
      const name = `${probeUserPrefix}${run}`;
      const user = new ProbeUser(run, asker, client);
      return {
        name,
        state: { name },
        create: () => {
          const expires = Math.floor(client.http.hostTime() / 1000) + lifetime;
          return createToken(client, name, expires);
        },
        find: async () => {
          const token = await named(name);
          if (token !== undefined) return String(token.id);
          const left = await user.find();
          return left === undefined ? undefined : `${userIdPrefix}${left.id}`;
        },
        keyFor: async (id, place, access, perform: Perform) => {
          if (place !== null && access === 'subscription') return user.keyFor(place, perform);
          if (place === null || given?.place === place) {
            given ??= { key: await readKey(client, id), place: null };
            return given.key;
          }
          await perform({
            kind: 'token',
            what: 'put the probe token into the group',
            send: () => moveToken(client, id, place),
            look: async () => {
              const token = await named(name);
              return token?.group === place ? { value: undefined, differences: [] } : undefined;
            },
          });
          given = { key: given?.key ?? (await readKey(client, id)), place };
          return given.key;
        },
        empty: () => user.remove(),
        remove: async (id) => {
          if (!id.startsWith(userIdPrefix)) return removeToken(id);
          return (await user.remove()) ? { status: 'applied', value: undefined } : notSent('the user is there still');
        },
      };
    },
    all: async () => {
      const left = (await tokens()).flatMap(leftBy);
      const users = (await probeUsers(asker)).filter(({ run }) => !left.some((each) => each.run === run));
      return [
        ...left,
        ...users.map(({ user, run }) => ({
          id: `${userIdPrefix}${user.id}`,
          name: `${probeUserPrefix}${run}`,
          run,
          createdAt: timeOf(user.created_at ?? 0),
        })),
      ];
    },
    usable: async (place) => {
      const token = (await tokens()).find((each) => each.group === place && each.status === active);
      return token === undefined ? undefined : readKey(client, String(token.id));
    },
    // Those of other users are shown to nobody else.
    boundTo: async (place) => (await tokens()).filter(({ group }) => group === place).length,
  };
}

/** A token is replaced whole, so all that it was made with is sent again. */
async function moveToken(client: ApiClient, id: Id, group: string): Promise<WriteResult<unknown>> {
  const path = `/api/token/${id}`;
  const now = await client.get(path, z.looseObject({}));
  return client.write('PUT', '/api/token/', { ...now, key: undefined, group }, anything);
}

function toObject({ id, name }: TokenWire): { id: Id; name: string } {
  return { id: String(id), name };
}

function leftBy({ id, name, created_time: created }: TokenWire): LeftClient[] {
  const run = name.startsWith(probeUserPrefix) ? name.slice(probeUserPrefix.length) : '';
  return run === '' ? [] : [{ id: String(id), name, run, createdAt: timeOf(created) }];
}

/** `null` where the host does not say. */
function timeOf(seconds: number): number | null {
  return seconds === 0 ? null : seconds * 1000;
}
