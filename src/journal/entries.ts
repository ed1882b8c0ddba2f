import { z } from 'zod';
import type { AccountChange, Channel, Group, Plan } from '../host/objects.ts';
import { providerSchema } from '../pack/manifest.ts';
import { accessModes, accountsPolicies, failedPolicies, importModes, probeModes } from '../terms/modes.ts';

/** The lines of a journal. They hold no secret: keys stand by their fingerprints. */
const at = z.iso.datetime();
const id = z.int();

const group: z.ZodType<Group> = z.object({
  id,
  name: z.string(),
  description: z.string(),
  platform: z.string(),
  type: z.enum(['standard', 'subscription']),
  rateMultiplier: z.number(),
  active: z.boolean(),
});

const amount = z.number().nullable();
const channelSpec = z.object({
  name: z.string(),
  groupIds: z.array(id),
  mappings: z.record(z.string(), z.record(z.string(), z.string())),
  prices: z.array(
    z.object({
      platform: z.string(),
      models: z.array(z.string()),
      billing: z.string(),
      input: amount,
      output: amount,
      cacheRead: amount,
      cacheWrite: amount,
      rest: z.record(z.string(), z.unknown()),
    }),
  ),
  restrictsModels: z.boolean(),
  billingSource: z.string(),
});

const channel: z.ZodType<Channel> = channelSpec.extend({ id, active: z.boolean() });

const plan: z.ZodType<Plan> = z.object({
  id,
  name: z.string(),
  groupId: id,
  price: z.number(),
  validityDays: z.int(),
  validityUnit: z.string(),
  forSale: z.boolean(),
});

const settings = z.record(z.string(), z.object({ value: z.unknown() }).nullable());
const accountChange: z.ZodType<AccountChange> = z
  .object({
    name: z.string(),
    baseUrl: z.string().nullable(),
    mapping: z.record(z.string(), z.string()),
    concurrency: z.int(),
    priority: z.int(),
    credentials: settings,
    extra: settings,
    groupIds: z.array(id),
    scheduled: z.boolean(),
    marker: z
      .object({
        provider: z.string(),
        access: z.enum(accessModes),
        run: z.string(),
        fingerprint: z.string(),
        paused: z.boolean().optional(),
        sets: z.array(z.string()).optional(),
      })
      .nullable(),
    tested: z.boolean(),
  })
  .partial();

const named = { id, name: z.string() };
const deed = z.union([
  z.object({
    kind: z.enum(['group', 'channel', 'plan']),
    action: z.literal('created'),
    ...named,
  }),
  z.object({
    kind: z.literal('account'),
    action: z.literal('created'),
    ...named,
    digest: z.string().optional(),
  }),
  z.object({
    kind: z.literal('subscription'),
    action: z.literal('created'),
    ...named,
    groupId: id,
    expiresAt: z.number(),
  }),
  z.object({ kind: z.literal('group'), action: z.literal('updated'), ...named, before: group, after: z.string() }),
  z.object({ kind: z.literal('channel'), action: z.literal('updated'), ...named, before: channel, after: channelSpec }),
  z.object({ kind: z.literal('plan'), action: z.literal('updated'), ...named, before: plan, after: id }),
  z.object({
    kind: z.literal('account'),
    action: z.literal('updated'),
    ...named,
    before: accountChange,
    after: accountChange,
  }),
  z.object({
    kind: z.literal('subscription'),
    action: z.literal('extended'),
    ...named,
    groupId: id,
    expiresAt: z.number(),
    byDays: z.int(),
    wasActive: z.boolean(),
  }),
]);

const keyEntry = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('key'),
    line: z.int(),
    fingerprint: z.string(),
    last4: z.string(),
    duplicateOf: z.int().nullable(),
    settings: z
      .object({ name: z.string(), priority: z.int(), concurrency: z.int(), enabled: z.boolean() })
      .partial()
      .default({}),
  }),
  z.object({ kind: z.literal('malformed'), line: z.int(), why: z.string() }),
]);

const target = z.object({
  asked: z.string(),
  user: z.union([z.object({ email: z.string() }), z.object({ id })]),
  days: z.int().nullable(),
});

/** What the plan would do to the three objects, as far as finding them again needs it. */
const marks = z.object({
  run: z.string(),
  access: z.enum(accessModes),
  group: z.object({ action: z.string(), name: z.string(), id: id.optional() }),
  channel: z.object({ action: z.string(), name: z.string() }),
  plan: z.object({ action: z.string(), name: z.string() }).nullable(),
  grants: z.array(z.object({ userId: id, name: z.string() })).default([]),
  names: z.array(z.string()).default([]),
});

/** The version of the journal's form. Another one is refused by its number. */
export const journalVersion = 1;

/** The first line: everything that is needed to finish or undo the run without the pack and the command line. */
export const beginSchema = z.object({
  v: z.literal(journalVersion),
  type: z.literal('begin'),
  at,
  run: z.string(),
  relayVersion: z.string(),
  host: z.object({ url: z.string(), kind: z.string(), version: z.string() }),
  pack: z.object({
    id: z.string(),
    file: z.string(),
    digest: z.string(),
    origin: z.enum(['built-in', 'folder', 'path']),
  }),
  provider: providerSchema,
  job: z.object({
    mode: z.enum(importModes),
    access: z.enum(accessModes),
    accounts: z.enum(accountsPolicies).default('reconcile'),
    targets: z.array(target),
    extend: z.boolean(),
    adopt: z.boolean(),
    failed: z.enum(failedPolicies),
    probe: z.enum(probeModes),
    concurrency: z.int(),
    batchSize: z.int(),
    gatewayWaitMs: z.int(),
  }),
  keys: z.object({ lines: z.int(), blank: z.int(), entries: z.array(keyEntry) }),
  marks,
});

const intent = z.object({ type: z.literal('intent'), at, kind: z.string(), name: z.string(), what: z.string() });

/** What follows the first line. Lines of a type that is not known are passed over. */
export const noteSchema = z.discriminatedUnion('type', [
  intent,
  z.object({ type: z.literal('deed'), at, deed }),
  z.object({ type: z.literal('undone'), at, kind: z.string(), id }),
  z.object({ type: z.literal('removing'), at, ...named }),
  z.object({ type: z.literal('removed'), at, ...named }),
  z.object({ type: z.literal('resumed'), at }),
  z.object({ type: z.literal('end'), at, outcome: z.string(), exitCode: z.int() }),
]);

export type Begin = z.infer<typeof beginSchema>;
export type Note = z.infer<typeof noteSchema>;
