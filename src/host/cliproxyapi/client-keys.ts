import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import { Secret } from '../../core/secrets/secret.ts';
import type { Id } from '../account.ts';
import { driverByName, type ClientKeyPort } from '../client-keys.ts';
import { notSent, writeResult, type WriteResult } from '../host-failure.ts';
import type { ApiClient } from '../http/api-client.ts';
import { probeUserPrefix } from '../names.ts';
import { management } from './api/client.ts';
import { anything } from './api/wire.ts';
import { configLists } from './lists/config-file.ts';
import { writeUntilKept } from './lists/write-until-kept.ts';

const path = `${management}/api-keys`;

/** How often the gateway is asked until it knows a key that the list has, and how long between. */
const knownTries = 20;
const knownMs = 100;

/** Empty lists may come as null. */
const listWire = z.looseObject({ 'api-keys': z.array(z.string()).nullable() });

/** The keys of clients, in clear, since the host keeps them so. Throws `HostFailure`. */
export async function clientKeysOf(client: ApiClient): Promise<string[]> {
  const keys = (await client.get(path, listWire))['api-keys'] ?? [];
  for (const key of keys) if (key !== '') client.http.redactor.learn(secretIn(key));
  return keys;
}

/** What of a client key is secret: one of relay's begins with the id of its run, which stands in marks as well. */
function secretIn(key: string): Secret {
  return new Secret(named(key).length === 0 ? key : key.slice(key.lastIndexOf('-') + 1));
}

/**
 * Keys of clients have neither owner nor name, and each reaches all that the host serves. One of relay's bears its run in
 * itself. Where the list is empty everybody is let in, which one key would end, and which the removal of the last one begins:
 * relay adds none to an empty list, and never removes the last.
 */
export function clientKeyPort(
  client: ApiClient,
  { isOpen, refuseUnsaved }: { isOpen: boolean; refuseUnsaved: () => Promise<void> },
): ClientKeyPort {
  const list = async () => (await clientKeysOf(client)).flatMap((key) => named(key));
  return {
    driver: driverByName('client key', list, (id) => remove(client, id)),
    of: (run) => {
      const name = `${probeUserPrefix}${run}`;
      const find = async () => (await clientKeysOf(client)).find((key) => key.startsWith(`${name}-`));
      return {
        name,
        state: { name },
        ...(isOpen ? { anyKey: new Secret(name) } : {}),
        create: async () => {
          const key = `${name}-${randomBytes(24).toString('hex')}`;
          client.http.redactor.learn(secretIn(key));
          return writeResult(async () => {
            await refuseUnsaved();
            await keep(client, key, true);
          });
        },
        find: async () => ((await find()) === undefined ? undefined : name),
        keyFor: async () => {
          const key = new Secret((await find()) ?? name);
          await known(client, key);
          return key;
        },
        empty: async () => true,
        remove: () => remove(client, name),
      };
    },
    all: async () => (await list()).map(({ id, name, run }) => ({ id, name, run, createdAt: null })),
    usable: async () => {
      const [key] = (await clientKeysOf(client)).filter(
        (each) => each.trim() !== '' && !each.startsWith(probeUserPrefix),
      );
      return key === undefined ? undefined : new Secret(key);
    },
    boundTo: async () => 0,
  };
}

/** Keys of blanks let nobody in, and do not count. */
export function isBlank(key: string): boolean {
  return key.trim() === '';
}

/** A key of relay's by its name, which it begins with; what follows is the secret. */
function named(key: string): { id: Id; name: string; run: string }[] {
  const [, name = '', run = ''] = /^(relay-probe-(.+))-[0-9a-f]{48}$/.exec(key) ?? [];
  return name === '' ? [] : [{ id: name, name, run }];
}

async function remove(client: ApiClient, name: string): Promise<WriteResult<void>> {
  const own = (await clientKeysOf(client)).filter((key) => key.startsWith(`${name}-`));
  for (const key of own) {
    const end = await writeResult(() => keep(client, key, false));
    if (end.status !== 'applied') return end;
  }
  return { status: 'applied', value: undefined };
}

/** Adds a key, or takes it away, and waits until list and file stay so. Throws what writing throws. */
function keep(client: ApiClient, key: string, isThere: boolean): Promise<void> {
  return writeUntilKept('api-keys', client, {
    send: async () => {
      const end = await (isThere ? putIn(client, key) : takeAway(client, key));
      if (end.status !== 'applied') throw end.failure;
    },
    look: async () => {
      const file = await configLists(client);
      const shown = await clientKeysOf(client);
      return file && [shown, file.clients].every((keys) => keys.includes(key) === isThere);
    },
  });
}

async function putIn(client: ApiClient, key: string): Promise<WriteResult<unknown>> {
  if ((await clientKeysOf(client)).every(isBlank))
    return notSent('its gateway is open to everybody, which a client key would end');
  return client.write('PATCH', path, { old: key, new: key }, anything);
}

async function takeAway(client: ApiClient, key: string): Promise<WriteResult<unknown>> {
  if ((await clientKeysOf(client)).every((each) => isBlank(each) || each === key))
    return notSent('it is the last client key, and without one the gateway is open to everybody');
  return client.write('DELETE', `${path}?value=${encodeURIComponent(key)}`, undefined, anything);
}

/** The very first requests with a new key may be refused. */
async function known(client: ApiClient, key: Secret): Promise<void> {
  for (let tries = 0; tries < knownTries; tries += 1) {
    const { status } = await client.http.send({
      method: 'GET',
      path: '/v1/models',
      headers: { authorization: `Bearer ${key.open()}` },
    });
    if (status !== 401) return;
    await client.pause(knownMs);
  }
}
