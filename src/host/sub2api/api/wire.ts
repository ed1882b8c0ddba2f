import { z } from 'zod';

/**
 * The replies of sub2api, as far as relay reads them; what it does not know is dropped, except where an edit must send
 * it back. Shapes were read off 0.1.129 and 0.1.179.
 */
const id = z.int().positive();
const list = <T extends z.ZodType>(item: T) =>
  z
    .array(item)
    .nullish()
    .transform((items) => items ?? []);
const record = z
  .record(z.string(), z.unknown())
  .nullish()
  .transform((value) => value ?? {});

export const pageWire = z.object({
  items: list(z.unknown()),
  total: z.int().min(0),
  page: z.int(),
  page_size: z.int(),
});

export const publicSettingsWire = z.object({
  version: z.string().default(''),
  turnstile_enabled: z.boolean().default(false),
  tencent_captcha_enabled: z.boolean().default(false),
  aliyun_captcha_enabled: z.boolean().default(false),
  backend_mode_enabled: z.boolean().default(false),
});

export const setupWire = z.object({ needs_setup: z.boolean() });

/** What the operator of a host has to promise before its admin API opens. */
export const termsWire = z.object({
  required: z.boolean(),
  version: z.string(),
  document_url_en: z.string().default(''),
  document_url_zh: z.string().default(''),
  ack_phrase_en: z.string().default(''),
  ack_phrase_zh: z.string().default(''),
});

export const adminSettingsWire = z.object({ step_up_enabled: z.boolean().optional() });

export const loginWire = z.object({ access_token: z.string().optional(), requires_2fa: z.boolean().optional() });

export const groupWire = z.object({
  id,
  name: z.string(),
  description: z.string().default(''),
  platform: z.string(),
  subscription_type: z.enum(['standard', 'subscription']),
  rate_multiplier: z.number(),
  status: z.string(),
  daily_limit_usd: z.number().nullish(),
  weekly_limit_usd: z.number().nullish(),
  monthly_limit_usd: z.number().nullish(),
});

const priceWire = z.looseObject({
  id: z.unknown().optional(),
  platform: z.string(),
  models: list(z.string()),
  billing_mode: z.string().default('token'),
  input_price: z.number().nullish(),
  output_price: z.number().nullish(),
  cache_read_price: z.number().nullish(),
  cache_write_price: z.number().nullish(),
});

export const channelWire = z.object({
  id,
  name: z.string(),
  status: z.string(),
  group_ids: list(z.int()),
  model_mapping: z
    .record(z.string(), z.record(z.string(), z.string()))
    .nullish()
    .transform((value) => value ?? {}),
  model_pricing: list(priceWire),
  restrict_models: z.boolean().default(false),
  billing_model_source: z.string(),
});

export const planWire = z.object({
  id,
  name: z.string(),
  group_id: z.int(),
  price: z.number(),
  validity_days: z.int(),
  validity_unit: z.string(),
  for_sale: z.boolean().default(false),
});

export const accountWire = z.object({
  id,
  name: z.string(),
  platform: z.string(),
  type: z.string(),
  credentials: record,
  extra: record,
  concurrency: z.int().default(0),
  priority: z.int().default(0),
  status: z.string(),
  error_message: z.string().nullish(),
  schedulable: z.boolean().default(true),
  group_ids: list(z.int()),
  last_used_at: z.string().nullish(),
  rate_limit_reset_at: z.string().nullish(),
  overload_until: z.string().nullish(),
  temp_unschedulable_until: z.string().nullish(),
});

/** The export of accounts, with their secrets and without their ids. */
export const exportWire = z.object({ accounts: list(z.object({ credentials: record })) });

export const batchWire = z.object({
  results: list(
    z.object({ name: z.string().optional(), success: z.boolean(), id: id.optional(), error: z.string().optional() }),
  ),
});

export const bulkWire = z.object({ failed: z.int(), results: list(z.object({ error: z.string().optional() })) });

export const userWire = z.object({ id, email: z.string(), status: z.string(), created_at: z.string().nullish() });

export const adminWire = z.object({ id, role: z.string(), created_at: z.iso.datetime({ offset: true }) });

export const subscriptionWire = z.object({
  id,
  user_id: id,
  group_id: id,
  starts_at: z.iso.datetime({ offset: true }),
  expires_at: z.iso.datetime({ offset: true }),
  status: z.string(),
  notes: z.string().nullish(),
  user: z.object({ email: z.string() }).nullish(),
});

export const keyWire = z.object({
  id,
  user_id: id,
  key: z.string(),
  status: z.string(),
  expires_at: z.string().nullish(),
});

export const modelWire = z.object({ id: z.string() });
export const upstreamModelsWire = z.object({ models: list(z.string()) });
export const anything = z.unknown();

export type GroupWire = z.infer<typeof groupWire>;
export type ChannelWire = z.infer<typeof channelWire>;
export type PlanWire = z.infer<typeof planWire>;
export type AccountWire = z.infer<typeof accountWire>;
export type SubscriptionWire = z.infer<typeof subscriptionWire>;
export type UserWire = z.infer<typeof userWire>;
