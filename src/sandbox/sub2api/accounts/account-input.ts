import { bindGroups, refuseMixing } from './account-binding.ts';
import type { Fields } from '../binding.ts';
import { rounded } from '../decimals.ts';
import { internalError, refusal } from '../envelope.ts';
import type { Features } from '../features.ts';
import type { Host } from '../host.ts';
import type { JsonObject } from '../../json-object.ts';
import type { Account } from '../rows.ts';
import { timestamp } from '../state.ts';

const types = ['oauth', 'setup-token', 'apikey', 'upstream', 'bedrock', 'service_account'];
const known = [
  'name',
  'notes',
  'platform',
  'type',
  'credentials',
  'extra',
  'proxy_id',
  'concurrency',
  'priority',
  'rate_multiplier',
  'load_factor',
  'group_ids',
  'expires_at',
  'auto_pause_on_expired',
  'confirm_mixed_channel_risk',
];

/** What an account to be created was asked to be. */
export interface AccountInput {
  name: string;
  groupIds: number[];
  confirmed: boolean;
  /** No `extra` was sent: the reply to the create shows null. */
  bare: boolean;
  row: Omit<Account, 'id' | 'created_at' | 'updated_at'>;
}

/** Only the fields that the host binds: what an idempotency key is compared by. */
export function boundFields(source: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(source).filter(([key]) => known.includes(key)));
}

function refuseBadExtra(features: Features, platform: string, extra: JsonObject): void {
  if (!features.longContextExtra || platform !== 'openai') return;
  const value = extra['openai_long_context_billing_enabled'];
  if (value === undefined || typeof value === 'boolean') return;
  throw refusal(400, 'openai_long_context_billing_enabled must be a boolean', 'OPENAI_LONG_CONTEXT_BILLING_INVALID');
}

/** `extra` as the host stores it: base_rpm in its range, server-managed keys added. */
export function storedExtra(features: Features, platform: string, extra: JsonObject): JsonObject {
  refuseBadExtra(features, platform, extra);
  const rpm = extra['base_rpm'];
  return {
    ...(features.longContextExtra && platform === 'openai' ? { openai_long_context_billing_enabled: false } : {}),
    ...extra,
    ...(typeof rpm === 'number' ? { base_rpm: Math.min(Math.max(rpm, 0), 10_000) } : {}),
  };
}

/** Reads an account to be created; only a single create is checked the way gin would check it. */
export function readAccount(features: Features, fields: Fields, single: boolean): AccountInput {
  const name = fields.text('name') ?? '';
  const platform = fields.text('platform') ?? '';
  const type = fields.text('type') ?? '';
  const credentials = fields.object('credentials');
  const loadFactor = fields.integer('load_factor') ?? 0;
  const expiresAt = fields.integer('expires_at') ?? 0;
  const row = {
    name,
    notes: fields.text('notes')?.trim() || null,
    platform,
    type,
    credentials: credentials ?? {},
    extra: storedExtra(features, platform, fields.object('extra') ?? {}),
    proxy_id: fields.integer('proxy_id') ?? null,
    concurrency: fields.integer('concurrency') ?? 0,
    priority: fields.integer('priority') ?? 0,
    rate_multiplier: rounded(fields.number('rate_multiplier') ?? 1, 4),
    load_factor: single && loadFactor > 0 ? loadFactor : null,
    status: 'active',
    error_message: '',
    last_used_at: null,
    expires_at: expiresAt > 0 ? expiresAt : null,
    auto_pause_on_expired: fields.flag('auto_pause_on_expired') ?? true,
    schedulable: true,
    rate_limited_at: null,
    rate_limit_reset_at: null,
    temp_unschedulable_until: null,
    temp_unschedulable_reason: '',
    bindings: [],
    forbiddenCount: 0,
    modelCooldowns: {},
  };
  const input = {
    name,
    groupIds: fields.integers('group_ids') ?? [],
    confirmed: fields.flag('confirm_mixed_channel_risk') ?? false,
    bare: !fields.has('extra'),
    row,
  };
  if (!single) return input;
  fields.check('name', 'required', name !== '');
  fields.check('platform', 'required', platform !== '');
  fields.check('type', type === '' ? 'required' : 'oneof', types.includes(type));
  fields.check('credentials', 'required', credentials !== undefined);
  fields.settle();
  return input;
}

/** The texts that the batch reports where the single create answers 500. */
const storeErrors = {
  emptyName: 'ent: validator failed for field "Account.name": value is less than the required length',
  longName: 'ent: validator failed for field "Account.name": value is greater than the required length',
  emptyPlatform: 'ent: validator failed for field "Account.platform": value is less than the required length',
};

/** A failure of the store: 500 for a single create, its text for a batch item. */
export class StoreError extends Error {}

/** Creates an account, in two steps as the host does: with groups that the store refuses the row stays, ungrouped. */
export function createAccount(host: Host, input: AccountInput): Account {
  const { state } = host;
  const { row } = input;
  const automatic = [...state.groups.values()].find(
    (group) => group.status === 'active' && group.name === `${row.platform}-default`,
  );
  const groupIds = input.groupIds.length > 0 ? input.groupIds : automatic === undefined ? [] : [automatic.id];
  if (!input.confirmed) refuseMixing(host, row.platform, groupIds);
  if (row.rate_multiplier < 0) throw refusal(400, 'rate_multiplier must be >= 0');
  if ((row.load_factor ?? 0) > 10_000) throw internalError();
  if (row.name === '') throw new StoreError(storeErrors.emptyName);
  if ([...row.name].length > 100) throw new StoreError(storeErrors.longName);
  if (row.platform === '') throw new StoreError(storeErrors.emptyPlatform);
  const at = timestamp();
  const account: Account = { ...row, id: state.nextId('accounts'), created_at: at, updated_at: at };
  state.accounts.set(account.id, account);
  const refused = bindGroups(host, account.id, groupIds);
  if (refused !== undefined) throw new StoreError(refused);
  return account;
}
