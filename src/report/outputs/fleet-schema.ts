import { z } from 'zod';
import { accessModes } from '../../core/modes.ts';
import { statusSchema } from '../../plan/status-schema.ts';
import { doctorSchema } from '../doctor-report.ts';
import { fleetSchema } from './imports-schema.ts';
import { problemSchema } from './parts.ts';
import { probeSchema, removeSchema, revokeSchema } from './provider-schemas.ts';

/** What a command says to programs that was given a fleet: what it would have said at each unit. */
export const fleetResultSchema = z.object({
  schema: z.literal('relay.fleet/1'),
  command: z.enum(['status', 'probe', 'doctor', 'remove', 'revoke']),
  fleet: fleetSchema.omit({ missing: true }),
  exitCode: z.int(),
  units: z.array(
    z.object({
      unit: z.object({
        host: z.string().describe('The host as the file calls it.'),
        provider: z.string().nullable().describe('null where the command is about the whole host.'),
        access: z.enum(accessModes).nullable(),
      }),
      exitCode: z.int(),
      result: z
        .union([statusSchema, probeSchema, doctorSchema, removeSchema, revokeSchema])
        .nullable()
        .describe('What the command says there; null where it could not be done, or there was nothing to do.'),
      error: problemSchema.nullable(),
    }),
  ),
});

export type FleetResult = z.infer<typeof fleetResultSchema>;
