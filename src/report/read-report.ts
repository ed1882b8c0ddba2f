import { z } from 'zod';
import { withoutControls } from '../core/secrets/redactor.ts';
import { RelayError } from '../core/relay-error.ts';
import { readInput } from '../text/read-input.ts';
import { importsReportSchema, type ImportsReport } from './outputs/imports-schema.ts';
import { reportSchema, type Report } from './report-schema.ts';

/** The form of the reports that are read here. */
const form = 'relay.import-report/2';
const formOfSeveral = 'relay.imports-report/1';

/** Larger is no report, in bytes. */
const maxReportBytes = 256 * 1024 * 1024;

/** Of an earlier report what tells which of its lines did not end well. */
const earlierSchema = z.object({
  schema: z.literal(form),
  host: z.object({ url: z.string() }),
  provider: z.object({ id: z.string() }),
  accessMode: z.string(),
  keys: z.array(z.object({ fingerprint: z.string().nullable(), outcome: z.string() })),
});

export type EarlierReport = z.infer<typeof earlierSchema>;

/** Outcomes after which a key is worth another try. */
const open = new Set(['failed', 'rolled_back', 'not_tried', 'unsettled']);

/** Reads of a report that relay wrote what a later import needs. Throws `FILE_UNREADABLE` or `REPORT_UNREADABLE`. */
export async function readEarlierReport(file: string): Promise<EarlierReport> {
  const value = parse(await readText(file));
  const report = earlierSchema.safeParse(value);
  if (report.success) return report.data;
  throw unusable(file, value, 'it is no report of an import');
}

/** Reads whole reports from a file that relay wrote, as `parseReports` does. Throws `FILE_UNREADABLE` too. */
export async function readReports(file: string): Promise<ReadReports> {
  return parseReports(await readText(file), file);
}

/** Reports that were read: a single one, or those of several imports, with what is told of all. */
export type ReadReports = { single: Report } | { several: ImportsReport };

/**
 * Whole reports out of a text, one, or those of several imports in one go, fit to be shown: a file may come from anywhere,
 * so nothing in it reaches a terminal that the terminal would obey. `name` is what errors call it. Throws
 * `REPORT_UNREADABLE`.
 */
export function parseReports(text: string, name: string): ReadReports {
  const value = parse(text);
  if (value === undefined) throw unusable(name, value, 'it is no JSON');
  const isOfSeveral = z.object({ schema: z.literal(formOfSeveral) }).safeParse(value).success;
  const read = isOfSeveral ? importsReportSchema.safeParse(value) : reportSchema.safeParse(value);
  if (read.success) return 'imports' in read.data ? { several: read.data } : { single: read.data };
  const isReport = isOfSeveral || earlierSchema.safeParse(value).success;
  const where = read.error.issues[0]?.path.join('.') ?? '';
  throw unusable(name, value, isReport ? `"${where}" is missing or wrong` : 'it is no report of an import');
}

function unusable(file: string, value: unknown, why: string): RelayError {
  const schema = z.object({ schema: z.string() }).safeParse(value).data?.schema;
  if (
    schema === undefined ||
    schema === form ||
    schema === formOfSeveral ||
    !/^relay\.import-report\/\d{1,9}$/.test(schema)
  )
    return new RelayError('REPORT_UNREADABLE', `The report ${file} cannot be used: ${why}.`);
  return new RelayError(
    'REPORT_UNREADABLE',
    `The report ${file} cannot be used: it is of the form ${schema}, and this relay reads ${form}.`,
    { hint: 'Use the relay that wrote it, or a newer one.' },
  );
}

/** Whether a report could not be read because there is no such file. */
export function isAbsent(error: unknown): error is RelayError {
  return (
    error instanceof RelayError &&
    error.code === 'FILE_UNREADABLE' &&
    (error.cause as NodeJS.ErrnoException | undefined)?.code === 'ENOENT'
  );
}

async function readText(file: string): Promise<string> {
  const read = await readInput(file, maxReportBytes);
  if ('bytes' in read) return read.bytes.toString('utf8');
  throw new RelayError('FILE_UNREADABLE', `The report ${file} cannot be read (${read.why}).`, { cause: read.cause });
}

/** The fingerprints of the keys that did not end well. */
export function openFingerprints(report: EarlierReport): Set<string> {
  return new Set(
    report.keys.flatMap(({ fingerprint, outcome }) => (fingerprint !== null && open.has(outcome) ? [fingerprint] : [])),
  );
}

/** `undefined` for what is no JSON. */
function parse(text: string): unknown {
  try {
    return JSON.parse(text.replace(/^\uFEFF/, ''), (_, value: unknown) =>
      typeof value === 'string' ? withoutControls(value) : value,
    );
  } catch {
    return undefined;
  }
}
