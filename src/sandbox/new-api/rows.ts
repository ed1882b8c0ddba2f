/** A channel as the host stores it, with its key. */
export interface Channel {
  id: number;
  type: number;
  key: string;
  openai_organization: string | null;
  test_model: string | null;
  /** 1 on, 2 off by hand, 3 off by the host. */
  status: number;
  name: string;
  weight: number;
  created_time: number;
  test_time: number;
  response_time: number;
  base_url: string;
  other: string;
  balance: number;
  balance_updated_time: number;
  models: string;
  group: string;
  used_quota: number;
  model_mapping: string | null;
  status_code_mapping: string | null;
  priority: number;
  auto_ban: number;
  other_info: string;
  tag: string | null;
  setting: string | null;
  param_override: string | null;
  header_override: string | null;
  remark: string | null;
  channel_info: {
    is_multi_key: boolean;
    multi_key_size: number;
    multi_key_status_list: Record<string, number> | null;
    multi_key_polling_index: number;
    multi_key_mode: string;
  };
  settings: string;
}

/** Roles as the host counts them. */
export const roles = { common: 1, admin: 10, root: 100 } as const;

export interface User {
  id: number;
  username: string;
  password: string;
  display_name: string;
  role: number;
  /** 1 may work, 2 is banned. */
  status: number;
  email: string;
  quota: number;
  used_quota: number;
  request_count: number;
  group: string;
  /** The personal access token, once it was asked for. */
  access_token: string | null;
  remark: string;
  /** An admin who may make and remove channels, where that is a permission of its own. */
  sensitive_write: boolean;
  created_at: number;
  last_login_at: number;
}

/** A user's key for the gateway. */
export interface Token {
  id: number;
  user_id: number;
  key: string;
  status: number;
  name: string;
  created_time: number;
  accessed_time: number;
  expired_time: number;
  remain_quota: number;
  unlimited_quota: boolean;
  model_limits_enabled: boolean;
  model_limits: string;
  allow_ips: string;
  used_quota: number;
  group: string;
}

export interface Plan {
  id: number;
  title: string;
  subtitle: string;
  price_amount: number;
  currency: string;
  duration_unit: string;
  duration_value: number;
  custom_seconds: number;
  enabled: boolean;
  sort_order: number;
  max_purchase_per_user: number;
  upgrade_group: string;
  total_amount: number;
  quota_reset_period: string;
  quota_reset_custom_seconds: number;
  stripe_price_id: string;
  creem_product_id: string;
  waffo_pancake_product_id: string;
  created_at: number;
  updated_at: number;
}

export interface Subscription {
  id: number;
  user_id: number;
  plan_id: number;
  amount_total: number;
  amount_used: number;
  start_time: number;
  end_time: number;
  status: string;
  source: string;
  last_reset_time: number;
  next_reset_time: number;
  upgrade_group: string;
  prev_user_group: string;
  created_at: number;
  updated_at: number;
}

/** What one answered request cost, and who answered it. */
export interface LogRow {
  id: number;
  user_id: number;
  created_at: number;
  type: number;
  content: string;
  username: string;
  token_name: string;
  model_name: string;
  quota: number;
  prompt_tokens: number;
  completion_tokens: number;
  use_time: number;
  is_stream: boolean;
  channel: number;
  channel_name: string;
  token_id: number;
  group: string;
  ip: string;
  request_id: string;
  other: string;
}
