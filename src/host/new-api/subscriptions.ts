import type { Id } from '../account.ts';
import type { Grant } from '../grants.ts';
import { mapResult, writeResult, type WriteResult } from '../host-failure.ts';
import type { ApiClient } from '../http/api-client.ts';
import { anything, subscriptionRowWire, type UserWire } from './api/wire.ts';
import { readGroupMarker } from '../group-marker.ts';
import { resourceName } from '../names.ts';
import type { Tariff } from './objects.ts';

const base = '/api/subscription/admin';

/** `status` of one that has not been ended, and `source` of one that was given and not bought. */
const running = 'active';
const given = 'admin';

/** What separates the number of a user from that of a subscription, in the id of a grant that is one. */
const separator = ':';

/** The plan of relay's that brings users into a group. */
export function tariffOf(group: Id, tariffs: readonly Tariff[]): Tariff | undefined {
  return relayPlans(tariffs).find(({ groupId }) => groupId === group);
}

/** Whether users have come into a group by a plan of relay's, in use or not. */
export function isGivenByPlan(group: Id, tariffs: readonly Tariff[]): boolean {
  return relayPlans(tariffs).some(({ text }) => {
    const marker = readGroupMarker(text);
    return marker !== undefined && resourceName(marker.provider, marker.access) === group;
  });
}

function relayPlans(tariffs: readonly Tariff[]): Tariff[] {
  return tariffs.filter(({ text }) => readGroupMarker(text) !== undefined);
}

/** The grants that a user has by plans of relay's, in use or not. One bought by its user is nothing that relay gave. */
export async function subscriptionsOf(
  asker: ApiClient,
  user: UserWire,
  tariffs: readonly Tariff[],
  name: string,
): Promise<Grant[]> {
  const plans = new Set(relayPlans(tariffs).map(({ id }) => id));
  if (plans.size === 0) return [];
  return (await rowsOf(asker, user.id)).flatMap((row): Grant[] => {
    const { id, plan_id: plan, status, source, start_time: start, end_time: end, upgrade_group: place } = row;
    const runs = status === running && end * 1000 > asker.http.hostTime();
    if (!plans.has(String(plan)) || !runs || place === '') return [];
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

async function rowsOf(asker: ApiClient, user: number | string) {
  const rows = await asker.get(`${base}/users/${user}/subscriptions`, subscriptionRowWire.array());
  return rows.map(({ subscription }) => subscription);
}

/** Gives a user a plan, and with it its group. The host gives one more each time that it is sent. */
export function giveSubscription(client: ApiClient, user: Id, plan: Id): Promise<WriteResult<unknown>> {
  return client.write('POST', `${base}/users/${user}/subscriptions`, { plan_id: Number(plan) }, anything);
}

/** Whose a grant is, and which subscription, where it is one. */
export function partsOf(grant: Id): { user: Id; subscription: Id | undefined } {
  const [user = '', subscription] = grant.split(separator);
  return { user, subscription };
}

/**
 * Ends a subscription. Returns the group that its user was in before, which the host gives back only where no other
 * subscription of theirs changes groups.
 */
export async function endSubscription(
  client: ApiClient,
  user: Id,
  id: Id,
): Promise<WriteResult<{ place: string; before: string }>> {
  const read = await writeResult(() => rowsOf(client, user));
  if (read.status !== 'applied') return read;
  const row = read.value.find((each) => String(each.id) === id);
  const ended = await client.write('POST', `${base}/user_subscriptions/${id}/invalidate`, {}, anything);
  return mapResult(ended, () => ({ place: row?.upgrade_group ?? '', before: row?.prev_user_group ?? '' }));
}
