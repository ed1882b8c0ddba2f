import { bind, pathId } from '../binding.ts';
import { internalError, refusal, success } from '../envelope.ts';
import { requireGroup } from './groups.ts';
import type { Host, HostApp, HostContext } from '../host.ts';
import type { Idempotently } from '../idempotency.ts';
import { paged } from '../pagination.ts';
import type { Subscription } from '../rows.ts';
import { timestamp } from '../state.ts';
import { subscriptionView } from './subscription-view.ts';

const dayMs = 86_400_000;
const latest = Date.parse('2099-12-31T23:59:59Z');

interface Assignment {
  userId: number;
  groupId: number;
  days: number;
  notes: string;
  actor: number;
}

function endOf(startsAt: string, days: number): string {
  return timestamp(Math.min(Date.parse(startsAt) + days * dayMs, latest));
}

function conflictOf(row: Subscription, wanted: Assignment): string | undefined {
  if (row.expires_at !== endOf(row.starts_at, wanted.days)) return 'validity_days_mismatch';
  return row.notes.trim() === wanted.notes.trim() ? undefined : 'notes_mismatch';
}

function renew(row: Subscription, wanted: Assignment): void {
  const at = timestamp();
  Object.assign(row, {
    starts_at: at,
    expires_at: endOf(at, wanted.days),
    status: 'active',
    notes: wanted.notes,
    updated_at: at,
  });
}

/** The user's row for the group: the existing one when the terms are the same, else a new one or a conflict. */
function assign(host: Host, wanted: Assignment): { row: Subscription; reused: boolean } {
  const { state } = host;
  const group = requireGroup(state, wanted.groupId);
  if (group.subscription_type !== 'subscription')
    throw refusal(400, 'group is not a subscription type', 'GROUP_NOT_SUBSCRIPTION_TYPE');
  const existing = [...state.subscriptions.values()].find(
    (row) => row.user_id === wanted.userId && row.group_id === wanted.groupId,
  );
  if (existing !== undefined) {
    if (host.features.renewsExpired && !isCurrent(existing)) {
      renew(existing, wanted);
      return { row: existing, reused: true };
    }
    const conflict = conflictOf(existing, wanted);
    if (conflict === undefined) return { row: existing, reused: true };
    const text = 'subscription exists but request conflicts with existing assignment semantics';
    throw refusal(409, text, 'SUBSCRIPTION_ASSIGN_CONFLICT', { conflict_reason: conflict });
  }
  const id = state.nextId('subscriptions');
  if (!state.users.has(wanted.userId) && !state.retiredUsers.has(wanted.userId)) throw internalError();
  const at = timestamp();
  const row: Subscription = {
    id,
    user_id: wanted.userId,
    group_id: wanted.groupId,
    starts_at: at,
    expires_at: endOf(at, wanted.days),
    status: 'active',
    usage_usd: 0,
    assigned_by: wanted.actor,
    assigned_at: at,
    notes: wanted.notes,
    created_at: at,
    updated_at: at,
  };
  state.subscriptions.set(id, row);
  return { row, reused: false };
}

/** Whether a subscription counts as active now. */
export function isCurrent(row: Subscription): boolean {
  return row.status === 'active' && Date.parse(row.expires_at) > Date.now();
}

async function assignOne(host: Host, c: HostContext): Promise<Response> {
  const fields = await bind(c, 'AssignSubscriptionRequest');
  const [userId = 0, groupId = 0, days = 0] = ['user_id', 'group_id', 'validity_days'].map((name) =>
    fields.integer(name),
  );
  fields.check('user_id', 'required', userId !== 0);
  fields.check('group_id', 'required', groupId !== 0);
  fields.check('validity_days', 'max', days <= 36_500);
  fields.settle();
  const wanted = {
    userId,
    groupId,
    days: days > 0 ? days : 30,
    notes: fields.text('notes') ?? '',
    actor: c.get('actor').id,
  };
  const { row, reused } = assign(host, wanted);
  return success(subscriptionView(host, row, { user: !reused, assigner: !reused }));
}

function extend(row: Subscription, days: number): Subscription {
  const end = Math.min(Math.max(Date.parse(row.expires_at), Date.now()) + days * dayMs, latest);
  Object.assign(row, { expires_at: timestamp(end), status: 'active', updated_at: timestamp() });
  return row;
}

/** The routes of `/api/v1/admin/subscriptions`. */
export function addSubscriptionRoutes(app: HostApp, host: Host, once: Idempotently): void {
  const { subscriptions } = host.state;
  const base = '/api/v1/admin/subscriptions';
  const find = (c: HostContext): Subscription => {
    const row = subscriptions.get(pathId(c, () => refusal(400, 'Invalid subscription ID')));
    if (row === undefined) throw refusal(404, 'subscription not found', 'SUBSCRIPTION_NOT_FOUND');
    return row;
  };
  app.get(base, (c) =>
    paged([...subscriptions.values()].toReversed(), c.req.query(), (row) =>
      subscriptionView(host, row, { user: true, assigner: true }),
    ),
  );
  app.post(`${base}/assign`, (c) => assignOne(host, c));
  app.post(`${base}/:id/extend`, async (c) => {
    const id = pathId(c, () => refusal(400, 'Invalid subscription ID'));
    const fields = await bind(c, 'AdjustSubscriptionRequest');
    const days = fields.integer('days') ?? 0;
    fields.check('days', 'required', days !== 0);
    fields.check('days', days < 0 ? 'min' : 'max', Math.abs(days) <= 36_500);
    fields.settle();
    const payload = { subscription_id: id, days };
    return once(c, 'admin.subscriptions.extend', payload, () =>
      subscriptionView(host, extend(find(c), days), { user: true, assigner: true }),
    );
  });
  app.delete(`${base}/:id`, (c) => {
    subscriptions.delete(find(c).id);
    return success({ message: 'Subscription revoked successfully' });
  });
}
