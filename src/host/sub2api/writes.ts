import { z } from 'zod';
import { HostFailure, mapResult, type WriteResult } from '../host-failure.ts';
import type { Id } from '../account.ts';
import type { CreatedAccount } from '../host.ts';
import type { Sub2apiWrites, UserSession } from './admin-port.ts';
import type { ApiClient } from '../http/api-client.ts';
import {
  fromChannelSpec,
  fromGroupSpec,
  fromTariffSpec,
  toChannel,
  toGroup,
  toTariff,
} from './translate/translate-resources.ts';
import { subscriptionNotes, toGrant, toUser } from './translate/translate-access.ts';
import {
  fromAccountChange,
  fromAccountSpec,
  pausedKey,
  testedKey,
  toAccount,
  touchesMaps,
} from './translate/translate-account.ts';
import {
  accountWire,
  anything,
  batchWire,
  bulkWire,
  channelWire,
  groupWire,
  keyWire,
  loginWire,
  planWire,
  subscriptionWire,
  userWire,
  type ChannelWire,
  type GroupWire,
  type PlanWire,
} from './api/wire.ts';

/** Changes through the admin API. Edits send back what they do not mean to change, since this host clears what is left out. */
export function sub2apiWrites(client: ApiClient): Sub2apiWrites {
  const { http } = client;
  const remove = async (path: string): Promise<WriteResult<void>> =>
    mapResult(await client.write('DELETE', path, undefined, anything), () => undefined);
  const asUser = (session: UserSession) => client.as(() => ({ authorization: `Bearer ${session.token.open()}` }));

  const group = (wire: GroupWire) => toGroup(wire, http);
  const channel = (wire: ChannelWire) => toChannel(wire, http);
  const tariff = (wire: PlanWire) => toTariff(wire, http);

  return {
    createGroup: async (spec) =>
      mapResult(await client.write('POST', '/api/v1/admin/groups', fromGroupSpec(spec), groupWire), group),
    describeGroup: async (id, description) => {
      const now = await client.get(`/api/v1/admin/groups/${id}`, groupWire);
      const limits = {
        daily_limit_usd: now.daily_limit_usd ?? -1,
        weekly_limit_usd: now.weekly_limit_usd ?? -1,
        monthly_limit_usd: now.monthly_limit_usd ?? -1,
      };
      return mapResult(
        await client.write('PUT', `/api/v1/admin/groups/${id}`, { description, ...limits }, groupWire),
        group,
      );
    },
    deleteGroup: (id) => remove(`/api/v1/admin/groups/${id}`),
    createChannel: async (spec) =>
      mapResult(await client.write('POST', '/api/v1/admin/channels', fromChannelSpec(spec), channelWire), channel),
    updateChannel: async (id, spec) =>
      mapResult(await client.write('PUT', `/api/v1/admin/channels/${id}`, fromChannelSpec(spec), channelWire), channel),
    deleteChannel: (id) => remove(`/api/v1/admin/channels/${id}`),
    createTariff: async (spec) =>
      mapResult(await client.write('POST', '/api/v1/admin/payment/plans', fromTariffSpec(spec), planWire), tariff),
    moveTariff: async (id, groupId) =>
      mapResult(
        await client.write('PUT', `/api/v1/admin/payment/plans/${id}`, { group_id: Number(groupId) }, planWire),
        tariff,
      ),
    deleteTariff: (id) => remove(`/api/v1/admin/payment/plans/${id}`),
    createAccounts: async (specs, keyOf, requestId, turns) => {
      const body = { accounts: specs.map((spec) => fromAccountSpec(spec, keyOf(spec).open())) };
      const headers = { 'idempotency-key': requestId };
      const end = await turns.long(() =>
        client.write('POST', '/api/v1/admin/accounts/batch', body, batchWire, headers),
      );
      return mapResult(end, ({ results }) =>
        specs.map((_, index): CreatedAccount => {
          const result = results[index];
          if (result?.success === true && result.id !== undefined) return { ok: true, id: String(result.id) };
          return { ok: false, message: http.clean(result?.error ?? 'the host did not answer for this account') };
        }),
      );
    },
    changeAccount: async (id, change) => {
      const path = `/api/v1/admin/accounts/${id}`;
      const now = touchesMaps(change) ? await client.get(path, accountWire) : undefined;
      const end = await client.write('PUT', path, fromAccountChange(change, now), accountWire);
      return mapResult(end, (wire) => toAccount(wire, http));
    },
    // The host refuses a group that is named twice.
    placeAccounts: (ids, places) => bulkUpdate(client, ids, { group_ids: [...new Set(places)].map(Number) }),
    setEnabled: (ids, { enabled, paused }) =>
      bulkUpdate(client, ids, { schedulable: enabled, extra: { [pausedKey]: paused } }),
    markTested: (ids, run) => bulkUpdate(client, ids, { extra: { [testedKey]: run } }),
    refreshAccount: async (account) =>
      mapResult(
        await client.write('PUT', `/api/v1/admin/accounts/${account.id}`, { priority: account.priority }, accountWire),
        () => undefined,
      ),
    deleteAccount: (id) => remove(`/api/v1/admin/accounts/${id}`),
    assignSubscription: async (userId, groupId, days) => {
      const body = {
        user_id: Number(userId),
        group_id: Number(groupId),
        validity_days: days,
        notes: subscriptionNotes,
      };
      return mapResult(
        await client.write('POST', '/api/v1/admin/subscriptions/assign', body, subscriptionWire),
        (wire) => toGrant(wire, http.clock.now(), http),
      );
    },
    extendSubscription: async (id, days, requestId) => {
      const end = await client.write('POST', `/api/v1/admin/subscriptions/${id}/extend`, { days }, subscriptionWire, {
        'idempotency-key': requestId,
      });
      return mapResult(end, (wire) => toGrant(wire, http.clock.now(), http));
    },
    deleteSubscription: (id) => remove(`/api/v1/admin/subscriptions/${id}`),
    createUser: async (email, password, balance) => {
      const body = {
        email,
        password: password.open(),
        username: 'relay probe',
        notes: 'made by relay for a gateway check',
        balance,
        // Accounts are proven side by side.
        concurrency: 32,
      };
      return mapResult(await client.write('POST', '/api/v1/admin/users', body, userWire), (wire) => toUser(wire, http));
    },
    deleteUser: (id) => remove(`/api/v1/admin/users/${id}`),
    login: async (email, password) => {
      const end = await client
        .as(() => ({}))
        .write(
          'POST',
          '/api/v1/auth/login',
          { email, password: password.open() },
          loginWire.extend({ access_token: z.string() }),
        );
      return mapResult(end, (wire) => ({ token: client.http.redactor.seal(wire.access_token) }));
    },
    issueKey: async (session, name, groupId) => {
      const end = await asUser(session).write('POST', '/api/v1/keys', { name, group_id: Number(groupId) }, keyWire, {
        'idempotency-key': http.clock.randomHex(16),
      });
      return mapResult(end, (wire) => ({ id: String(wire.id), key: client.http.redactor.seal(wire.key) }));
    },
    deleteKey: async (session, id) =>
      mapResult(await asUser(session).write('DELETE', `/api/v1/keys/${id}`, undefined, anything), () => undefined),
  };
}

/** Changes several accounts alike. This request alone merges extra settings instead of replacing them. */
async function bulkUpdate(client: ApiClient, ids: readonly Id[], change: object): Promise<WriteResult<void>> {
  const body = { account_ids: ids.map(Number), ...change };
  const end = await client.write('POST', '/api/v1/admin/accounts/bulk-update', body, bulkWire);
  if (end.status === 'applied' && end.value.failed > 0) {
    const { failed, results } = end.value;
    const why = results.find((each) => each.error !== undefined)?.error;
    const message = `The host did not change ${failed} of ${ids.length} accounts${why === undefined ? '' : `: ${client.http.clean(why)}`}.`;
    return {
      status: 'rejected',
      failure: new HostFailure('HOST_FAILED', message, { delivery: 'not_applied', transient: false }),
    };
  }
  return mapResult(end, () => undefined);
}
