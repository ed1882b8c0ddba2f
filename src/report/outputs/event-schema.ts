import { z } from 'zod';
import { planViewSchema } from '../../plan/plan-view.ts';
import { overviewSchema } from '../../plan/overview.ts';
import { statusSchema } from '../../plan/status-schema.ts';
import { accessModes } from '../../core/modes.ts';
import { stages } from '../../core/run-event.ts';
import { fleetResultSchema } from './fleet-schema.ts';
import { importsPlanSchema, importsReportSchema } from './imports-schema.ts';
import { doctorSchema } from '../doctor-report.ts';
import { budgetSchema, paceSchema, reportSchema } from '../report-schema.ts';
import { errorSchema, settingsSchema } from './about-schemas.ts';
import { problemSchema } from './parts.ts';
import { probeSchema, connectSchema, removeSchema, revokeSchema } from './provider-schemas.ts';
import { rollbackSchema } from './run-schemas.ts';

const stage = z.enum(stages);
const count = z.int().min(0);

/** Which of several it is about; while nothing but its host is in play, only that. */
const unit = z.object({ host: z.string(), provider: z.string().nullable(), access: z.enum(accessModes).nullable() });

function line<Type extends string, Fields extends z.ZodRawShape>(type: Type, fields: Fields) {
  return z.object({
    schema: z.literal('relay.event/1'),
    type: z.literal(type),
    time: z.iso.datetime(),
    unit: unit.optional(),
    ...fields,
  });
}

/** A line of `--output ndjson`. The last line is the result, under the name of its type. */
export const eventSchema = z
  .discriminatedUnion('type', [
    line('stage-started', { stage, title: z.string() }),
    line('stage-finished', { stage, ok: z.boolean(), summary: z.string(), ms: count }),
    line('step', { stage, text: z.string() }),
    line('progress', {
      stage,
      done: count,
      total: count,
      passed: count,
      warning: count,
      failed: count,
      pace: paceSchema,
      budget: budgetSchema.nullable(),
    }),
    line('retry', { stage, what: z.string(), reason: z.string(), pauseMs: z.number().min(0) }),
    line('warning', { stage, problem: problemSchema }),
    line('notice', { text: z.string() }),
    line('unit-finished', { exitCode: z.int(), summary: z.string(), done: count, total: count }),
    line('report', { report: reportSchema }),
    line('reports', { reports: importsReportSchema }),
    line('plan', { plan: planViewSchema }),
    line('plans', { plans: importsPlanSchema }),
    line('fleet', { fleet: fleetResultSchema }),
    line('status', { status: statusSchema }),
    line('overview', { overview: overviewSchema }),
    line('revoke', { revoke: revokeSchema }),
    line('connect', { connect: connectSchema }),
    line('doctor', { doctor: doctorSchema }),
    line('probe', { probe: probeSchema }),
    line('remove', { remove: removeSchema }),
    line('rollback', { rollback: rollbackSchema }),
    line('config', { config: settingsSchema }),
    line('error', { error: errorSchema }),
  ])
  .describe('A line of the output of relay with --output ndjson. Readers ignore types and fields they do not know.');
