import { counted, formatCount } from '../../core/counted.ts';
import { accessSlug } from '../../core/modes.ts';
import { endsWell } from '../outcome.ts';
import type { Missing, ShownReport } from '../outputs/imports-schema.ts';
import { keysText } from '../text/facts-text.ts';
import { servingCounts } from '../text/footer-text.ts';
import { cut } from '../text/fold.ts';
import { headline } from '../text/headline.ts';
import { byUrgency, countsOf, endsOf, firstProblem, missingText, nothingToImport, unitName, unitOf } from '../units.ts';
import { importBlocks, marks } from './markdown-import.ts';
import { code, inline, table, tableRow } from './markdown.ts';

/** What all rows, and what all blocks may come to, in bytes: a step summary may have no more than 1 MiB. */
const roomForRows = 256 * 1024;
const roomForBlocks = 512 * 1024;
const maxNameLength = 80;
const maxProblemLength = 160;

/**
 * Reports as Markdown, for a ticket or a step summary: the outcome, what needs a look, and what to do. Several are a table,
 * what went wrong first, and then only those that did not end well are told in full, as many as there is room for.
 */
export function markdownReport(reports: readonly ShownReport[], missing: Missing = []): string {
  const [first, ...others] = reports;
  const absent = missing.length === 0 ? [] : [`## ${marks.bad} ${missingText(missing)}`];
  const blocks =
    first === undefined
      ? ['## Nothing to import', nothingToImport]
      : others.length === 0
        ? importBlocks(first, first.provider.displayName, 2)
        : severalBlocks(reports);
  return `${[...absent, ...blocks].join('\n\n')}\n`;
}

function severalBlocks(reports: readonly ShownReport[]): string[] {
  const inOrder = reports.toSorted(byUrgency);
  const [worst] = inOrder;
  const rows = fitting(inOrder, roomForRows, rowOf);
  const open = inOrder.filter(({ exitCode }) => !endsWell(exitCode));
  const told = fitting(open, roomForBlocks, (report) => importBlocks(report, unitName(report), 3).join('\n\n'));
  return [
    `## ${worst === undefined ? '' : `${marks[headline(worst).tone]} `}${inline(countsOf(reports))}: ${endsOf(reports)}`,
    `Keys: ${keysText(reports.map(({ summary }) => summary))}.`,
    [table(columns, []), ...rows].join('\n'),
    ...more(inOrder.length - rows.length, ''),
    ...told,
    ...more(open.length - told.length, ' that did not end well'),
  ];
}

const columns = ['', 'Host', 'Provider', 'Access', 'Outcome', 'Exit code', 'Accounts that serve', 'First problem'];

function rowOf(report: ShownReport): string {
  const { host, provider, access } = unitOf(report);
  const { tone, title } = headline(report);
  const { serving, all } = servingCounts(report);
  return tableRow([
    marks[tone],
    code(cut(host, maxNameLength)),
    code(cut(provider, maxNameLength)),
    accessSlug(access),
    title.toLowerCase(),
    String(report.exitCode),
    `${formatCount(serving)} of ${formatCount(all)}`,
    inline(cut(firstProblem(report), maxProblemLength)),
  ]);
}

function more(hidden: number, which: string): string[] {
  return hidden > 0 ? [`And ${counted(hidden, 'more import')}${which}; the JSON report has all of them.`] : [];
}

/** The texts of as many as are no longer than that together, from the first on. No other is made. */
function fitting<Item>(items: readonly Item[], room: number, textOf: (item: Item) => string): string[] {
  const texts: string[] = [];
  let left = room;
  for (const item of items) {
    const text = textOf(item);
    left -= Buffer.byteLength(text);
    if (left < 0) break;
    texts.push(text);
  }
  return texts;
}
