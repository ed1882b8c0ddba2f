import type { ChangeKind } from '../change.ts';
import { accountDriver } from './account.ts';
import { channelDriver } from './channel.ts';
import type { Driver } from './driver.ts';
import { groupDriver } from './group.ts';

import { subscriptionDriver } from './subscription.ts';
import { tariffDriver } from './tariff.ts';
import { userDriver } from './user.ts';

/** The driver of each kind of object. */
export const drivers: { readonly [K in ChangeKind]: Driver<K> } = {
  group: groupDriver,
  channel: channelDriver,
  tariff: tariffDriver,
  account: accountDriver,
  subscription: subscriptionDriver,
  user: userDriver,
};
