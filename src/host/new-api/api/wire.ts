import { z } from 'zod';

/**
 * The replies of new-api, as far as relay reads them; what it does not know is dropped. Shapes were read off the commits
 * 74985fa8 (2026-05-26) and 8e2bfe27 (2026-07-28).
 */
const id = z.int().positive();
const text = z
  .string()
  .nullish()
  .transform((value) => value ?? '');

export const anything = z.unknown();

export const statusWire = z.object({
  version: z.string().default(''),
  setup: z.boolean().default(true),
  turnstile_check: z.boolean().default(false),
  self_use_mode_enabled: z.boolean().default(false),
  password_login_enabled: z.boolean().default(true),
});

export const loginWire = z.object({
  id: id.optional(),
  require_2fa: z.boolean().optional(),
  access_token: z.string().optional(),
  /** Seconds since 1970. */
  access_expires_at: z.number().optional().catch(undefined),
  user: z.object({ id }).optional(),
});

/** Newer builds let root say what each admin may do; older ones let every admin do it. */
export const selfWire = z.object({
  id,
  username: z.string(),
  role: z.int(),
  permissions: z
    .looseObject({
      admin_permissions: z
        .looseObject({ channel: z.looseObject({ sensitive_write: z.boolean().optional() }).optional() })
        .optional(),
    })
    .nullish(),
});

export const channelWire = z.object({
  id,
  type: z.int(),
  name: text,
  status: z.int(),
  group: text,
  models: text,
  model_mapping: text,
  base_url: text,
  priority: z
    .int()
    .nullish()
    .transform((value) => value ?? 0),
  tag: text,
  remark: text,
  other_info: text,
  channel_info: z.object({ is_multi_key: z.boolean().default(false) }).nullish(),
});
export type ChannelWire = z.infer<typeof channelWire>;

export const pageWire = z.object({
  items: z
    .array(z.unknown())
    .nullish()
    .transform((items) => items ?? []),
  total: z.int().min(0),
});

export const optionWire = z.object({ key: z.string(), value: z.string() });

export const userGroupsWire = z.record(z.string(), z.object({ desc: text, ratio: z.unknown() }));

/** As much of a user as an edit has to send back. */
export const userWire = z.object({
  id,
  username: z.string(),
  display_name: text,
  email: text,
  group: text,
  remark: text,
  status: z.int(),
  role: z.int().default(1),
  quota: z
    .number()
    .nullish()
    .transform((value) => value ?? 0),
  /** Seconds since 1970; older builds do not tell it everywhere. */
  created_at: z.number().nullish(),
  /** Lists show those who are gone as well. */
  DeletedAt: z
    .unknown()
    .optional()
    .transform((value) => value ?? null),
});
export type UserWire = z.infer<typeof userWire>;

/** A plan: all of it, since a change sends all of it back. */
export const planWire = z.looseObject({
  id,
  title: text,
  subtitle: text,
  price_amount: z.number(),
  duration_unit: text,
  duration_value: z.number(),
  enabled: z.boolean(),
  upgrade_group: text,
});
export type PlanWire = z.infer<typeof planWire>;

export const planRowWire = z.object({ plan: planWire });

/** A plan that a user has. Times in seconds since 1970. */
export const subscriptionRowWire = z.object({
  subscription: z.object({
    id,
    plan_id: z.int(),
    start_time: z.number(),
    end_time: z.number(),
    status: z.string(),
    /** `admin` for one that was given, another word for one that was bought. */
    source: text,
    /** The group that it gives, and the one that the user was in before; empty where it changed nothing. */
    upgrade_group: text,
    prev_user_group: text,
  }),
});

export const tokenWire = z.object({
  id,
  name: text,
  group: text,
  status: z.int(),
  created_time: z
    .number()
    .nullish()
    .transform((value) => value ?? 0),
});
export type TokenWire = z.infer<typeof tokenWire>;

export const tokenKeyWire = z.object({ key: z.string() });

export const testWire = z.looseObject({
  success: z.boolean(),
  message: text,
  error_code: z.string().nullish(),
});
