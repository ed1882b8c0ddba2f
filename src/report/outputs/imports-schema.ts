import { z } from 'zod';
import { accessModes } from '../../core/modes.ts';
import { planViewSchema } from '../../plan/plan-view.ts';
import { reportSchema } from '../report-schema.ts';
import { problemSchema } from './parts.ts';

/** One import among several: a provider with an access mode, on a host. */
export const unitSchema = z.object({
  host: z.string().describe('The host as the file calls it: by its name in the configuration, or by its address.'),
  provider: z.string(),
  access: z.enum(accessModes),
});

/** The report of one import among several. */
export const unitReportSchema = reportSchema.extend({ unit: unitSchema });

export type UnitReport = z.infer<typeof unitReportSchema>;

/** More shards than that are no help, and a list of what is missing must end. */
const mostShards = 10_000;

const shard = z
  .object({ index: z.int().min(1), of: z.int().min(1).max(mostShards) })
  .refine(({ index, of }) => index <= of, 'is no shard of so many');

/** Of which fleet a report is, and of which part of it. */
export const fleetSchema = z.object({
  digest: z.string().describe('The same for all shards of a fleet, and for no other fleet.'),
  shard: shard.describe('Of how many shards, and which; 1 of 1 for the whole.'),
  missing: z.array(shard).describe('Shards whose reports were not there when this one was made of them.'),
});

export type Fleet = z.infer<typeof fleetSchema>;

/** Shards of which nothing is known. */
export type Missing = Fleet['missing'];

/** The report of several imports in one go: the single ones, and one exit code. */
export const importsReportSchema = z.object({
  schema: z.literal('relay.imports-report/1'),
  startedAt: z.iso.datetime(),
  finishedAt: z.iso.datetime(),
  relayVersion: z.string(),
  exitCode: z.int(),
  fleet: fleetSchema,
  imports: z.array(unitReportSchema),
});

export type ImportsReport = z.infer<typeof importsReportSchema>;

/** The plan of several imports in one go. */
export const importsPlanSchema = z.object({
  schema: z.literal('relay.imports-plan/1'),
  imports: z.array(planViewSchema.extend({ unit: unitSchema })),
  failed: z.array(problemSchema.extend({ unit: unitSchema })).describe('Those that could not be planned, and why.'),
});

/** A report as it is shown: one of several is named by its unit. */
export type ShownReport = UnitReport | (z.infer<typeof reportSchema> & { unit?: undefined });
