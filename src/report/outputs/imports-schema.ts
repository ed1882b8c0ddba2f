import { z } from 'zod';
import { planViewSchema } from '../../plan/plan-view.ts';
import { reportSchema } from '../report-schema.ts';

/** The report of several imports in one go: the single ones, and one exit code. */
export const importsReportSchema = z.object({
  schema: z.literal('relay.imports-report/1'),
  startedAt: z.iso.datetime(),
  finishedAt: z.iso.datetime(),
  relayVersion: z.string(),
  exitCode: z.int(),
  imports: z.array(reportSchema),
});

/** The plan of several imports in one go. */
export const importsPlanSchema = z.object({
  schema: z.literal('relay.imports-plan/1'),
  imports: z.array(planViewSchema),
});
