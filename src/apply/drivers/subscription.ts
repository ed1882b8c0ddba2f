import { RelayError } from '../../core/relay-error.ts';
import type { SubscriptionState } from '../change.ts';
import type { Driver } from './driver.ts';

const dayMs = 86_400_000;

/** Subscriptions bear relay's notes; whom they are for, in which group, and how long they run tells the rest. */
export const subscriptionDriver: Driver<'subscription'> = {
  find: (host, { userId }) => host.reads.subscriptionsOfUser(userId),
  isMadeAs: (subscription, _, made) =>
    subscription.userId === made.userId &&
    subscription.groupId === made.groupId &&
    subscription.active &&
    subscription.byRelay &&
    (made.days === null || isSameTime(subscription.expiresAt, subscription.startsAt + made.days * dayMs)),
  isStill: (subscription, _, made) =>
    subscription.userId === made.userId && subscription.groupId === made.groupId && subscription.byRelay,
  differences: (subscription, { expiresAt }) =>
    expiresAt === null || isSameTime(subscription.expiresAt, expiresAt) ? [] : ['end'],
  stateOf: ({ expiresAt, active }, made) => ({ ...made, expiresAt, active }),
  remove: (host, { id }) => host.writes.deleteSubscription(id),
  restore: async (host, { id, expiresAt }, { before, after }, { clock }) => {
    // One that had expired runs anew from now on; no host gives it its earlier end back.
    if (!before.active || before.expiresAt === null || after.expiresAt === null) return undefined;
    if (!isSameTime(expiresAt, after.expiresAt)) return undefined;
    const days = Math.round((after.expiresAt - before.expiresAt) / dayMs);
    return host.writes.extendSubscription(id, -days, clock.randomHex(16));
  },
};

/** Hosts round times. */
export function isSameTime(one: number, other: number): boolean {
  return Math.abs(one - other) < 60_000;
}

/** When a subscription ends that is lengthened by so many days, in milliseconds since 1970. */
export function extended({ expiresAt, ...rest }: SubscriptionState, days: number): SubscriptionState {
  if (expiresAt === null) throw new RelayError('INTERNAL', 'A subscription without an end was to be lengthened.');
  return { ...rest, expiresAt: expiresAt + days * dayMs };
}
