import { resolve } from 'node:path';
import { text } from 'node:stream/consumers';
import { z } from 'zod';
import { parseReport, readReport } from '../../report/read-report.ts';
import { reportSchema, type Report } from '../../report/report-schema.ts';
import { reportText } from '../../report/report-text.ts';
import { print, styleFor, type Io } from '../io.ts';
import { renderReport, type ReportForm } from '../render-report.ts';

export interface ShowFlags {
  as: 'text' | ReportForm;
  color: boolean;
}

/** `relay report show FILE`: a report for people. `-` is standard input. */
export async function showReport(file: string, flags: ShowFlags, io: Io): Promise<number> {
  const report =
    file === '-' ? parseReport(await text(io.stdin), 'on standard input') : await readReport(resolve(io.cwd, file));
  print(io.stdout, await formed(report, flags, io));
  return 0;
}

async function formed(report: Report, { as, color }: ShowFlags, io: Io): Promise<string> {
  if (as === 'text') return reportText(report, styleFor(io, 'stdout', color));
  return (await renderReport(report, as)).trimEnd();
}

/** `relay report schema`: the JSON Schema of the report, or of the lines of `--output ndjson`, made from what relay writes with. */
export async function showReportSchema(flags: { events?: boolean }, io: Io): Promise<number> {
  const schema = flags.events === true ? (await import('../../report/event-schema.ts')).eventSchema : reportSchema;
  print(io.stdout, JSON.stringify(z.toJSONSchema(schema), null, 2));
  return 0;
}
