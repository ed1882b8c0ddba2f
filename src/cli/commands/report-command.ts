import { resolve } from 'node:path';
import { text } from 'node:stream/consumers';
import { z } from 'zod';
import type { Flags } from '../../config/options/option-flags.ts';
import { parseReports, readReports } from '../../report/read-report.ts';
import { reportSchema, type Report } from '../../report/report-schema.ts';
import { reportText } from '../../report/text/report-text.ts';
import { RelayError } from '../../core/relay-error.ts';
import { print, styleFor, type Io } from '../io.ts';
import { renderReport } from '../output/render-report.ts';

type ShowFlags = Flags<'report show'>;

/** `relay report show FILE`: a report for people. `-` is standard input. */
export async function showReport(file: string, flags: ShowFlags, io: Io): Promise<number> {
  const all =
    file === '-' ? parseReports(await text(io.stdin), 'on standard input') : await readReports(resolve(io.cwd, file));
  const reports = all.filter(({ provider }) => flags.provider === undefined || provider.id === flags.provider);
  const ids = [...new Set(all.map(({ provider }) => provider.id))];
  const [first, second] = reports;
  if (first === undefined)
    throw new RelayError(
      'PROVIDER_NOT_FOUND',
      `The report holds no import of "${flags.provider}". It has ${ids.join(', ')}.`,
    );
  if (second !== undefined && (flags.as === 'html' || flags.as === 'junit'))
    throw new RelayError('USAGE', `The report holds ${reports.length} imports, and --as ${flags.as} shows one.`, {
      hint: `Choose one with --provider: ${ids.join(', ')}.`,
    });
  const shown = await Promise.all(reports.map((report) => formed(report, flags, io)));
  print(io.stdout, shown.join('\n\n'));
  return 0;
}

async function formed(report: Report, { as, color }: ShowFlags, io: Io): Promise<string> {
  if (as === 'text') return reportText(report, styleFor(io, 'stdout', color));
  return (await renderReport(report, as)).trimEnd();
}

/** `relay report schema`: the JSON Schema of the report, or of the lines of `--output ndjson`, made from what relay writes with. */
export async function showReportSchema(flags: Flags<'report schema'>, io: Io): Promise<number> {
  const schema = flags.events === true ? (await import('../../report/event-schema.ts')).eventSchema : reportSchema;
  print(io.stdout, JSON.stringify(z.toJSONSchema(schema), null, 2));
  return 0;
}
