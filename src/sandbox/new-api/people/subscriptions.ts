import { failure, notFound, success } from '../envelope.ts';
import type { Host, HostApp, HostContext } from '../host.ts';
import { readBody } from '../request-body.ts';
import type { Plan, Subscription } from '../rows.ts';
import { requireCompliance } from './plans.ts';

const unitSeconds: Record<string, number> = { hour: 3600, day: 86_400 };

function endOf(plan: Plan, start: number): number {
  const { duration_unit: unit, duration_value: value } = plan;
  if (unit === 'custom') return start + plan.custom_seconds;
  const seconds = unitSeconds[unit];
  if (seconds !== undefined) return start + seconds * value;
  const date = new Date(start * 1000);
  if (unit === 'year') date.setUTCFullYear(date.getUTCFullYear() + value);
  else date.setUTCMonth(date.getUTCMonth() + value);
  return Math.floor(date.getTime() / 1000);
}

function idOf(c: HostContext, what: string): number {
  const id = Number(c.req.param('id'));
  if (!(id > 0)) throw failure(`无效的${what}ID`);
  return id;
}

/** Gives a user a plan: one more each time, and the plan's group where it has one. */
async function give(host: Host, c: HostContext): Promise<Response> {
  requireCompliance(host);
  const { state } = host;
  const user = state.users.get(idOf(c, '用户'));
  const plan = state.plans.get(Number((await readBody(c))['plan_id']));
  if (user === undefined || plan === undefined) throw notFound();
  const held = [...state.subscriptions.values()].filter((row) => row.user_id === user.id && row.plan_id === plan.id);
  if (plan.max_purchase_per_user > 0 && held.length >= plan.max_purchase_per_user)
    throw failure('已达到该套餐购买上限');
  const at = host.seconds();
  const moves = plan.upgrade_group !== '' && user.group !== plan.upgrade_group;
  const subscription: Subscription = {
    id: state.nextId('subscriptions'),
    user_id: user.id,
    plan_id: plan.id,
    amount_total: plan.total_amount,
    amount_used: 0,
    start_time: at,
    end_time: endOf(plan, at),
    status: 'active',
    source: 'admin',
    last_reset_time: 0,
    next_reset_time: 0,
    upgrade_group: plan.upgrade_group,
    prev_user_group: moves ? user.group : '',
    created_at: at,
    updated_at: at,
  };
  state.subscriptions.set(subscription.id, subscription);
  if (plan.upgrade_group !== '') user.group = plan.upgrade_group;
  const isTold = moves || (host.features.tellsEveryGroup && plan.upgrade_group !== '');
  return success(isTold ? { message: `用户分组将升级到 ${plan.upgrade_group}` } : null);
}

/** Puts a user back into the group before, if this subscription had moved it and no other one holds it there. */
function giveBack(host: Host, ended: Subscription): string | undefined {
  const { state } = host;
  const user = state.users.get(ended.user_id);
  const isHeld = [...state.subscriptions.values()].some(
    (row) =>
      row.id !== ended.id &&
      row.user_id === ended.user_id &&
      row.status === 'active' &&
      row.end_time > host.seconds() &&
      row.upgrade_group !== '',
  );
  if (user === undefined || isHeld || ended.prev_user_group === '' || user.group !== ended.upgrade_group)
    return undefined;
  user.group = ended.prev_user_group;
  return user.group;
}

function end(host: Host, c: HostContext, close: (subscription: Subscription) => void): Response {
  const subscription = host.state.subscriptions.get(idOf(c, '订阅'));
  if (subscription === undefined) throw notFound();
  const group = giveBack(host, subscription);
  close(subscription);
  return success(group === undefined ? null : { message: `用户分组将回退到 ${group}` });
}

/** What users were given of plans. */
export function addSubscriptionRoutes(app: HostApp, host: Host): void {
  const { subscriptions } = host.state;
  const base = '/api/subscription/admin';
  app.get(`${base}/users/:id/subscriptions`, (c) => {
    const user = idOf(c, '用户');
    const rows = [...subscriptions.values()].filter((row) => row.user_id === user).toReversed();
    return success(rows.map((subscription) => ({ subscription })));
  });
  app.post(`${base}/users/:id/subscriptions`, (c) => give(host, c));
  app.post(`${base}/user_subscriptions/:id/invalidate`, (c) =>
    end(host, c, (row) => Object.assign(row, { status: 'cancelled', end_time: host.seconds() })),
  );
  app.delete(`${base}/user_subscriptions/:id`, (c) => end(host, c, ({ id }) => subscriptions.delete(id)));
}
