import { z } from 'zod';
import { checkStates, type Check } from '../host/diagnosis.ts';
import type { HostInfo } from '../host/host.ts';
import { codes, type Code } from '../core/codes.ts';

/** What `relay doctor` says to programs. */
export const doctorSchema = z.strictObject({
  schema: z.literal('relay.doctor/1'),
  host: z.strictObject({ url: z.string(), kind: z.string().nullable(), version: z.string().nullable() }),
  checks: z.array(
    z.strictObject({
      id: z.string(),
      name: z.string(),
      state: z.enum(checkStates),
      message: z.string(),
      hint: z.string().nullable(),
      code: z.enum(Object.keys(codes) as Code[]).nullable(),
    }),
  ),
  ok: z.boolean(),
  exitCode: z.int(),
});

export type DoctorReport = z.infer<typeof doctorSchema>;

/** Sums the checks up: a failure ends with 3, a warning does not. */
export function doctorReport(url: string, info: HostInfo | null, checks: Check[]): DoctorReport {
  const ok = checks.every(({ state }) => state !== 'failure');
  return {
    schema: 'relay.doctor/1',
    host: { url, kind: info?.kind ?? null, version: info?.version ?? null },
    checks,
    ok,
    exitCode: ok ? 0 : 3,
  };
}
