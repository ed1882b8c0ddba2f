import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { text } from 'node:stream/consumers';
import type { Flags } from '../../config/options/option-flags.ts';
import { parseReports, readReports, type ReadReports } from '../../report/read-report.ts';
import { outputNames } from '../../report/outputs/output-names.ts';
import type { ShownReport } from '../../report/outputs/imports-schema.ts';
import { reportText } from '../../report/text/report-text.ts';
import { importsText } from '../../report/text/units-text.ts';
import { RelayError } from '../../core/relay-error.ts';
import type { Redactor } from '../../core/secrets/redactor.ts';
import { isRunId } from '../../host/names.ts';
import { readRun } from '../../journal/read-journal.ts';
import { runCommand } from '../options/run-command.ts';
import { withState } from '../session/open-state.ts';
import { didYouMean } from '../../core/suggest.ts';
import { columnsOf } from '../columns.ts';
import { print, styleFor, type Io } from '../io.ts';
import { renderReports } from '../output/render-report.ts';

type ShowFlags = Flags<'report show'>;

/** `relay report show FILE|RUN`: a report for people. `-` is standard input. */
export async function showReport(named: string, flags: ShowFlags, io: Io, redactor: Redactor): Promise<number> {
  const read = await reportsOf(named, flags, io, redactor);
  const all: readonly ShownReport[] = 'several' in read ? read.several.imports : [read.single];
  const reports = all.filter(({ provider }) => flags.provider === undefined || provider.id === flags.provider);
  const ids = [...new Set(all.map(({ provider }) => provider.id))];
  if (reports.length === 0 && flags.provider !== undefined)
    throw new RelayError(
      'PROVIDER_NOT_FOUND',
      `The report holds no import of "${flags.provider}".${ids.length === 0 ? '' : ` It has ${ids.join(', ')}.`}`,
    );
  const missing = 'several' in read ? read.several.fleet.missing : [];
  const screen = { style: styleFor(io, 'stdout', flags.color), columns: columnsOf(io) };
  if (flags.as !== 'text') print(io.stdout, (await renderReports(reports, flags.as, missing)).trimEnd());
  else if ('several' in read && flags.provider === undefined)
    print(io.stdout, importsText(read.several.imports, read.several, screen));
  else print(io.stdout, reports.map((report) => reportText(report, screen)).join('\n\n'));
  return 0;
}

/** A file, or what the state holds of a run: what looks like the id of one, and is no file. */
async function reportsOf(named: string, flags: ShowFlags, io: Io, redactor: Redactor): Promise<ReadReports> {
  if (named === '-') return parseReports(await text(io.stdin), 'on standard input');
  const file = resolve(io.cwd, named);
  if (!isRunId(named) || existsSync(file)) return readReports(file);
  return withState(flags, io, redactor, async ({ runs, reports }) => {
    const kept = await reports.read(named);
    if (kept !== undefined) return parseReports(kept, `of the run ${named}`);
    await readRun(runs, named);
    throw new RelayError('REPORT_UNREADABLE', `The run ${named} has no report: it has not ended.`, {
      next: runCommand('runs show', named, flags),
    });
  });
}

/** `relay report schema`: the JSON Schema of what relay prints, made from what it writes with. Throws `USAGE`. */
export async function showReportSchema(name: string, io: Io): Promise<number> {
  const known = outputNames.find((each) => each === name);
  if (known === undefined)
    throw new RelayError('USAGE', `There is no output of that name.${didYouMean(name, outputNames)}`, {
      hint: `Give one of ${outputNames.join(', ')}.`,
    });
  const { outputJsonSchema } = await import('../../report/outputs/output-schemas.ts');
  print(io.stdout, JSON.stringify(outputJsonSchema(known), null, 2));
  return 0;
}
