import { z } from 'zod';
import { reportSchema } from '../../report/report-schema.ts';
import { print, type Io } from '../io.ts';

/** `relay report schema`: the JSON Schema of the report, or of the lines of `--output ndjson`, made from what relay writes with. */
export async function showReportSchema(flags: { events?: boolean }, io: Io): Promise<number> {
  const schema = flags.events === true ? (await import('../../report/event-schema.ts')).eventSchema : reportSchema;
  print(io.stdout, JSON.stringify(z.toJSONSchema(schema), null, 2));
  return 0;
}
