import type { JsonObject } from '../json-object.ts';

/** Timestamps every stored row has, as ISO texts. */
interface Stamped {
  created_at: string;
  updated_at: string;
}

/** A group. */
export interface Group extends Stamped {
  id: number;
  name: string;
  description: string;
  platform: string;
  rate_multiplier: number;
  status: string;
  subscription_type: string;
  daily_limit_usd: number | null;
  weekly_limit_usd: number | null;
  monthly_limit_usd: number | null;
  sort_order: number;
  allow_messages_dispatch: boolean;
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
  group_ids: number[];
  model_pricing: Pricing[];
  model_mapping: Record<string, Record<string, string>>;
}

/** A subscription plan that users can buy. */
export interface Plan extends Stamped {
  id: number;
  group_id: number;
  name: string;
  description: string;
  price: number;
  validity_days: number;
  validity_unit: string;
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
  concurrency: number;
  priority: number;
  rate_multiplier: number;
  load_factor: number | null;
  status: string;
  error_message: string;
  last_used_at: string | null;
  schedulable: boolean;
  rate_limited_at: string | null;
  rate_limit_reset_at: string | null;
  temp_unschedulable_until: string | null;
  temp_unschedulable_reason: string;
  bindings: Binding[];
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
  status: string;
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
  last_used_at: string | null;
}

/** One answered gateway request. */
export interface UsageRow {
  id: number;
  user_id: number;
  api_key_id: number;
  account_id: number;
  group_id: number;
  model: string;
  input_tokens: number;
  output_tokens: number;
  total_cost: number;
  actual_cost: number;
  created_at: string;
}
