import type { JsonObject } from '../json-object.ts';

/** Timestamps every stored row has, as ISO texts. */
interface Stamped {
  created_at: string;
  updated_at: string;
}

/** A group; `more` holds the fields that the sandbox stores without giving them a meaning. */
export interface Group extends Stamped {
  id: number;
  name: string;
  description: string;
  platform: string;
  rate_multiplier: number;
  is_exclusive: boolean;
  status: string;
  subscription_type: string;
  daily_limit_usd: number | null;
  weekly_limit_usd: number | null;
  monthly_limit_usd: number | null;
  sort_order: number;
  more: JsonObject;
}

/** One price entry of a channel. */
export interface Pricing extends JsonObject {
  id: number;
  platform: string;
  models: string[];
  billing_mode: string;
  intervals: JsonObject[];
}

/** A channel: which models its groups offer, under which names and prices. */
export interface Channel extends Stamped {
  id: number;
  name: string;
  description: string;
  status: string;
  billing_model_source: string;
  restrict_models: boolean;
  features: string;
  features_config: JsonObject;
  group_ids: number[];
  model_pricing: Pricing[];
  model_mapping: Record<string, Record<string, string>>;
  apply_pricing_to_account_stats: boolean;
  account_stats_pricing_rules: unknown[];
}

/** A subscription plan that users can buy. */
export interface Plan extends Stamped {
  id: number;
  group_id: number;
  name: string;
  description: string;
  price: number;
  original_price: number | null;
  validity_days: number;
  validity_unit: string;
  features: string;
  product_name: string;
  for_sale: boolean;
  sort_order: number;
}

/** An account's place in a group; it serves from `servedFrom` (milliseconds since 1970) on. */
export interface Binding {
  group_id: number;
  priority: number;
  created_at: string;
  servedFrom: number;
}

/** An upstream account with its credentials in the clear. */
export interface Account extends Stamped {
  id: number;
  name: string;
  notes: string | null;
  platform: string;
  type: string;
  credentials: JsonObject;
  extra: JsonObject;
  proxy_id: number | null;
  concurrency: number;
  priority: number;
  rate_multiplier: number;
  load_factor: number | null;
  status: string;
  error_message: string;
  last_used_at: string | null;
  expires_at: number | null;
  auto_pause_on_expired: boolean;
  schedulable: boolean;
  rate_limited_at: string | null;
  rate_limit_reset_at: string | null;
  temp_unschedulable_until: string | null;
  temp_unschedulable_reason: string;
  bindings: Binding[];
  forbiddenCount: number;
  /** Upstream models that this account is not asked for until then (milliseconds since 1970). */
  modelCooldowns: Record<string, number>;
}

/** A user; the password is kept in the clear so that tests can log in. */
export interface User extends Stamped {
  id: number;
  email: string;
  password: string;
  username: string;
  notes: string;
  role: string;
  balance: number;
  concurrency: number;
  rpm_limit: number;
  status: string;
  allowed_groups: number[] | null;
  last_active_at: string | null;
}

/** A user's subscription to a group. */
export interface Subscription extends Stamped {
  id: number;
  user_id: number;
  group_id: number;
  starts_at: string;
  expires_at: string;
  status: string;
  usage_usd: number;
  assigned_by: number;
  assigned_at: string;
  notes: string;
}

/** A user's key for the gateway. */
export interface ApiKey extends Stamped {
  id: number;
  user_id: number;
  key: string;
  name: string;
  group_id: number | null;
  status: string;
  quota: number;
  quota_used: number;
  expires_at: string | null;
  last_used_at: string | null;
}

/** One answered gateway request. */
export interface UsageRow {
  id: number;
  user_id: number;
  api_key_id: number;
  account_id: number;
  group_id: number;
  subscription_id: number | null;
  channel_id: number | null;
  request_id: string;
  model: string;
  upstream_model: string;
  endpoint: string;
  stream: boolean;
  input_tokens: number;
  output_tokens: number;
  input_cost: number;
  output_cost: number;
  total_cost: number;
  actual_cost: number;
  rate_multiplier: number;
  created_at: string;
}
