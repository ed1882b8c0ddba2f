import { bind, pathId } from '../binding.ts';
import type { Fields } from '../binding.ts';
import { rounded } from '../decimals.ts';
import { internalError, refusal, success } from '../envelope.ts';
import type { Host, HostApp } from '../host.ts';
import type { JsonObject } from '../../json-object.ts';
import type { Plan } from '../rows.ts';
import { timestamp } from '../state.ts';

/** The stored row with every zero value left out. */
function entity(plan: Plan): JsonObject {
  const { created_at, updated_at, ...rest } = plan;
  const kept = Object.entries(rest).filter(
    ([, value]) => value !== null && value !== '' && value !== 0 && value !== false,
  );
  return { ...Object.fromEntries(kept), created_at, updated_at };
}

function listItem(host: Host, plan: Plan): JsonObject {
  if (!host.features.fullPlans) return entity(plan);
  const group = host.state.groups.get(plan.group_id);
  const limits = ['daily_limit_usd', 'weekly_limit_usd', 'monthly_limit_usd'] as const;
  const { id, group_id, ...rest } = plan;
  return {
    id,
    group_id,
    group_platform: group?.platform ?? '',
    group_name: group?.name ?? '',
    rate_multiplier: group?.rate_multiplier ?? 0,
    ...Object.fromEntries(
      limits.flatMap((name) => (group?.[name] === undefined || group[name] === null ? [] : [[name, group[name]]])),
    ),
    ...rest,
  };
}

function take(fields: Fields, plan: Plan): Plan {
  return {
    ...plan,
    group_id: fields.integer('group_id') ?? plan.group_id,
    name: fields.text('name') ?? plan.name,
    description: fields.text('description') ?? plan.description,
    price: rounded(fields.number('price') ?? plan.price, 2),
    validity_days: fields.integer('validity_days') ?? plan.validity_days,
    validity_unit: fields.text('validity_unit') ?? plan.validity_unit,
    for_sale: fields.flag('for_sale') ?? plan.for_sale,
    sort_order: fields.integer('sort_order') ?? plan.sort_order,
    updated_at: timestamp(),
  };
}

function check(plan: Plan): void {
  const rules: [boolean, string, string][] = [
    [plan.name.trim() !== '', 'plan name is required', 'PLAN_NAME_REQUIRED'],
    [plan.group_id > 0, 'group is required', 'PLAN_GROUP_REQUIRED'],
    [plan.price > 0, 'price must be > 0', 'PLAN_PRICE_INVALID'],
    [plan.validity_days > 0, 'validity days must be > 0', 'PLAN_VALIDITY_REQUIRED'],
    [plan.validity_unit.trim() !== '', 'validity unit is required', 'PLAN_VALIDITY_UNIT_REQUIRED'],
  ];
  for (const [holds, message, reason] of rules) if (!holds) throw refusal(400, message, reason);
}

function emptyPlan(): Plan {
  const at = timestamp();
  return {
    id: 0,
    group_id: 0,
    name: '',
    description: '',
    price: 0,
    validity_days: 0,
    validity_unit: '',
    for_sale: false,
    sort_order: 0,
    created_at: at,
    updated_at: at,
  };
}

/** The routes of `/api/v1/admin/payment/plans`: nothing is unique, unknown ids are 500. */
export function addPlanRoutes(app: HostApp, host: Host): void {
  const { plans } = host.state;
  const base = '/api/v1/admin/payment/plans';
  const invalidId = () => refusal(400, 'Invalid id');
  app.get(base, () => {
    const rows = [...plans.values()].toSorted((a, b) => a.sort_order - b.sort_order);
    return success(rows.map((plan) => listItem(host, plan)));
  });
  app.post(base, async (c) => {
    const fields = await bind(c, 'CreatePlanRequest');
    const draft = take(fields, emptyPlan());
    check(draft);
    const plan = { ...draft, id: host.state.nextId('plans') };
    plans.set(plan.id, plan);
    return success({ ...entity(plan), price: fields.number('price') }, 201);
  });
  app.put(`${base}/:id`, async (c) => {
    const id = pathId(c, invalidId);
    const fields = await bind(c, 'UpdatePlanRequest');
    const current = plans.get(id);
    const plan = take(
      fields,
      current ?? { ...emptyPlan(), group_id: 1, name: 'x', price: 1, validity_days: 1, validity_unit: 'day' },
    );
    check(plan);
    if (current === undefined) throw internalError();
    plans.set(id, plan);
    return success(entity(plan));
  });
  app.delete(`${base}/:id`, (c) => {
    if (!plans.delete(pathId(c, invalidId))) throw internalError();
    return success({ message: 'deleted' });
  });
}
