import { z } from 'zod';
import { planViewSchema } from '../../plan/plan-view.ts';
import { overviewSchema } from '../../plan/overview.ts';
import { statusSchema } from '../../plan/status-schema.ts';
import { doctorSchema } from '../doctor-report.ts';
import { reportSchema } from '../report-schema.ts';
import { codeSchema, codesSchema, errorSchema, sandboxSchema, settingsSchema } from './about-schemas.ts';
import { eventSchema } from './event-schema.ts';
import { fleetResultSchema } from './fleet-schema.ts';
import { importsPlanSchema, importsReportSchema } from './imports-schema.ts';
import { packsSchema, packViewSchema, validateSchema } from './pack-schemas.ts';
import { probeSchema, connectSchema, removeSchema, revokeSchema } from './provider-schemas.ts';
import { pruneSchema, rollbackSchema, runSchema, runsSchema } from './run-schemas.ts';
import type { OutputName } from './output-names.ts';

/** The schema of everything that relay prints for programs, by the name in its field `schema`. */
export const outputSchemas: Readonly<Record<OutputName, z.ZodType>> = {
  'import-report': reportSchema,
  'imports-report': importsReportSchema,
  plan: planViewSchema,
  'imports-plan': importsPlanSchema,
  fleet: fleetResultSchema,
  status: statusSchema,
  overview: overviewSchema,
  revoke: revokeSchema,
  connect: connectSchema,
  doctor: doctorSchema,
  probe: probeSchema,
  remove: removeSchema,
  rollback: rollbackSchema,
  runs: runsSchema,
  prune: pruneSchema,
  run: runSchema,
  packs: packsSchema,
  pack: packViewSchema,
  validate: validateSchema,
  codes: codesSchema,
  code: codeSchema,
  settings: settingsSchema,
  sandbox: sandboxSchema,
  error: errorSchema,
  event: eventSchema,
};

/** One of them as JSON Schema. It lets fields pass that it does not name: they may be added without a new number. */
export function outputJsonSchema(name: OutputName): unknown {
  return z.toJSONSchema(outputSchemas[name], {
    override: ({ jsonSchema }) => {
      if (jsonSchema.additionalProperties === false) delete jsonSchema.additionalProperties;
    },
  });
}
