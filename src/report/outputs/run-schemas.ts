import { z } from 'zod';
import { leftoverSchema, objectSchema, problemSchema } from './parts.ts';

const state = z.string().describe('`not_finished`, `superseded` by a later run, `unreadable: …`, or how it ended.');

const exitCode = z.int().nullable().describe('With which it ended; null where it did not, or is not known.');

/** What `relay runs list` says to programs. */
export const runsSchema = z.object({
  schema: z.literal('relay.runs/1'),
  runs: z
    .array(
      z.object({
        id: z.string(),
        startedAt: z.iso.datetime().nullable(),
        host: z.string(),
        provider: z.string(),
        machine: z.string().describe('On which it began.'),
        state,
        exitCode,
        finishedAt: z.iso.datetime().nullable(),
        keys: z.int().nullable().describe('How many keys it was given.'),
        made: z.int().nullable().describe('How many objects of it are noted to be on the host.'),
        supersededBy: z.string().nullable().describe('The later run that has finished the work of an interrupted one.'),
      }),
    )
    .describe('Newest first.'),
});

/** What `relay runs prune` says to programs. */
export const pruneSchema = z.object({
  schema: z.literal('relay.prune/1'),
  removed: z.array(z.string()).describe('Runs whose records are gone.'),
  kept: z.array(z.object({ id: z.string(), why: z.string() })).describe('Old runs that were kept.'),
});

/** What `relay runs show` says to programs. */
export const runSchema = z.object({
  schema: z.literal('relay.run/1'),
  id: z.string(),
  startedAt: z.iso.datetime(),
  host: z.string(),
  provider: z.string(),
  machine: z.string().describe('On which it began.'),
  state,
  exitCode,
  report: z.boolean().describe('Whether its report is kept: `relay report show RUN`.'),
  changes: z.array(objectSchema.extend({ action: z.enum(['created', 'updated']) })),
  removed: z.array(z.object({ id: z.string(), name: z.string() })).describe('Accounts.'),
  next: z.array(z.string()).describe('Commands that can follow.'),
});

/** What `relay rollback` says to programs. */
export const rollbackSchema = z.object({
  schema: z.literal('relay.rollback/1'),
  run: z.string(),
  dryRun: z.boolean(),
  would: z
    .array(objectSchema.extend({ action: z.enum(['removed', 'restored', 'given_back']) }))
    .describe('What a dry run would undo.'),
  undone: z.array(objectSchema),
  givenBack: z
    .array(objectSchema)
    .describe('Accounts that the run had removed, and that were made anew from `--keys`.'),
  leftovers: z.array(leftoverSchema),
  warnings: z.array(problemSchema),
  exitCode: z.int(),
});

export type PruneOutput = z.infer<typeof pruneSchema>;
export type RunsOutput = z.infer<typeof runsSchema>;
export type RunOutput = z.infer<typeof runSchema>;
export type RollbackOutput = z.infer<typeof rollbackSchema>;
