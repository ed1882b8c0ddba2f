import { bucketsOf } from '../../core/buckets.ts';
import { counted, formatCount } from '../../core/counted.ts';
import { unitText, type UnitName } from '../../core/run-event.ts';
import { markOf, type Style } from '../../core/style.ts';
import type { Fleet, UnitReport } from '../outputs/imports-schema.ts';
import { countsOf, endsOf, missingText } from '../units.ts';
import { servingCounts } from './footer-text.ts';
import { cut, fold } from './fold.ts';
import { isIdle, plainWord, servingText, toneOf } from './headline.ts';
import { needsALook, type LookGroup } from './look-groups.ts';
import { countsText, type ResultScreen } from './result-text.ts';

/** How many units are shown that are fine, and how many kinds of problems. */
const maxFine = 10;
const maxLooks = 8;

/** How one unit went, for a table. */
export interface UnitRow {
  unit: UnitName;
  tone: 'good' | 'unsure' | 'bad';
  /** A word or two: how it ended, or how it is. */
  word: string;
  /** What more there is to know, in few words. */
  says: string;
}

/**
 * Units in a table, a line for each: what needs a look first, and of what is fine no more than fits. What does not fit into
 * the columns is left out. `ofHosts`: whole hosts, whatever providers they have.
 */
export function unitTable(
  rows: readonly UnitRow[],
  { style, columns }: { style: Style; columns: number },
  ofHosts = false,
): string {
  const nameOf = ({ unit }: UnitRow) => (ofHosts ? unit.host : unitText(unit));
  const order = ['bad', 'unsure', 'good'];
  const sorted = rows.toSorted((a, b) => order.indexOf(a.tone) - order.indexOf(b.tone));
  const fine = sorted.filter(({ tone }) => tone === 'good');
  const shown = sorted.slice(0, sorted.length - fine.length + (fine.length > maxFine + 1 ? maxFine : fine.length));
  const hidden = sorted.length - shown.length;
  const widthOf = (of: (row: UnitRow) => string) => Math.max(0, ...shown.map((row) => of(row).length));
  const [name, word] = [widthOf(nameOf), widthOf((row) => row.word)];
  const lines = shown.map((row) => {
    const text = `${nameOf(row).padEnd(name)}  ${row.word.padEnd(word)}  ${row.says}`.trimEnd();
    return `${markOf(row.tone, style)} ${cut(text, columns - 2)}`;
  });
  return [...lines, ...(hidden > 0 ? [style.dim(`  and ${formatCount(hidden)} more that are fine`)] : [])].join('\n');
}

/** How several imports in one go went: all of them in words and in counts, each in a line, and what needs a look. */
export function importsText(
  reports: readonly UnitReport[],
  { exitCode, fleet }: { exitCode: number; fleet: Fleet },
  { style, columns }: Pick<ResultScreen, 'style' | 'columns'>,
): string {
  const { index, of } = fleet.shard;
  const part = fleet.missing.length > 0 ? 'Not whole: ' : of === 1 ? '' : `Shard ${index} of ${of}: `;
  const sentence = reports.length === 0 ? 'no host is in it, so there was nothing to do' : importsSentence(reports);
  const head = [
    `${markOf(toneOf(exitCode), style)} ${style.bold(`${part}${sentence}`)}`,
    ...(reports.every(isIdle) ? [] : [`  ${style.dim(countsText(reports))}`]),
  ];
  const missing = missingText(fleet.missing);
  const absent = missing === '' ? [] : ['', `${markOf('bad', style)} ${missing}`];
  const table = reports.length === 0 ? [] : ['', unitTable(reports.map(rowOf), { style, columns })];
  return [fold([...head, ...absent].join('\n'), columns), ...table, ...looksText(reports, { style, columns })].join(
    '\n',
  );
}

/** How several imports in one go ended, and what the hosts hold now, in one sentence without its end. */
function importsSentence(reports: readonly UnitReport[]): string {
  const all = countsOf(reports);
  if (reports.every(isIdle)) return `Nothing to do: ${all} (${servingText(...reports)})`;
  return `${all}: ${endsOf(reports)}; ${servingText(...reports)}`;
}

function rowOf(report: UnitReport): UnitRow {
  const { serving, all } = servingCounts(report);
  const says = [
    ...(all > 0 ? [`${formatCount(serving)} of ${formatCount(all)} serve`] : []),
    ...[...new Set(needsALook(report).map(({ code }) => code))].slice(0, 3),
  ];
  const word = report.run.interrupted ? `stopped, ${plainWord(report.batchStatus)}` : plainWord(report.batchStatus);
  const isFine = report.exitCode === 0 || report.exitCode === 8;
  return {
    unit: report.unit,
    tone: toneOf(report.exitCode),
    word: isFine && isIdle(report) ? 'unchanged' : word,
    says: says.join('  '),
  };
}

/** What needs a look, by code: at how many units, what the first of them says, and what to do. */
function looksText(reports: readonly UnitReport[], { style, columns }: { style: Style; columns: number }): string[] {
  const looks = reports.flatMap((report) => needsALook(report).map((look) => ({ ...look, unit: report.unit })));
  const groups = [...bucketsOf(looks, ({ tone, code }) => `${tone} ${code}`).values()].toSorted(
    ([a], [b]) => Number(a?.tone === 'unsure') - Number(b?.tone === 'unsure'),
  );
  const lines = groups.slice(0, maxLooks).flatMap((alike) => lookLines(alike, style));
  const hidden = groups.length - maxLooks;
  const more =
    hidden > 0 ? [style.dim(`  and ${counted(hidden, 'more kind of problem', 'more kinds of problems')}`)] : [];
  return lines.length === 0 ? [] : [fold([...lines, ...more].join('\n'), columns)];
}

function lookLines(alike: readonly (LookGroup & { unit: UnitName })[], style: Style): string[] {
  const [first] = alike;
  if (first === undefined) return [];
  const units = [...new Set(alike.map(({ unit }) => unitText(unit)))];
  const where = units.length === 1 ? units[0] : `${units[0]} and ${counted(units.length - 1, 'more', 'more')}`;
  return ['', `${markOf(first.tone, style)} ${first.code}, ${where}: ${first.what}`, `  → ${first.advice}`];
}
