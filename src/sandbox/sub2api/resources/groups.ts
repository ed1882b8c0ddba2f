import { bind, pathId } from '../binding.ts';
import type { Fields } from '../binding.ts';
import { rounded } from '../decimals.ts';
import { internalError, refusal, success } from '../envelope.ts';
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
  const number = Number(value);
  return number < 0 ? null : rounded(number, 8);
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
  if ([...name].length > 100) throw internalError();
  const id = state.nextId('groups');
  if ([...state.groups.values()].some((group) => group.name === name)) throw taken();
  const at = timestamp();
  const group: Group = {
    id,
    name,
    description: fields.text('description') ?? '',
    platform: fields.text('platform') || 'anthropic',
    rate_multiplier: rate,
    status: 'active',
    subscription_type: fields.text('subscription_type') || 'standard',
    ...limits,
    sort_order: 0,
    allow_messages_dispatch: false,
    created_at: at,
    updated_at: at,
  };
  state.groups.set(id, group);
  return success(group);
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
  group.allow_messages_dispatch = fields.flag('allow_messages_dispatch') ?? group.allow_messages_dispatch;
  const [daily = null, weekly = null, monthly = null] = limits;
  Object.assign(group, { daily_limit_usd: daily, weekly_limit_usd: weekly, monthly_limit_usd: monthly });
  group.updated_at = timestamp();
  return success(group);
}

/** Soft delete: unbinds accounts and revokes subscriptions, but leaves keys, plans and channels dangling. */
function remove(state: SandboxState, group: Group): void {
  state.groups.delete(group.id);
  state.retiredGroups.add(group.id);
  for (const account of state.accounts.values()) {
    account.bindings = account.bindings.filter((binding) => binding.group_id !== group.id);
  }
  if (group.subscription_type !== 'subscription') return;
  for (const subscription of state.subscriptions.values()) {
    if (subscription.group_id === group.id) state.subscriptions.delete(subscription.id);
  }
}

function list(state: SandboxState, query: Record<string, string>): Group[] {
  const rows = [...state.groups.values()].filter((group) =>
    matchesSearch(query['search'], group.name, group.description),
  );
  return sorted(rows, query, (group) => group.sort_order, 'asc');
}

/** The routes of `/api/v1/admin/groups`. */
export function addGroupRoutes(app: HostApp, host: Host): void {
  const { state } = host;
  const base = '/api/v1/admin/groups';
  const idOf = (c: HostContext) => pathId(c, () => refusal(400, 'Invalid group ID'));
  app.get(base, (c) => paged(list(state, c.req.query()), c.req.query(), (group) => group));
  app.get(`${base}/:id`, (c) => success(requireGroup(state, idOf(c))));
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
