import { z } from 'zod';
import { paceReasons } from '../core/pace/pace-controller.ts';
import { accessModes, importModes, platforms } from '../core/modes.ts';

const time = z.iso.datetime();
const id = z.string();
const count = z.int().min(0);

const resource = z.object({
  kind: z.string().describe('What the host calls such a thing.'),
  id: id.nullable().describe('By what the host knows it; null when it was never made.'),
  name: z.string(),
  action: z.enum(['created', 'adopted', 'updated', 'unchanged', 'rolled_back', 'restored', 'none']),
});

const problem = z.object({ code: z.string(), stage: z.string(), message: z.string(), hint: z.string() });

const leftover = z.object({
  kind: z.string(),
  id: id.nullable(),
  name: z.string(),
  reason: z.string(),
  command: z.string().nullable().describe('What to do about it; null where it stays because others changed or use it.'),
});

const account = z.object({
  id: id.nullable(),
  name: z.string(),
  line: count,
  fingerprint: z.string(),
  action: z.enum([
    'created',
    'adopted',
    'updated',
    'unchanged',
    'disabled',
    'removed',
    'rolled_back',
    'restored',
    'none',
  ]),
  validation: z.enum(['passed', 'warning', 'failed', 'not_tried']),
  code: z.string().nullable(),
  scheduled: z.boolean().nullable().describe('Whether the host hands requests to it; null when it is not on the host.'),
  smokeModelSeen: z.boolean(),
  models: z.array(z.string()),
  probe: z
    .object({ ok: z.boolean(), message: z.string(), evidence: z.string(), attempts: count, startedAt: time, ms: count })
    .nullable()
    .describe('How it was tried; null when it was not.'),
});

/** How fast accounts are tested. */
export const paceSchema = z.object({
  now: count.describe('Tests under way.'),
  limit: count.describe('How many may be under way at once.'),
  perMinute: count.nullable().describe('How many may begin in a minute; null where nothing limits that.'),
  why: z.enum(paceReasons).describe('What the limit comes from.'),
});

/** A limit of so many requests in so much time, as far as the host's refusals have shown it. */
export const budgetSchema = z.object({
  now: count.describe('Requests that count at present.'),
  limit: count.nullable().describe('How many may count at once; null before a refusal has shown it.'),
  windowMs: count.describe('How long one counts, in milliseconds.'),
  why: z.enum(paceReasons).describe('What the limit comes from; busy: others have used it up.'),
  refused: count.describe('How many were refused for it, and sent again.'),
  heldBack: count.describe('How many have had to wait for it.'),
});

/** What a run did and what the host holds afterwards. Written on success, failure and interruption alike (rule B25). */
export const reportSchema = z
  .object({
    schema: z.literal('relay.import-report/2'),
    run: z.object({
      id: z.string(),
      startedAt: time,
      finishedAt: time,
      durationMs: count,
      relayVersion: z.string(),
      dryRun: z.boolean(),
      interrupted: z.boolean(),
      stages: z.array(z.object({ name: z.string(), startedAt: time, durationMs: count })),
      pace: paceSchema
        .extend({
          most: count.describe('How many tests were under way at once at most.'),
          refused: count.describe('How many were refused for coming too fast, and tried again.'),
        })
        .nullable()
        .default(null)
        .describe('How fast accounts were tested at the end; null where none was.'),
      journal: z
        .object({
          notes: count.describe('What was noted.'),
          flushes: count.describe('In how many flushes: what waits for the same one goes with it.'),
          ms: count.describe('How long those took in all, in milliseconds.'),
        })
        .nullable()
        .default(null)
        .describe('How the journal was kept; null for a run that has none.'),
      budget: budgetSchema
        .nullable()
        .default(null)
        .describe('The limit of requests of the host at the end; null where it counts none.'),
    }),
    host: z.object({ url: z.string(), kind: z.string(), version: z.string() }),
    provider: z.object({
      pack: z.string(),
      id: z.string(),
      displayName: z.string(),
      platform: z.enum(platforms),
      accountType: z.string(),
      baseUrl: z.string(),
      smokeTestModel: z.string(),
      digest: z.string(),
    }),
    mode: z.enum(importModes),
    accessMode: z.enum(accessModes),
    batchStatus: z.enum(['succeeded', 'partially_succeeded', 'failed', 'rolled_back']),
    providerStatus: z.enum(['active', 'degraded', 'failed']),
    accessStatus: z.enum(['subscription_ready', 'self_service_ready', 'broken', 'unchecked']),
    exitCode: z.int(),
    summary: z.object({
      lines: count,
      blank: count,
      malformed: count,
      duplicate: count,
      accepted: count,
      added: count,
      updated: count,
      unchanged: count,
      failed: count,
      rolledBack: count,
      notTried: count,
      unsettled: count,
      removed: count,
      passed: count,
      warning: count,
      failedVerdict: count,
      others: count.describe('Accounts of the provider that serve and that the run leaves alone.'),
    }),
    keys: z.array(
      z.object({
        line: count,
        fingerprint: z.string().nullable(),
        last4: z.string(),
        outcome: z.enum([
          'added',
          'updated',
          'unchanged',
          'duplicate',
          'malformed',
          'failed',
          'rolled_back',
          'not_tried',
          'unsettled',
        ]),
        duplicateOf: count.nullable(),
        account: z.string().nullable(),
      }),
    ),
    resources: z.array(resource).describe('What the provider became on the host, in the order of making.'),
    accounts: z.array(account),
    removed: z.array(z.object({ id, name: z.string(), reason: z.string() })),
    grants: z.array(
      z.object({
        user: z.string(),
        userId: id,
        days: count.nullable().describe('Null where it does not end by itself.'),
        outcome: z.enum(['created', 'reused', 'extended', 'failed', 'rolled_back']),
        expiresAt: time.nullable(),
      }),
    ),
    gateway: z
      .object({
        ok: z.boolean(),
        reachable: z.boolean(),
        hasExpectedModel: z.boolean(),
        completionOk: z.boolean(),
        attempts: count,
        status: z.int().nullable(),
        message: z.string(),
        ms: count,
        probeKey: z.enum(['given', 'found', 'made']),
      })
      .nullable(),
    connect: z
      .object({
        baseUrl: z.string(),
        access: z.string().describe('The name under which a user gets access on this host.'),
        models: z.array(z.string()),
        example: z.string(),
      })
      .nullable(),
    leftovers: z.array(leftover),
    unsettled: z.array(leftover),
    warnings: z.array(problem),
    errors: z.array(problem),
  })
  .describe('The report of an import by relay. Readers ignore fields they do not know.');

export type Report = z.infer<typeof reportSchema>;
