import type { Sub2apiReads } from './admin-port.ts';
import { listAll, listAllAs } from './api/admin-client.ts';
import type { ApiClient } from '../http/api-client.ts';
import { storedKey } from './stored-keys.ts';
import { toChannel, toGroup, toTariff } from './translate/translate-resources.ts';
import { toGrant, toUser } from './translate/translate-access.ts';
import { toAccount } from './translate/translate-account.ts';
import {
  accountWire,
  channelWire,
  groupWire,
  keyWire,
  planWire,
  subscriptionWire,
  userWire,
  type SubscriptionWire,
} from './api/wire.ts';

const byId = { sort_by: 'id', sort_order: 'asc' };

/** What the host holds, read through its admin API. */
export function sub2apiReads(client: ApiClient): Sub2apiReads {
  const { http } = client;
  const now = () => client.http.clock.now();
  // 0.1.179 lists revoked ones too. They are gone: assigning again makes a fresh one.
  const living = (wires: SubscriptionWire[]) =>
    wires.filter((wire) => wire.status !== 'revoked').map((wire) => toGrant(wire, now(), http));

  return {
    groups: async () =>
      (await listAll(client, '/api/v1/admin/groups', groupWire, byId)).map((wire) => toGroup(wire, http)),
    channels: async () =>
      (await listAll(client, '/api/v1/admin/channels', channelWire, byId)).map((wire) => toChannel(wire, http)),
    tariffs: async () =>
      (await client.get('/api/v1/admin/payment/plans', planWire.array().nullish()))?.map((wire) =>
        toTariff(wire, http),
      ) ?? [],
    accounts: (place) => {
      const query = place === undefined ? byId : { ...byId, group: place };
      return listAllAs(client, '/api/v1/admin/accounts', accountWire, (wire) => toAccount(wire, http), query);
    },
    account: async (id) => {
      const wire = await client.find(`/api/v1/admin/accounts/${id}`, accountWire);
      return wire === undefined ? undefined : toAccount(wire, http);
    },
    accountKey: (id) => storedKey(client, id),
    subscriptionsOfGroup: async (groupId) =>
      living(await listAll(client, `/api/v1/admin/groups/${groupId}/subscriptions`, subscriptionWire)),
    subscriptionsOfUser: async (userId) => {
      const wires = await client.get(`/api/v1/admin/users/${userId}/subscriptions`, subscriptionWire.array().nullish());
      return living(wires ?? []);
    },
    userByEmail: async (email) => {
      // The search is by part and looks into other fields too.
      const found = await listAll(client, '/api/v1/admin/users', userWire, { search: email, ...byId });
      const wire = found.find((user) => user.email.toLowerCase() === email.toLowerCase());
      return wire === undefined ? undefined : toUser(wire, http);
    },
    usersNamed: async (beginning) =>
      (await listAll(client, '/api/v1/admin/users', userWire, { search: beginning, ...byId }))
        .filter((user) => user.email.startsWith(beginning))
        .map((wire) => toUser(wire, http)),
    userById: async (id) => {
      const wire = await client.find(`/api/v1/admin/users/${id}`, userWire);
      return wire === undefined ? undefined : toUser(wire, http);
    },
    keysOfUser: async (userId) =>
      (await listAll(client, `/api/v1/admin/users/${userId}/api-keys`, keyWire)).map((key) => String(key.id)),
    keysOfGroup: async (groupId) => {
      const keys = await listAll(client, `/api/v1/admin/groups/${groupId}/api-keys`, keyWire);
      // A key outlives its user in this list.
      const users = new Map<number, boolean>();
      for (const { user_id: id } of keys)
        if (!users.has(id)) users.set(id, (await client.find(`/api/v1/admin/users/${id}`, userWire)) !== undefined);
      return keys.filter((key) => users.get(key.user_id) === true).map((key) => String(key.id));
    },
    usableKey: async (groupId) => {
      const group = await client.get(`/api/v1/admin/groups/${groupId}`, groupWire);
      const subscriptions =
        group.subscription_type === 'subscription'
          ? living(await listAll(client, `/api/v1/admin/groups/${groupId}/subscriptions`, subscriptionWire))
          : undefined;
      const mayUse = (userId: number) =>
        subscriptions === undefined || subscriptions.some((each) => each.userId === String(userId) && each.active);
      const keys = await listAll(client, `/api/v1/admin/groups/${groupId}/api-keys`, keyWire);
      for (const key of keys) {
        if (key.status !== 'active' || (key.expires_at && Date.parse(key.expires_at) <= now())) continue;
        if (!mayUse(key.user_id)) continue;
        const user = await client.find(`/api/v1/admin/users/${key.user_id}`, userWire);
        if (user?.status === 'active') return client.http.redactor.seal(key.key);
      }
      return undefined;
    },
  };
}
