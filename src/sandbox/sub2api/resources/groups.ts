import { bind, pathId } from '../binding.ts';
import type { Fields } from '../binding.ts';
import { rounded } from '../decimals.ts';
import { internalError, refusal, success } from '../envelope.ts';
import { adminGroupView, groupDefaults } from './group-view.ts';
import type { Host, HostApp, HostContext } from '../host.ts';
import { apiKeyView } from '../people/key-view.ts';
import { paged } from '../pagination.ts';
import type { Group } from '../rows.ts';
import { matchesSearch, sorted } from '../sorting.ts';
import { timestamp } from '../state.ts';
import type { SandboxState } from '../state.ts';
import { subscriptionView } from './subscription-view.ts';

const unknownGroup = () => refusal(404, 'group not found', 'GROUP_NOT_FOUND');
const taken = () => refusal(409, 'group name already exists', 'GROUP_EXISTS');

/** The live group of that id, else 404. */
export function requireGroup(state: SandboxState, id: number): Group {
  const group = state.groups.get(id);
  if (group === undefined) throw unknownGroup();
  return group;
}

/** Three meanings in one field: absent and negative → no limit, null and "" → 0, else the number. */
function readLimit(fields: Fields, name: string): number | null {
  const value = fields.source[name];
  if (value === undefined) return null;
  if (value === null || value === '') return 0;
  const number = typeof value === 'number' ? value : typeof value === 'string' ? Number(value.trim()) : Number.NaN;
  const text = JSON.stringify(value);
  if (Number.isNaN(number))
    throw refusal(
      400,
      `Invalid request: invalid numeric limit value ${text}: strconv.ParseFloat: parsing ${text}: invalid syntax`,
    );
  return number < 0 ? null : rounded(number, 8);
}

function takeMore(group: Group, fields: Fields, skipped: readonly string[]): void {
  for (const [key, current] of Object.entries(group.more)) {
    const value = fields.source[key];
    const fits = current === null || typeof value === typeof current;
    if (value !== undefined && value !== null && fits && !skipped.includes(key)) group.more[key] = value;
  }
}

function checkEnums(host: Host, fields: Fields): void {
  const oneOf = (name: string, allowed: readonly string[]) => {
    const value = fields.text(name) ?? '';
    fields.check(name, 'oneof', value === '' || allowed.includes(value));
  };
  oneOf('platform', host.features.groupPlatforms);
  oneOf('subscription_type', ['standard', 'subscription']);
  oneOf('status', ['active', 'inactive']);
}

function requireRate(rate: number | undefined): number {
  if (rate === undefined || rate <= 0) throw internalError();
  return rounded(rate, 4);
}

async function create(host: Host, c: HostContext): Promise<Response> {
  const { state } = host;
  const fields = await bind(c, 'CreateGroupRequest');
  const name = fields.text('name') ?? '';
  fields.check('name', 'required', name !== '');
  checkEnums(host, fields);
  const limits = {
    daily_limit_usd: readLimit(fields, 'daily_limit_usd'),
    weekly_limit_usd: readLimit(fields, 'weekly_limit_usd'),
    monthly_limit_usd: readLimit(fields, 'monthly_limit_usd'),
  };
  fields.settle();
  const rate = requireRate(fields.number('rate_multiplier'));
  if ((fields.number('image_rate_multiplier') ?? 1) < 0 || [...name].length > 100) throw internalError();
  const id = state.nextId('groups');
  if ([...state.groups.values()].some((group) => group.name === name)) throw taken();
  const at = timestamp();
  const group: Group = {
    id,
    name,
    description: fields.text('description') ?? '',
    platform: fields.text('platform') || 'anthropic',
    rate_multiplier: rate,
    is_exclusive: fields.flag('is_exclusive') ?? false,
    status: 'active',
    subscription_type: fields.text('subscription_type') || 'standard',
    ...limits,
    sort_order: 0,
    created_at: at,
    updated_at: at,
    more: groupDefaults(host.features),
  };
  takeMore(group, fields, ['model_routing_enabled']);
  state.groups.set(id, group);
  // The reply to a create is the row as sent: not yet rounded, and without the store's defaults.
  const sent = {
    rate_multiplier: fields.number('rate_multiplier'),
    model_routing: fields.object('model_routing') ?? null,
  };
  return success({ ...adminGroupView(group), ...sent });
}

async function update(host: Host, c: HostContext): Promise<Response> {
  const { state } = host;
  const id = pathId(c, () => refusal(400, 'Invalid group ID'));
  const fields = await bind(c, 'UpdateGroupRequest');
  checkEnums(host, fields);
  const limits = ['daily_limit_usd', 'weekly_limit_usd', 'monthly_limit_usd'].map((name) => readLimit(fields, name));
  fields.settle();
  const group = requireGroup(state, id);
  const rate = fields.has('rate_multiplier') ? requireRate(fields.number('rate_multiplier')) : group.rate_multiplier;
  const name = fields.text('name') || group.name;
  if ([...name].length > 100) throw internalError();
  if ([...state.groups.values()].some((other) => other.id !== id && other.name === name)) throw taken();
  const description = fields.text('description');
  if (description !== undefined && (description !== '' || host.features.clearsGroupDescription))
    group.description = description;
  group.name = name;
  group.rate_multiplier = rate;
  group.platform = fields.text('platform') || group.platform;
  group.subscription_type = fields.text('subscription_type') || group.subscription_type;
  group.status = fields.text('status') || group.status;
  group.is_exclusive = fields.flag('is_exclusive') ?? group.is_exclusive;
  const [daily = null, weekly = null, monthly = null] = limits;
  Object.assign(group, { daily_limit_usd: daily, weekly_limit_usd: weekly, monthly_limit_usd: monthly });
  takeMore(group, fields, []);
  group.updated_at = timestamp();
  return success(adminGroupView(group));
}

/** Soft delete: unbinds accounts and revokes subscriptions, but leaves keys, plans and channels dangling. */
function remove(state: SandboxState, group: Group): void {
  state.groups.delete(group.id);
  state.retiredGroups.add(group.id);
  for (const account of state.accounts.values()) {
    account.bindings = account.bindings.filter((binding) => binding.group_id !== group.id);
  }
  for (const user of state.users.values()) {
    user.allowed_groups = user.allowed_groups?.filter((id) => id !== group.id) ?? null;
  }
  if (group.subscription_type !== 'subscription') return;
  for (const subscription of state.subscriptions.values()) {
    if (subscription.group_id === group.id) state.subscriptions.delete(subscription.id);
  }
}

function list(state: SandboxState, query: Record<string, string>): Group[] {
  const rows = [...state.groups.values()].filter(
    (group) =>
      matchesSearch(query['search'], group.name, group.description) &&
      (!query['platform'] || group.platform === query['platform']) &&
      (!query['status'] || group.status === query['status']) &&
      (!query['is_exclusive'] || String(group.is_exclusive) === query['is_exclusive']),
  );
  return sorted(rows, query, {
    keys: {
      sort_order: (g) => g.sort_order,
      id: (g) => g.id,
      name: (g) => g.name,
      created_at: (g) => g.created_at,
      status: (g) => g.status,
    },
    fallback: { key: 'sort_order', descending: false },
    tieBreak: (a, b) => a.id - b.id,
  });
}

/** The routes of `/api/v1/admin/groups`. */
export function addGroupRoutes(app: HostApp, host: Host): void {
  const { state } = host;
  const base = '/api/v1/admin/groups';
  const idOf = (c: HostContext) => pathId(c, () => refusal(400, 'Invalid group ID'));
  app.get(base, (c) =>
    paged(list(state, c.req.query()), c.req.query(), (group) => adminGroupView(group, state.accounts.values())),
  );
  app.get(`${base}/all`, (c) => {
    const platform = c.req.query('platform');
    const inactiveToo = host.features.newerFields && c.req.query('include_inactive') === 'true';
    const rows = list(state, {}).filter(
      (group) => (inactiveToo || group.status === 'active') && (!platform || group.platform === platform),
    );
    return success(rows.map((group) => adminGroupView(group)));
  });
  app.get(`${base}/:id`, (c) => success(adminGroupView(requireGroup(state, idOf(c)), state.accounts.values())));
  app.post(base, (c) => create(host, c));
  app.put(`${base}/:id`, (c) => update(host, c));
  app.delete(`${base}/:id`, (c) => {
    remove(state, requireGroup(state, idOf(c)));
    return success({ message: 'Group deleted successfully' });
  });
  app.get(`${base}/:id/api-keys`, (c) => {
    const id = idOf(c);
    const rows = [...state.apiKeys.values()].filter((key) => key.group_id === id).toReversed();
    return paged(rows, c.req.query(), (key) => apiKeyView(host, key, { user: true }));
  });
  app.get(`${base}/:id/subscriptions`, (c) => {
    const id = idOf(c);
    const rows = [...state.subscriptions.values()].filter((row) => row.group_id === id).toReversed();
    return paged(rows, c.req.query(), (row) => subscriptionView(host, row, { user: true }));
  });
}
