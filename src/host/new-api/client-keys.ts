import { z } from 'zod';
import type { Secret } from '../../core/secrets/secret.ts';
import type { Id } from '../account.ts';
import { driverByName, type ClientKeyPort, type LeftClient, type Perform } from '../client-keys.ts';
import { mapResult, type WriteResult } from '../host-failure.ts';
import type { ApiClient } from '../http/api-client.ts';
import { probeUserPrefix } from '../names.ts';
import { readPages } from './api/client.ts';
import { anything, tokenKeyWire, tokenWire, type TokenWire } from './api/wire.ts';

/** How long a token of relay's works that nobody could remove, in seconds. */
const lifetime = 86_400;

/** `status` of a token that works. */
const active = 1;

/**
 * A token of the admin's own, in the group that is to be tried: nobody can make one for another user here. What it names
 * in a group that users may choose, it meets as they do. `asker` ends with the run, `client` does not.
 */
export function tokenPort(asker: ApiClient, client: ApiClient): ClientKeyPort {
  const tokens = () => readPages(asker, '/api/token/', tokenWire);
  const named = async (name: string) => (await tokens()).find((token) => token.name === name);
  const remove = async (id: Id): Promise<WriteResult<void>> => {
    const ended = await client.write('DELETE', `/api/token/${id}`, undefined, anything);
    return mapResult(ended, () => undefined);
  };
  // Given once more whenever it is asked for, so that asking again is no harm.
  const keyOf = async (id: Id): Promise<Secret> => {
    const request = { method: 'POST', path: `/api/token/${id}/key`, body: {}, countsApart: true } as const;
    const { key } = await asker.read(request, tokenKeyWire);
    return client.http.redactor.seal(key.startsWith('sk-') ? key : `sk-${key}`);
  };
  return {
    driver: driverByName('token', async () => (await tokens()).map(toObject), remove),
    of: (run) => {
      // The host gives keys out twenty times in twenty minutes.
      let given: { key: Secret; place: Id } | undefined;
      const name = `${probeUserPrefix}${run}`;
      return {
        name,
        state: { name },
        create: () => {
          const expires = Math.floor(client.http.hostTime() / 1000) + lifetime;
          const body = { name, group: '', unlimited_quota: true, remain_quota: 0, expired_time: expires };
          return client.write('POST', '/api/token/', body, anything);
        },
        find: async () => {
          const token = await named(name);
          return token === undefined ? undefined : String(token.id);
        },
        keyFor: async (id, place, _, perform: Perform) => {
          if (given?.place === place) return given.key;
          await perform({
            kind: 'token',
            what: 'put the probe token into the group',
            send: () => moveToken(client, id, place),
            look: async () => {
              const token = await named(name);
              return token?.group === place ? { value: undefined, differences: [] } : undefined;
            },
          });
          given = { key: given?.key ?? (await keyOf(id)), place };
          return given.key;
        },
        empty: async () => true,
        remove,
      };
    },
    all: async () => (await tokens()).flatMap(leftBy),
    usable: async (place) => {
      const token = (await tokens()).find((each) => each.group === place && each.status === active);
      return token === undefined ? undefined : keyOf(String(token.id));
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
  return run === '' ? [] : [{ id: String(id), name, run, createdAt: created === 0 ? null : created * 1000 }];
}
