import { z } from 'zod';
import { planViewSchema } from '../plan/plan-view.ts';
import { statusSchema } from '../plan/status-schema.ts';
import { stages } from '../core/run-event.ts';
import { importsPlanSchema, importsReportSchema } from './imports-report-schema.ts';
import { reportSchema } from './report-schema.ts';

const stage = z.enum(stages);
const count = z.int().min(0);
const problem = z.object({ code: z.string(), message: z.string(), hint: z.string() });

function line<Type extends string, Fields extends z.ZodRawShape>(type: Type, fields: Fields) {
  return z.object({ v: z.literal(1), type: z.literal(type), time: z.iso.datetime(), ...fields });
}

/** A line of `--output ndjson`. The last line is the result, under the name of its type. */
export const eventSchema = z
  .discriminatedUnion('type', [
    line('stage-started', { stage, title: z.string() }),
    line('stage-finished', { stage, ok: z.boolean(), summary: z.string(), ms: count }),
    line('step', { stage, text: z.string() }),
    line('progress', { stage, done: count, total: count, passed: count, warning: count, failed: count }),
    line('retry', { stage, what: z.string(), reason: z.string(), pauseMs: z.number().min(0) }),
    line('warning', { stage, problem }),
    line('notice', { text: z.string() }),
    line('report', { report: reportSchema }),
    line('reports', { reports: importsReportSchema }),
    line('plan', { plan: planViewSchema }),
    line('plans', { plans: importsPlanSchema }),
    line('status', { status: statusSchema }),
    line('doctor', { doctor: z.looseObject({}) }),
    line('probe', { probe: z.looseObject({}) }),
    line('remove', { remove: z.looseObject({}) }),
    line('rollback', { rollback: z.looseObject({}) }),
    line('error', {
      error: z.object({ schema: z.literal('relay.error/1'), exitCode: z.int(), errors: z.array(problem) }),
    }),
  ])
  .describe('A line of the output of relay with --output ndjson. Readers ignore types and fields they do not know.');
