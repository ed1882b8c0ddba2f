import { z } from 'zod';
import { reportSchema } from '../../report/report-schema.ts';
import { print, type Io } from '../io.ts';

/** `relay report schema`: the JSON Schema of the report, made from what relay writes with. */
export function showReportSchema(io: Io): number {
  print(io.stdout, JSON.stringify(z.toJSONSchema(reportSchema), null, 2));
  return 0;
}
