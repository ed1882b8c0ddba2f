import type { Id } from '../account.ts';
import type { Grant } from '../grants.ts';
import { mapResult, type WriteResult } from '../host-failure.ts';
import type { ApiClient } from '../http/api-client.ts';
import { anything, subscriptionRowWire, type UserWire } from './api/wire.ts';
import { readGroupMarker } from '../group-marker.ts';
import type { Tariff } from './objects.ts';

const base = '/api/subscription/admin';

/** `status` of one that has not been ended, and `source` of one that was given and not bought. */
const running = 'active';
const given = 'admin';

/** What separates the number of a user from that of a subscription, in the id of a grant that is one. */
const separator = ':';

/** The plan of relay's that brings users into a group. */
export function tariffOf(group: Id, tariffs: readonly Tariff[]): Tariff | undefined {
  return tariffs.find(({ groupId, text }) => groupId === group && readGroupMarker(text) !== undefined);
}

/** The grants that a user has by plans of relay's. One bought by its user is nothing that relay gave. */
export async function subscriptionsOf(
  asker: ApiClient,
  user: UserWire,
  tariffs: readonly Tariff[],
  name: string,
): Promise<Grant[]> {
  const places = new Map(
    tariffs.flatMap(({ id, groupId, text }) =>
      groupId !== null && readGroupMarker(text) !== undefined ? [[id, groupId] as const] : [],
    ),
  );
  if (places.size === 0) return [];
  const rows = await asker.get(`${base}/users/${user.id}/subscriptions`, subscriptionRowWire.array());
  return rows.flatMap(({ subscription }): Grant[] => {
    const { id, plan_id: plan, status, source, start_time: start, end_time: end } = subscription;
    const place = places.get(String(plan));
    if (place === undefined || status !== running || end * 1000 <= asker.http.hostTime()) return [];
    return [
      {
        id: `${user.id}${separator}${id}`,
        userId: String(user.id),
        user: name,
        place,
        startsAt: start * 1000,
        expiresAt: end * 1000,
        // Somebody may have moved them out of the group since.
        active: user.group === place,
        byRelay: source === given,
      },
    ];
  });
}

/** Gives a user a plan, and with it its group. The host gives one more each time that it is sent. */
export function giveSubscription(client: ApiClient, user: Id, plan: Id): Promise<WriteResult<unknown>> {
  return client.write('POST', `${base}/users/${user}/subscriptions`, { plan_id: Number(plan) }, anything);
}

/** The number of the subscription that a grant is; nothing where it is none. */
export function subscriptionIn(grant: Id): Id | undefined {
  return grant.split(separator)[1];
}

/** Ends a subscription; the host gives its user the group back that they had before. */
export async function endSubscription(client: ApiClient, id: Id): Promise<WriteResult<void>> {
  const ended = await client.write('POST', `${base}/user_subscriptions/${id}/invalidate`, {}, anything);
  return mapResult(ended, () => undefined);
}
