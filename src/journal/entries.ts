import { z } from 'zod';
import type { Change, ChangeKind, States } from '../apply/change.ts';
import { providerSchema } from '../pack/manifest.ts';
import { accessModes, accountsPolicies, failedPolicies, importModes, probeModes } from '../core/modes.ts';

/** The lines of a journal. They hold no secret: keys stand by their fingerprints. */
const at = z.iso.datetime();
const id = z.string();

const group: z.ZodType<States['group']> = z
  .object({
    name: z.string(),
    description: z.string(),
    platform: z.string(),
    type: z.enum(['standard', 'subscription']),
    rateMultiplier: z.number(),
  })
  .partial();

const amount = z.number().nullable();
const channel: z.ZodType<States['channel']> = z.object({
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

const tariff: z.ZodType<States['tariff']> = z
  .object({
    name: z.string(),
    groupId: id,
    price: z.number(),
    validityDays: z.int(),
    validityUnit: z.string(),
    forSale: z.boolean(),
  })
  .partial();

const settings = z.record(z.string(), z.object({ value: z.unknown() }).nullable());
const account: z.ZodType<States['account']> = z
  .object({
    name: z.string(),
    baseUrl: z.string().nullable(),
    mapping: z.record(z.string(), z.string()),
    concurrency: z.int(),
    priority: z.int(),
    credentials: settings,
    extra: settings,
    groupIds: z.array(id),
    enabled: z.boolean(),
    paused: z.boolean(),
    digest: z.string(),
    marker: z
      .object({
        provider: z.string(),
        access: z.enum(accessModes),
        run: z.string(),
        fingerprint: z.string(),
        sets: z.array(z.string()).optional(),
      })
      .nullable(),
    tested: z.boolean(),
  })
  .partial();

const subscription: z.ZodType<States['subscription']> = z.object({
  userId: id,
  groupId: id,
  expiresAt: z.number().nullable(),
  days: z.int().nullable(),
  active: z.boolean(),
});

const user: z.ZodType<States['user']> = z.object({ email: z.string() });

const states = { group, channel, tariff, account, subscription, user };

function changeOf<K extends ChangeKind>(kind: K) {
  const base = { seq: z.int().positive(), kind: z.literal(kind), name: z.string() };
  return [
    z.object({ ...base, action: z.literal('created'), id: id.nullable(), before: z.null(), after: states[kind] }),
    z.object({ ...base, action: z.literal('updated'), id, before: states[kind], after: states[kind] }),
  ] as const;
}

const change = z.union([
  ...changeOf('group'),
  ...changeOf('channel'),
  ...changeOf('tariff'),
  ...changeOf('account'),
  ...changeOf('subscription'),
  ...changeOf('user'),
]) as unknown as z.ZodType<Change>;

/** By its kind, which the change of this number tells. */
export function parseState(kind: ChangeKind, value: unknown): States[ChangeKind] | undefined {
  return states[kind].safeParse(value).data;
}

const named = { id, name: z.string() };
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

/** The version of the journal's form. Another one is refused by its number. */
export const journalVersion = 3;

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
});

const intent = z.object({ type: z.literal('intent'), at, kind: z.string(), name: z.string(), what: z.string() });

/** What follows the first line. */
export const noteSchema = z.discriminatedUnion('type', [
  intent,
  z.object({ type: z.literal('change'), at, change }),
  z.object({ type: z.literal('made'), at, seq: z.int(), id, after: z.unknown().optional() }),
  z.object({ type: z.literal('reverted'), at, seq: z.int() }),
  z.object({ type: z.literal('removing'), at, ...named }),
  z.object({ type: z.literal('removed'), at, ...named }),
  z.object({ type: z.literal('resumed'), at }),
  z.object({ type: z.literal('end'), at, outcome: z.string(), exitCode: z.int() }),
]);

export type Begin = z.infer<typeof beginSchema>;
export type Note = z.infer<typeof noteSchema>;
