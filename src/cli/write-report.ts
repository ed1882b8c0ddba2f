import { constants } from 'node:fs';
import { access, stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import writeFileAtomic from 'write-file-atomic';
import { RelayError } from '../terms/relay-error.ts';
import { reportSchema, type Report } from '../report/report-schema.ts';
import { print, type Io } from './io.ts';

/** Finds out before the run whether a report can be written there. Throws `FILE_UNWRITABLE`. */
export async function checkReportPlace(place: string, io: Io): Promise<void> {
  if (place === '-') return;
  const file = resolve(io.cwd, place);
  const existing = await stat(file).catch(() => undefined);
  if (existing?.isDirectory() === true)
    throw new RelayError('FILE_UNWRITABLE', `The report cannot be written to ${file}: it is a folder.`);
  try {
    await access(dirname(file), constants.W_OK);
  } catch (cause) {
    throw new RelayError(
      'FILE_UNWRITABLE',
      `The report cannot be written to ${file} (${(cause as NodeJS.ErrnoException).code ?? 'unknown'}).`,
      { cause },
    );
  }
}

/** Writes the report whole or not at all. `-` is standard output. */
export async function writeReport(report: Report, place: string, io: Io): Promise<void> {
  const text = JSON.stringify(reportSchema.parse(report), null, 2);
  if (place === '-') return print(io.stdout, text);
  try {
    await writeFileAtomic(resolve(io.cwd, place), `${text}\n`);
  } catch (cause) {
    throw new RelayError(
      'FILE_UNWRITABLE',
      `The report could not be written to ${place} (${(cause as NodeJS.ErrnoException).code ?? 'unknown'}).`,
      { cause },
    );
  }
}
