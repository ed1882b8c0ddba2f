import { z } from 'zod';
import { accessModes } from '../../core/modes.ts';
import { hostSchema, leftoverSchema, objectSchema, problemSchema } from './parts.ts';

const access = z.enum(accessModes);

/** What `relay probe` says to programs. */
export const probeSchema = z.object({
  schema: z.literal('relay.probe/1'),
  host: hostSchema,
  provider: z.object({ pack: z.string(), id: z.string(), displayName: z.string() }),
  accounts: z.array(
    z.object({
      access,
      id: z.string(),
      name: z.string(),
      validation: z.enum(['passed', 'warning', 'failed', 'not_tried']),
      code: z.string().nullable(),
      message: z.string(),
      scheduled: z
        .boolean()
        .nullable()
        .describe('Whether the host hands requests to it; null when it is not there any more.'),
      change: z.enum(['disabled', 'removed', 'revived']).nullable().describe('What was done about it.'),
      byHost: z
        .enum(['took_out', 'lifted'])
        .nullable()
        .describe('What the host did by itself when it was tested: took it out of service, or lifted its error.'),
    }),
  ),
  gateways: z.array(
    z.object({
      access,
      ok: z.boolean(),
      reachable: z.boolean(),
      hasExpectedModel: z.boolean(),
      completionOk: z.boolean(),
      attempts: z.int(),
      status: z.int().nullable(),
      message: z.string(),
      ms: z.number(),
    }),
  ),
  sinceLast: z
    .object({
      since: z.iso.datetime(),
      newlyDead: z.array(z.string()),
      recovered: z.array(z.string()),
      stillDead: z.array(z.string()),
    })
    .nullable()
    .describe('Accounts by what is new since the last probe with this state; null when nothing was kept of one.'),
  leftovers: z.array(leftoverSchema),
  problems: z.array(problemSchema),
  exitCode: z.int(),
});

/** What `relay remove` says to programs. */
export const removeSchema = z.object({
  schema: z.literal('relay.remove/1'),
  dryRun: z.boolean(),
  would: z.array(objectSchema).describe('What a dry run would remove.'),
  removed: z.array(objectSchema),
  shared: z
    .array(
      objectSchema.extend({
        why: z.string(),
        staysAnyway: z.boolean().describe('Whether it stays whoever uses it, so that nothing is amiss.'),
      }),
    )
    .describe('What stays, because others use it or may.'),
  leftovers: z.array(leftoverSchema),
  exitCode: z.int(),
});

const revokedSchema = z.object({ id: z.string(), name: z.string(), provider: z.string(), fingerprint: z.string() });

/** What `relay revoke` says to programs. */
export const revokeSchema = z.object({
  schema: z.literal('relay.revoke/1'),
  host: hostSchema,
  account: revokedSchema,
  done: z.enum(['disabled', 'removed']),
  sameKey: z.array(revokedSchema).describe('Other accounts that hold the same key, and are in service.'),
  untold: z.int().describe('Accounts that were not looked at, since nothing says how their keys end.'),
  stillServing: z.int().describe('Other accounts of the provider that are in service.'),
  keyFiles: z.array(z.string()).describe('Key files of runs on this machine in which the key stood.'),
  exitCode: z.int(),
});

/** What `relay connect` says to programs. */
export const connectSchema = z.object({
  schema: z.literal('relay.connect/1'),
  ways: z.array(
    z.object({
      accessMode: access,
      access: z.string().describe('What users are given access to.'),
      baseUrl: z.string(),
      models: z.array(z.string()),
      example: z.string(),
    }),
  ),
});

export type RevokeOutput = z.infer<typeof revokeSchema>;
export type ConnectOutput = z.infer<typeof connectSchema>;
export type ProbeOutput = z.infer<typeof probeSchema>;
export type RemoveOutput = z.infer<typeof removeSchema>;
