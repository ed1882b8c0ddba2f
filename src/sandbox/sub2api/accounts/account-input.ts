import { bindGroups, refuseMixing } from './account-binding.ts';
import type { Fields } from '../binding.ts';
import { rounded } from '../decimals.ts';
import { internalError } from '../envelope.ts';
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
  'concurrency',
  'priority',
  'rate_multiplier',
  'load_factor',
  'group_ids',
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

/** `extra` as the host stores it: server-managed keys added. */
export function storedExtra(features: Features, platform: string, extra: JsonObject): JsonObject {
  return {
    ...(features.longContextExtra && platform === 'openai' ? { openai_long_context_billing_enabled: false } : {}),
    ...extra,
  };
}

/** Reads an account to be created; only a single create is checked the way gin would check it. */
export function readAccount(features: Features, fields: Fields, single: boolean): AccountInput {
  const name = fields.text('name') ?? '';
  const platform = fields.text('platform') ?? '';
  const type = fields.text('type') ?? '';
  const credentials = fields.object('credentials');
  const loadFactor = fields.integer('load_factor') ?? 0;
  const row = {
    name,
    notes: fields.text('notes')?.trim() || null,
    platform,
    type,
    credentials: credentials ?? {},
    extra: storedExtra(features, platform, fields.object('extra') ?? {}),
    concurrency: fields.integer('concurrency') ?? 0,
    priority: fields.integer('priority') ?? 0,
    rate_multiplier: rounded(fields.number('rate_multiplier') ?? 1, 4),
    load_factor: single && loadFactor > 0 ? loadFactor : null,
    status: 'active',
    error_message: '',
    last_used_at: null,
    schedulable: true,
    rate_limited_at: null,
    rate_limit_reset_at: null,
    temp_unschedulable_until: null,
    temp_unschedulable_reason: '',
    bindings: [],
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
};

/** A failure of the store: 500 for a single create, its text for a batch item. */
export class StoreError extends Error {}

/** Creates an account, in two steps as the host does: with groups that the store refuses the row stays, ungrouped. */
export function createAccount(host: Host, input: AccountInput): Account {
  const { state } = host;
  const { row } = input;
  if (!input.confirmed) refuseMixing(host, row.platform, input.groupIds);
  if ((row.load_factor ?? 0) > 10_000) throw internalError();
  if (row.name === '') throw new StoreError(storeErrors.emptyName);
  if ([...row.name].length > 100) throw new StoreError(storeErrors.longName);
  const at = timestamp();
  const account: Account = { ...row, id: state.nextId('accounts'), created_at: at, updated_at: at };
  state.accounts.set(account.id, account);
  const refused = bindGroups(host, account.id, input.groupIds);
  if (refused !== undefined) throw new StoreError(refused);
  return account;
}
