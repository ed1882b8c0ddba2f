import { bucketsOf } from '../core/buckets.ts';
import { counted, firstOf, formatCount } from '../core/counted.ts';
import { accessSlug } from '../core/modes.ts';
import { unitText } from '../core/run-event.ts';
import type { Missing, ShownReport, UnitReport } from './outputs/imports-schema.ts';
import type { Report } from './report-schema.ts';
import { headline, hostName, toneOf } from './text/headline.ts';
import { problemGroups } from './text/problem-groups.ts';

/** What a report of no import says, in every form. */
export const nothingToImport = 'There was nothing to import.';

/** The report of an import by itself; none where there are several, or the one is of several. It needs no unit to be known by. */
export function onlyReport(reports: readonly ShownReport[]): Report | undefined {
  const [first, ...others] = reports;
  return others.length === 0 && first?.unit === undefined ? first : undefined;
}

/** What is said of shards whose reports are not there; empty where none is missing. */
export function missingText(missing: Missing): string {
  if (missing.length === 0) return '';
  const names = missing.map(({ index, of }) => `${index}/${of}`);
  return `${counted(missing.length, 'shard is', 'shards are')} missing: ${firstOf(names)}. What became of their hosts is not known.`;
}

/** Of which host, provider and access a report is, also where it was written for one import alone. */
export function unitOf(report: ShownReport): UnitReport['unit'] {
  return report.unit ?? { host: hostName(report.host.url), provider: report.provider.id, access: report.accessMode };
}

/** The same in one line, for people: `gw-1.example.com acme self-service`. */
export function unitName(report: ShownReport): string {
  return unitText(unitOf(report));
}

/**
 * The same for programs, one for each report: three words joined by dots, with nothing in a word but ASCII letters, digits,
 * `-` and `_`. So it is safe in an address and an attribute, and viewers that make a tree of dotted names get the host as
 * one branch, not one for each part of its domain. No two are the same.
 */
export function unitIds(reports: readonly ShownReport[]): string[] {
  const taken = new Set<string>();
  return reports.map((report) => {
    const { host, provider, access } = unitOf(report);
    const words = [host, provider, accessSlug(access)].map((word) => word.replace(/[^A-Za-z0-9_-]/g, '_'));
    const id = words.join('.');
    let free = id;
    for (let count = 2; taken.has(free); count += 1) free = `${id}_${count}`;
    taken.add(free);
    return free;
  });
}

/** Sorts what went wrong first, then what needs a look; what is alike stays in its order. */
export function byUrgency(a: Report, b: Report): number {
  return urgency(a) - urgency(b);
}

function urgency({ exitCode }: Report): number {
  return ['bad', 'unsure', 'good'].indexOf(toneOf(exitCode));
}

/** How many imports on which host, or on how many: `400 imports on 200 hosts`. */
export function countsOf(reports: readonly ShownReport[]): string {
  const [host = '', ...others] = new Set(reports.map((report) => unitOf(report).host));
  const hosts = others.length === 0 ? host : counted(others.length + 1, 'host');
  return `${counted(reports.length, 'import')} on ${hosts}`;
}

/** How many ended in which way, what went wrong first: `2 failed, 398 succeeded`. */
export function endsOf(reports: readonly Report[]): string {
  const ends = bucketsOf(reports.toSorted(byUrgency), (report) => headline(report).title.toLowerCase());
  return [...ends].map(([end, own]) => `${formatCount(own.length)} ${end}`).join(', ');
}

/** What went wrong first, or what was warned about where nothing did; empty where there is nothing of the kind. */
export function firstProblem(report: Report): string {
  const [first] = problemGroups(report);
  return first === undefined ? '' : `${first.code}: ${first.messages[0] ?? ''}`;
}
