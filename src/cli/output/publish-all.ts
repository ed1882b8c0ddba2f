import { parse } from 'node:path';
import type { ExtraReportFlags, PrintFlags } from '../../config/options/option-flags.ts';
import { importsReportSchema } from '../../report/outputs/imports-schema.ts';
import type { Report } from '../../report/report-schema.ts';
import type { RelayError } from '../../core/relay-error.ts';
import { tellGithub, writeExtraReports } from './extra-reports.ts';
import { importsText, type ResultScreen } from '../../report/text/result-text.ts';
import type { Io } from '../io.ts';
import { printOutcome } from './publish.ts';
import { printResult } from './result.ts';
import { writeReport } from './write-report.ts';

export interface AllReports {
  reports: readonly Report[];
  startedAt: number;
  exitCode: number;
  /** Where the report of all goes: a path, `-`, or `null` for none. */
  place: string | null;
  /** Whether the host is there after the command has ended. */
  lasting: boolean;
}

/** Writes the report of several imports, and of each those that are asked for beside it. Returns what could not be written. */
export async function publishAll(
  { reports, startedAt, exitCode, place, lasting }: AllReports,
  flags: PrintFlags & ExtraReportFlags,
  io: Io,
): Promise<RelayError[]> {
  const all = importsReportSchema.parse({
    schema: 'relay.imports-report/1',
    startedAt: new Date(startedAt).toISOString(),
    finishedAt: new Date().toISOString(),
    relayVersion: io.version,
    exitCode,
    imports: reports,
  });
  if (place !== '-') printResult(io, flags, 'reports', all);
  const lost = place === null ? [] : await writeReport(all, place, io);
  const files = place === null || place === '-' || lost.length > 0 ? [] : [place];
  const [first, ...others] = reports;
  if (first !== undefined && flags.html !== undefined) {
    const page = await writeExtraReports(first, { html: flags.html }, io, ...others);
    lost.push(...page.lost);
    files.push(...page.written);
  }
  for (const report of reports) {
    const extra = await writeExtraReports(report, ownFiles(flags, report), io);
    lost.push(...extra.lost, ...(await tellGithub(report, flags, place === '-' || flags.output !== 'text', io)));
    files.push(...extra.written);
  }
  if (flags.output === 'text' && place !== '-' && flags.quiet !== true) {
    const text = (screen: ResultScreen) => importsText(reports, exitCode, screen);
    printOutcome(text, { files, lasting }, flags, io);
  }
  return lost;
}

/** `out.xml` becomes `out.kimi-cn.xml` for this provider, since such reports are of one import each; the page is of all. */
function ownFiles(flags: ExtraReportFlags, { provider, accessMode }: Report): ExtraReportFlags {
  const own = (file: string) => {
    const { dir, name, ext } = parse(file);
    const mode = accessMode === 'self_service' ? '-self-service' : '';
    return `${dir === '' ? '' : `${dir}/`}${name}.${provider.id}${mode}${ext}`;
  };
  const { junit, markdown } = flags;
  return {
    ...(junit === undefined ? {} : { junit: own(junit) }),
    ...(markdown === undefined ? {} : { markdown: own(markdown) }),
  };
}
