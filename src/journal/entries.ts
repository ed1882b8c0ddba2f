import { z } from 'zod';
import type { Change } from '../apply/change.ts';
import { providerSchema } from '../pack/manifest.ts';
import { accessModes, accountsPolicies, failedPolicies, importModes, modelSources, probeModes } from '../core/modes.ts';

/** The lines of a journal. They hold no secret: keys stand by their fingerprints. */
const at = z.iso.datetime();
const id = z.string();

const change = { seq: z.int().positive(), kind: z.string(), name: z.string() };

/** What a state holds, the driver of its kind says, once the host is known: `apply/reopen-changes.ts`. */
const state = z.record(z.string(), z.unknown());

const changeSchema: z.ZodType<Change> = z.discriminatedUnion('action', [
  z.object({ ...change, action: z.literal('created'), id: id.nullable(), before: z.null(), after: state }),
  z.object({ ...change, action: z.literal('updated'), id, before: state, after: state }),
]);

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
  user: z.union([z.object({ email: z.string() }), z.object({ id }), z.object({ name: z.string() })]),
  days: z.int().nullable(),
});

/** The version of the journal's form. Another one is refused by its number. */
export const journalVersion = 8;

/** Everything that is needed to do the work of a run without the pack and the command line, but its keys. */
export const runOrderSchema = z.object({
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
    modelsFrom: z.enum(modelSources),
    mode: z.enum(importModes),
    access: z.enum(accessModes),
    accounts: z.enum(accountsPolicies).default('reconcile'),
    targets: z.array(target),
    extend: z.boolean(),
    adopt: z.boolean(),
    failed: z.enum(failedPolicies),
    probe: z.enum(probeModes),
    concurrency: z.int().nullable(),
    batchSize: z.int(),
    gatewayWaitMs: z.int(),
  }),
  keys: z.object({ file: z.string().nullable(), lines: z.int(), blank: z.int(), entries: z.array(keyEntry) }),
});

/** The first line. `machine`: the name of the one on which it began, for people. */
export const beginSchema = runOrderSchema.extend({ machine: z.string() });

const intent = z.object({ type: z.literal('intent'), at, kind: z.string(), name: z.string(), what: z.string() });

/** What follows the first line. */
export const noteSchema = z.discriminatedUnion('type', [
  intent,
  z.object({ type: z.literal('change'), at, change: changeSchema }),
  z.object({ type: z.literal('made'), at, seq: z.int(), id, after: state.optional() }),
  z.object({ type: z.literal('reverted'), at, seq: z.int() }),
  z.object({ type: z.literal('removing'), at, ...named, platform: z.string(), before: state }),
  z.object({ type: z.literal('removed'), at, ...named }),
  z.object({ type: z.literal('resumed'), at }),
  z.object({ type: z.literal('end'), at, outcome: z.string(), exitCode: z.int() }),
]);

export type RunOrder = z.infer<typeof runOrderSchema>;
export type Begin = z.infer<typeof beginSchema>;
export type Note = z.infer<typeof noteSchema>;
