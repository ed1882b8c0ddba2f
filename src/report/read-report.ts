import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { RelayError } from '../terms/relay-error.ts';

/** Of an earlier report what tells which of its lines did not end well. */
const earlierSchema = z.object({
  schema: z.literal('relay.import-report/1'),
  host: z.object({ url: z.string() }),
  provider: z.object({ id: z.string() }),
  accessMode: z.string(),
  keys: z.array(z.object({ fingerprint: z.string().nullable(), outcome: z.string() })),
});

export type EarlierReport = z.infer<typeof earlierSchema>;

/** Outcomes after which a key is worth another try. */
const open = new Set(['failed', 'rolled_back', 'not_tried', 'unsettled']);

/** Reads a report that relay wrote. Throws `FILE_UNREADABLE` or `REPORT_UNREADABLE`. */
export async function readEarlierReport(file: string): Promise<EarlierReport> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (cause) {
    const why = (cause as NodeJS.ErrnoException).code ?? 'unknown';
    throw new RelayError('FILE_UNREADABLE', `The report ${file} cannot be read (${why}).`, { cause });
  }
  const value = parse(text);
  const schema = z.object({ schema: z.string() }).safeParse(value).data?.schema;
  const report = earlierSchema.safeParse(value);
  if (report.success) return report.data;
  const why =
    schema?.startsWith('relay.import-report/') === true && schema !== 'relay.import-report/1'
      ? `it is of the form ${schema}, and this relay reads relay.import-report/1`
      : 'it is no report of an import';
  throw new RelayError('REPORT_UNREADABLE', `The report ${file} cannot be used: ${why}.`);
}

/** The fingerprints of the keys that did not end well. */
export function openFingerprints(report: EarlierReport): Set<string> {
  return new Set(
    report.keys.flatMap(({ fingerprint, outcome }) => (fingerprint !== null && open.has(outcome) ? [fingerprint] : [])),
  );
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
