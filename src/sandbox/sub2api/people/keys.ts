import { randomBytes } from 'node:crypto';
import { bind, pathId } from '../binding.ts';
import type { Fields } from '../binding.ts';
import { refusal, success } from '../envelope.ts';
import { requireGroup } from '../resources/groups.ts';
import type { Host, HostApp, HostContext } from '../host.ts';
import type { Idempotently } from '../idempotency.ts';
import { apiKeyView } from './key-view.ts';
import type { ApiKey, Group, User } from '../rows.ts';
import { isCurrent } from '../resources/subscriptions.ts';
import { timestamp } from '../state.ts';

function subscribed(host: Host, userId: number, groupId: number): boolean {
  return [...host.state.subscriptions.values()].some(
    (row) => row.user_id === userId && row.group_id === groupId && isCurrent(row),
  );
}

function mayBind(host: Host, user: User, group: Group): boolean {
  if (group.subscription_type === 'subscription') return subscribed(host, user.id, group.id);
  return !group.is_exclusive || (user.allowed_groups ?? []).includes(group.id);
}

function keyText(host: Host, custom: string): string {
  if (custom === '') return `sk-${randomBytes(32).toString('hex')}`;
  if (custom.length < 16) throw refusal(400, 'api key must be at least 16 characters', 'API_KEY_TOO_SHORT');
  if (!/^[A-Za-z0-9_-]+$/.test(custom)) {
    throw refusal(400, 'api key can only contain letters, numbers, underscores, and hyphens', 'API_KEY_INVALID_CHARS');
  }
  if ([...host.state.apiKeys.values()].some((key) => key.key === custom))
    throw refusal(409, 'api key already exists', 'API_KEY_EXISTS');
  return custom;
}

function create(host: Host, user: User, fields: Fields): ApiKey {
  const { state } = host;
  const groupId = fields.integer('group_id') ?? null;
  if (groupId !== null) {
    const group = requireGroup(state, groupId);
    if (!mayBind(host, user, group)) throw refusal(403, 'user is not allowed to bind this group', 'GROUP_NOT_ALLOWED');
  }
  const days = fields.integer('expires_in_days');
  const at = timestamp();
  const key: ApiKey = {
    id: state.nextId('apiKeys'),
    user_id: user.id,
    key: keyText(host, fields.text('custom_key') ?? ''),
    name: fields.text('name') ?? '',
    group_id: groupId,
    status: 'active',
    quota: fields.number('quota') ?? 0,
    quota_used: 0,
    expires_at: days === undefined ? null : timestamp(Date.now() + days * 86_400_000),
    last_used_at: null,
    created_at: at,
    updated_at: at,
  };
  state.apiKeys.set(key.id, key);
  return key;
}

async function rebind(host: Host, c: HostContext): Promise<Response> {
  const { state } = host;
  const id = pathId(c, () => refusal(400, 'Invalid API key ID'));
  const fields = await bind(c, 'AdminUpdateAPIKeyGroupRequest');
  const groupId = fields.integer('group_id');
  const key = state.apiKeys.get(id);
  if (key === undefined) throw refusal(404, 'api key not found', 'API_KEY_NOT_FOUND');
  if (groupId !== undefined && groupId < 0) throw refusal(400, 'group_id must be non-negative', 'INVALID_GROUP_ID');
  const granted: Record<string, unknown> = {};
  if (groupId !== undefined && groupId > 0) {
    const group = requireGroup(state, groupId);
    if (group.status !== 'active') throw refusal(400, 'target group is not active', 'GROUP_NOT_ACTIVE');
    if (group.subscription_type === 'subscription' && !subscribed(host, key.user_id, groupId)) {
      throw refusal(400, 'user does not have an active subscription for this group', 'SUBSCRIPTION_REQUIRED');
    }
    const user = state.users.get(key.user_id);
    if (
      group.is_exclusive &&
      group.subscription_type === 'standard' &&
      user !== undefined &&
      !mayBind(host, user, group)
    ) {
      user.allowed_groups = [...(user.allowed_groups ?? []), groupId];
      Object.assign(granted, { granted_group_id: groupId, granted_group_name: group.name });
    }
  }
  if (groupId !== undefined) key.group_id = groupId === 0 ? null : groupId;
  key.updated_at = timestamp();
  const auto = Object.keys(granted).length > 0;
  return success({
    api_key: apiKeyView(host, key, { user: true, group: true }),
    auto_granted_group_access: auto,
    ...granted,
  });
}

/** The routes of a user's own keys (`/api/v1/keys`, JWT only) and the admin's PUT of a key's group. */
export function addKeyRoutes(app: HostApp, host: Host, once: Idempotently): void {
  const { state } = host;
  const find = (c: HostContext): ApiKey => {
    const key = state.apiKeys.get(pathId(c, () => refusal(400, 'Invalid API key ID')));
    const foreign = key !== undefined && key.user_id !== c.get('actor').id;
    if (key === undefined || (foreign && host.features.hidesForeignKeys))
      throw refusal(404, 'api key not found', 'API_KEY_NOT_FOUND');
    if (foreign) throw refusal(403, 'insufficient permissions', 'INSUFFICIENT_PERMISSIONS');
    return key;
  };
  app.post('/api/v1/keys', async (c) => {
    const fields = await bind(c, 'CreateAPIKeyRequest');
    fields.check('name', 'required', (fields.text('name') ?? '') !== '');
    fields.settle();
    const known = ['name', 'group_id', 'custom_key', 'ip_whitelist', 'ip_blacklist', 'quota', 'expires_in_days'];
    const payload = Object.fromEntries(known.map((name) => [name, fields.source[name] ?? null]));
    return once(c, 'user.api_keys.create', payload, () => apiKeyView(host, create(host, c.get('actor'), fields)));
  });
  app.get('/api/v1/keys/:id', (c) => success(apiKeyView(host, find(c), { user: true, group: true })));
  app.delete('/api/v1/keys/:id', (c) => {
    state.apiKeys.delete(find(c).id);
    return success({ message: 'API key deleted successfully' });
  });
  app.put('/api/v1/admin/api-keys/:id', (c) => rebind(host, c));
}
