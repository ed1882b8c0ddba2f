import type { Features } from '../features.ts';
import type { JsonObject } from '../../json-object.ts';
import type { Account, Group } from '../rows.ts';

const basics: JsonObject = {
  allow_image_generation: false,
  image_rate_independent: false,
  image_rate_multiplier: 1,
  image_price_1k: null,
  image_price_2k: null,
  image_price_4k: null,
  claude_code_only: false,
  fallback_group_id: null,
  fallback_group_id_on_invalid_request: null,
  allow_messages_dispatch: false,
  require_oauth_only: false,
  require_privacy_set: false,
  rpm_limit: 0,
};

const newerBasics: JsonObject = {
  long_context_pricing_enabled: false,
  allow_batch_image_generation: false,
  batch_image_discount_multiplier: 0.5,
  batch_image_hold_multiplier: 0.6,
  video_rate_independent: false,
  video_rate_multiplier: 1,
  peak_rate_enabled: false,
  peak_start: '',
  peak_end: '',
  peak_rate_multiplier: 1,
  video_price_480p: null,
  video_price_720p: null,
  video_price_1080p: null,
  web_search_price_per_call: null,
  search_price_per_1k: null,
  audio_realtime_price_per_min: null,
  audio_tts_price_per_million_chars: null,
  audio_stt_price_per_hour: null,
  allow_live: false,
  max_reasoning_effort: '',
  reasoning_effort_mappings: [],
};

const adminOnly: JsonObject = {
  model_routing: {},
  model_routing_enabled: false,
  mcp_xml_inject: true,
  default_mapped_model: '',
  messages_dispatch_model_config: {},
  supported_model_scopes: null,
};

const newerAdminOnly: JsonObject = {
  profit_control_enabled: false,
  profit_min_margin: 0,
  profit_safety_buffer: 0,
  model_pricing: [],
  models_list_config: { enabled: false },
};

/** The stored fields without a meaning here, with their defaults. */
export function groupDefaults(features: Features): JsonObject {
  return {
    ...basics,
    ...(features.newerFields ? newerBasics : {}),
    ...adminOnly,
    ...(features.newerFields ? newerAdminOnly : {}),
  };
}

/** A group as it appears inside other objects. */
export function groupView(group: Group): JsonObject {
  const { more, sort_order: _order, created_at, updated_at, ...rest } = group;
  const shown = Object.entries(more).filter(([key]) => !(key in adminOnly) && !(key in newerAdminOnly));
  return { ...rest, ...Object.fromEntries(shown), created_at, updated_at };
}

/** A group as the admin's group routes show it; counts of zero are left out. */
export function adminGroupView(group: Group, accounts?: Iterable<Account>): JsonObject {
  const { more, sort_order, ...rest } = group;
  const members = [...(accounts ?? [])].filter((account) =>
    account.bindings.some((binding) => binding.group_id === group.id),
  );
  const active = members.filter((account) => account.status === 'active' && account.schedulable).length;
  const limited = members.filter((account) => Date.parse(account.rate_limit_reset_at ?? '') > Date.now()).length;
  return {
    ...rest,
    ...more,
    ...(members.length > 0 ? { account_count: members.length } : {}),
    ...(active > 0 ? { active_account_count: active } : {}),
    ...(limited > 0 ? { rate_limited_account_count: limited } : {}),
    sort_order,
  };
}
