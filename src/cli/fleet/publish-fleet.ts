import type { ExtraReportFlags, PrintFlags } from '../../config/options/option-flags.ts';
import type { ImportsReport, UnitReport } from '../../report/outputs/imports-schema.ts';
import { endText, otherWays, stepAfter } from '../../report/text/footer-text.ts';
import { importsText } from '../../report/text/units-text.ts';
import { unitText } from '../../core/run-event.ts';
import { counted, firstOf } from '../../core/counted.ts';
import { print, type Io } from '../io.ts';
import { tellGithub, writeExtraReports } from '../output/extra-reports.ts';
import { printFooter } from '../output/footer.ts';
import { printOutcome } from '../output/publish.ts';
import { printResult } from '../output/result.ts';
import { writeReport } from '../output/write-report.ts';

/** How the report of several imports is told. */
export interface Telling {
  /** Where it goes: a path, `-`, or `null` for none. */
  place: string | null;
  /** Whether the hosts are there after the command has ended. */
  lasting: boolean;
  /** The command to run next where not all ended well, and what else to do before, if there is anything. */
  next: string;
  todo?: string | undefined;
}

/** How many units that did not end well are told of one by one. */
const maxTold = 10;

/** Writes the report of several imports and those that are asked for beside it, says how all went, and returns the exit code. */
export async function publishImports(
  all: ImportsReport,
  { place, lasting, next, todo }: Telling,
  flags: PrintFlags & ExtraReportFlags,
  io: Io,
): Promise<number> {
  const { exitCode, imports, fleet } = all;
  const json = place === null ? [] : await writeReport(all, place, io);
  const extra = await writeExtraReports(imports, flags, io, fleet.missing);
  const toProgram = place === '-' && json.length === 0;
  if (!toProgram && !printResult(io, flags, 'reports', all) && flags.quiet !== true) {
    const files = [...(place === null || json.length > 0 ? [] : [place]), ...extra.written];
    printOutcome((screen) => importsText(imports, all, screen), { files, lasting }, flags, io);
  }
  const github = await tellGithub(imports, flags, toProgram || flags.output !== 'text', io, fleet.missing);
  const lost = [...json, ...extra.lost, ...github];
  const [unwritten, ...others] = lost;
  for (const { code, message } of exitCode === 0 ? others : lost) print(io.stderr, `${code}: ${message}`);
  if (exitCode !== 0) {
    printFailures(all, { next, todo }, io);
    return exitCode;
  }
  if (unwritten === undefined) return 0;
  const { code, message, hint } = unwritten;
  printFooter(io, { happened: `${code}: ${message}`, holds: 'The hosts hold what was wanted.', todo: hint, next });
  return 1;
}

/** Writes the reports of imports that were refused as a whole, where they were asked for; what cannot be written is told. */
export async function writeRefusal(
  all: ImportsReport,
  place: string | null,
  flags: PrintFlags & ExtraReportFlags,
  io: Io,
): Promise<void> {
  const json = place === null ? [] : await writeReport(all, place, io);
  const { lost } = await writeExtraReports(all.imports, flags, io);
  const github = await tellGithub(all.imports, flags, place === '-' || flags.output !== 'text', io);
  for (const { code, message } of [...json, ...lost, ...github]) print(io.stderr, `${code}: ${message}`);
}

/** What happened in those that did not end well, the worst first, and what to do. */
function printFailures(
  { imports, fleet: { missing } }: ImportsReport,
  { next, todo }: Pick<Telling, 'next' | 'todo'>,
  io: Io,
): void {
  const failed = imports.filter(({ exitCode }) => exitCode !== 0);
  const urgency = [6, 1, 143, 130];
  const rank = ({ exitCode }: UnitReport) => urgency.indexOf(exitCode) + 1 || urgency.length + 1;
  const told = failed.toSorted((a, b) => rank(a) - rank(b)).slice(0, maxTold);
  for (const report of told) {
    print(io.stderr, '');
    print(io.stderr, `${unitText(report.unit)}:`);
    const step = stepAfter(report);
    const ways = otherWays(report, { same: next, partial: 'write "mode: partial" for it into the file' });
    for (const line of [...endText(report), ...ways, ...(step === undefined ? [] : [`To do: ${step}`])])
      print(io.stderr, `  ${line}`);
  }
  print(io.stderr, '');
  if (failed.length > told.length)
    print(io.stderr, `And ${counted(failed.length - told.length, 'more', 'more')}; the report tells of each.`);
  const others = imports.length - failed.length;
  const ends =
    failed.length === 0 ? [] : [`${failed.length} of ${counted(imports.length, 'import')} did not end well.`];
  const shards = missing.map(({ index, of }) => `${index}/${of}`);
  const absent =
    missing.length === 0 ? [] : [`SHARDS_MISSING: ${counted(missing.length, 'shard')} missing: ${firstOf(shards)}.`];
  printFooter(io, {
    happened: [...absent, ...ends].join(' '),
    holds:
      missing.length > 0
        ? 'What the hosts of missing shards hold is not known.'
        : others === 0
          ? imports.length === 1
            ? 'It is not on its host as wanted.'
            : 'None of them is on its host as wanted.'
          : others === 1
            ? 'The other one is on its host as wanted.'
            : `The other ${others} are on their hosts as wanted.`,
    todo: todo ?? (failed.every((report) => stepAfter(report) === undefined) ? undefined : 'Do what is said of each.'),
    next,
  });
}
