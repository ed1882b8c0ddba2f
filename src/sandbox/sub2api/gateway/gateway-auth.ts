import { codeRefusal } from '../envelope.ts';
import { HostError } from '../../reply.ts';
import type { Host, HostContext } from '../host.ts';
import type { ApiKey, Group, Subscription, User } from '../rows.ts';
import { isCurrent } from '../resources/subscriptions.ts';

/** Who uses the gateway, and what pays for it. */
export interface Caller {
  key: ApiKey;
  user: User;
  group: Group;
  subscription: Subscription | undefined;
}

const missingKey =
  'API key is required in Authorization header (Bearer scheme), x-api-key header, or x-goog-api-key header';

function keyText(c: HostContext): string {
  const [scheme = '', token = ''] = (c.req.header('authorization') ?? '').split(' ');
  const bearer = scheme.toLowerCase() === 'bearer' ? token : '';
  return bearer || (c.req.header('x-api-key') ?? '') || (c.req.header('x-goog-api-key') ?? '');
}

function findKey(host: Host, c: HostContext): ApiKey {
  const text = keyText(c);
  if (text === '') throw codeRefusal(401, 'API_KEY_REQUIRED', missingKey);
  const key = [...host.state.apiKeys.values()].find((row) => row.key === text);
  if (key === undefined || host.state.retiredUsers.has(key.user_id))
    throw codeRefusal(401, 'INVALID_API_KEY', 'Invalid API key');
  return key;
}

const ungrouped =
  'API Key is not assigned to any group and cannot be used. Please contact the administrator to assign it to a group.';

function groupOf(host: Host, key: ApiKey): Group | undefined {
  if (key.group_id === null) return undefined;
  const group = host.state.groups.get(key.group_id);
  if (group === undefined) throw codeRefusal(403, 'GROUP_DELETED', 'API Key 所属分组已删除');
  if (group.status !== 'active') throw codeRefusal(403, 'GROUP_DISABLED', 'API Key 所属分组已停用');
  return group;
}

function subscriptionOf(host: Host, key: ApiKey, group: Group): Subscription {
  const row = [...host.state.subscriptions.values()].find(
    (item) => item.user_id === key.user_id && item.group_id === group.id && isCurrent(item),
  );
  if (row === undefined)
    throw codeRefusal(403, 'SUBSCRIPTION_NOT_FOUND', 'No active subscription found for this group');
  return row;
}

/** Checks a gateway request's key, user, group, and means to pay. */
export function authenticate(host: Host, c: HostContext): Caller {
  const key = findKey(host, c);
  const user = host.state.users.get(key.user_id);
  if (user === undefined) throw codeRefusal(401, 'USER_NOT_FOUND', 'User associated with API key not found');
  const group = groupOf(host, key);
  const subscribed = group?.subscription_type === 'subscription';
  const subscription = group !== undefined && subscribed ? subscriptionOf(host, key, group) : undefined;
  if (!subscribed && user.balance <= 0) throw codeRefusal(403, 'INSUFFICIENT_BALANCE', 'Insufficient account balance');
  if (group === undefined)
    throw new HostError(403, { type: 'error', error: { type: 'permission_error', message: ungrouped } });
  return { key, user, group, subscription };
}
