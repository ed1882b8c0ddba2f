import { failure, success } from '../envelope.ts';
import type { Host, HostApp, HostContext } from '../host.ts';
import { isJsonObject } from '../../json-object.ts';
import { groupNames } from '../options/groups.ts';
import { fieldsOf, readBody, type Shape } from '../request-body.ts';
import type { Plan } from '../rows.ts';

const shape = {
  title: 'string',
  subtitle: 'string',
  price_amount: 'float64',
  duration_unit: 'string',
  duration_value: 'int64',
  custom_seconds: 'int64',
  enabled: 'bool',
  sort_order: 'int64',
  max_purchase_per_user: 'int64',
  upgrade_group: 'string',
  total_amount: 'int64',
  quota_reset_period: 'string',
  quota_reset_custom_seconds: 'int64',
} as const satisfies Shape;

/** Throws what the host says before a person has confirmed the terms of payment. */
export function requireCompliance(host: Host): void {
  if (host.state.options.get('payment_setting.compliance_confirmed') !== 'true')
    throw failure(
      'Payment, redemption, subscription, and invitation reward features are disabled. The administrator must confirm compliance terms before enabling them.',
    );
}

async function planIn(host: Host, c: HostContext): Promise<Omit<Plan, 'id' | 'created_at' | 'updated_at'>> {
  requireCompliance(host);
  const { plan } = await readBody(c);
  if (!isJsonObject(plan)) throw failure('参数错误');
  const given = fieldsOf(plan, shape, 'AdminUpsertSubscriptionPlanRequest.plan');
  if ((given.title ?? '').trim() === '') throw failure('套餐标题不能为空');
  if ((given.price_amount ?? 0) < 0) throw failure('价格不能为负数');
  const group = (given.upgrade_group ?? '').trim();
  if (group !== '' && !groupNames(host).includes(group)) throw failure('升级分组不存在');
  return {
    title: '',
    subtitle: '',
    price_amount: 0,
    currency: 'USD',
    custom_seconds: 0,
    enabled: false,
    sort_order: 0,
    max_purchase_per_user: 0,
    total_amount: 0,
    quota_reset_custom_seconds: 0,
    stripe_price_id: '',
    creem_product_id: '',
    waffo_pancake_product_id: '',
    ...given,
    duration_unit: given.duration_unit || 'month',
    duration_value: Math.max(1, given.duration_value ?? 1),
    quota_reset_period: given.quota_reset_period || 'never',
    upgrade_group: group,
  };
}

async function create(host: Host, c: HostContext): Promise<Response> {
  const at = host.seconds();
  const plan: Plan = { id: 0, ...(await planIn(host, c)), created_at: at, updated_at: at };
  plan.id = host.state.nextId('plans');
  // Off is the zero value, which the column's default replaces.
  plan.enabled = true;
  host.state.plans.set(plan.id, plan);
  return success(plan);
}

/** A change of a plan; one of an unknown plan changes nothing, and is answered alike. */
function change(host: Host, c: HostContext, changes: Partial<Plan>): Response {
  const plan = host.state.plans.get(Number(c.req.param('id')));
  if (plan !== undefined) Object.assign(plan, changes, { updated_at: host.seconds() });
  return success(null);
}

/** Plans that people can be given; there is no route that removes one. */
export function addPlanRoutes(app: HostApp, host: Host): void {
  const base = '/api/subscription/admin/plans';
  app.get(base, () => {
    const plans = [...host.state.plans.values()].toSorted((a, b) => b.sort_order - a.sort_order || b.id - a.id);
    return success(plans.map((plan) => ({ plan })));
  });
  app.post(base, (c) => create(host, c));
  app.put(`${base}/:id`, async (c) => change(host, c, await planIn(host, c)));
  app.patch(`${base}/:id`, async (c) => {
    requireCompliance(host);
    const { enabled } = await readBody(c);
    if (typeof enabled !== 'boolean') throw failure('参数错误');
    return change(host, c, { enabled });
  });
}
