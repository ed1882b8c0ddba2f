import { appendFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { ExtraReportFlags } from '../../config/options/option-flags.ts';
import type { Missing, ShownReport } from '../../report/outputs/imports-schema.ts';
import { RelayError } from '../../core/relay-error.ts';
import { print, type Io } from '../io.ts';
import { renderReports, reportForms } from './render-report.ts';
import { unwritable, writeWhole } from './write-report.ts';

/** The places of the reports that are asked for. Throws `USAGE` for standard output. */
export function extraPlaces(flags: ExtraReportFlags): { option: string; file: string }[] {
  return desired(flags).map(({ form, file }) => {
    const option = `--${form}`;
    if (file === '-')
      throw new RelayError('USAGE', `${option} needs a file; only --report can go to standard output.`, {
        hint: `Give ${option} a file, or show the report afterwards: relay report show FILE --as ${form}.`,
      });
    return { option, file };
  });
}

/** What became of the reports that were asked for. */
export interface ExtraReports {
  written: string[];
  lost: RelayError[];
}

/**
 * Writes what is asked for, each form as one file over all reports. One that fails, for whatever reason, stops no other and
 * hides no outcome.
 */
export async function writeExtraReports(
  reports: readonly ShownReport[],
  flags: ExtraReportFlags,
  io: Io,
  missing: Missing = [],
): Promise<ExtraReports> {
  const done: ExtraReports = { written: [], lost: [] };
  for (const { form, file } of desired(flags)) {
    try {
      await writeWhole(await renderReports(reports, form, missing), file, `--${form}`, io);
      done.written.push(file);
    } catch (error) {
      done.lost.push(known(error, `the report for --${form}`));
    }
  }
  return done;
}

/**
 * With `--github`, annotates what went wrong, and adds to the step summary where the environment names one. The service
 * reads annotations off both streams; `machine` says that standard output is a program's to read. Returns what was met.
 */
export async function tellGithub(
  reports: readonly ShownReport[],
  flags: ExtraReportFlags,
  machine: boolean,
  io: Io,
  missing: Missing = [],
): Promise<RelayError[]> {
  if (flags.github !== true) return [];
  const summary = io.env['GITHUB_STEP_SUMMARY'];
  try {
    const { annotations } = await import('../../report/forms/annotations.ts');
    for (const line of annotations(reports, missing)) print(machine ? io.stderr : io.stdout, line);
    if (summary) await append(`${await renderReports(reports, 'markdown', missing)}\n`, summary, io);
    return [];
  } catch (error) {
    return [known(error, 'the step summary')];
  }
}

async function append(text: string, file: string, io: Io): Promise<void> {
  try {
    await appendFile(resolve(io.cwd, file), text);
  } catch (cause) {
    const hint = 'Correct GITHUB_STEP_SUMMARY, or leave --github out.';
    throw unwritable('The step summary could not be written to', file, cause, { hint });
  }
}

/** A fault of relay is told as one, and the run's outcome with it. */
function known(error: unknown, what: string): RelayError {
  if (error instanceof RelayError) return error;
  const why = error instanceof Error ? error.message : String(error);
  return new RelayError('INTERNAL', `relay met an error it did not expect while writing ${what}: ${why}`, {
    cause: error,
  });
}

function desired(flags: ExtraReportFlags) {
  return reportForms.flatMap((form) => {
    const file = flags[form];
    return file === undefined ? [] : [{ form, file }];
  });
}
