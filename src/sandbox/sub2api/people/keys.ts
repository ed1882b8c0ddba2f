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
  return group.subscription_type !== 'subscription' || subscribed(host, user.id, group.id);
}

function create(host: Host, user: User, fields: Fields): ApiKey {
  const { state } = host;
  const groupId = fields.integer('group_id') ?? null;
  if (groupId !== null) {
    const group = requireGroup(state, groupId);
    if (!mayBind(host, user, group)) throw refusal(403, 'user is not allowed to bind this group', 'GROUP_NOT_ALLOWED');
  }
  const at = timestamp();
  const key: ApiKey = {
    id: state.nextId('apiKeys'),
    user_id: user.id,
    key: `sk-${randomBytes(32).toString('hex')}`,
    name: fields.text('name') ?? '',
    group_id: groupId,
    status: 'active',
    last_used_at: null,
    created_at: at,
    updated_at: at,
  };
  state.apiKeys.set(key.id, key);
  return key;
}

/** The routes of a user's own keys (`/api/v1/keys`, JWT only). */
export function addKeyRoutes(app: HostApp, host: Host, once: Idempotently): void {
  const { state } = host;
  const find = (c: HostContext): ApiKey => {
    const key = state.apiKeys.get(pathId(c, () => refusal(400, 'Invalid API key ID')));
    if (key?.user_id !== c.get('actor').id) throw refusal(404, 'api key not found', 'API_KEY_NOT_FOUND');
    return key;
  };
  app.post('/api/v1/keys', async (c) => {
    const fields = await bind(c, 'CreateAPIKeyRequest');
    fields.check('name', 'required', (fields.text('name') ?? '') !== '');
    fields.settle();
    const payload = { name: fields.text('name'), group_id: fields.integer('group_id') ?? null };
    return once(c, 'user.api_keys.create', payload, () => apiKeyView(host, create(host, c.get('actor'), fields)));
  });
  app.delete('/api/v1/keys/:id', (c) => {
    state.apiKeys.delete(find(c).id);
    return success({ message: 'API key deleted successfully' });
  });
}
