import { counted, formatCount } from '../../core/counted.ts';
import { durationText, momentText } from '../text/format.ts';
import { keyRows, type KeyRow } from './key-rows.ts';
import { headline, plainWord } from '../text/headline.ts';
import { problemGroups, type ProblemGroup } from '../text/problem-groups.ts';
import type { Report } from '../report-schema.ts';
import { gatewayText, keysText, testsText } from '../text/facts-text.ts';

/** So many rows and messages are listed before the rest is only counted. A step summary may have no more than 1 MiB. */
const maxRows = 100;
const maxMessages = 5;
const maxCellLength = 300;

/** The report as Markdown, for a ticket or a step summary: the outcome, what needs a look, and what to do. */
export function markdownReport(report: Report): string {
  const { provider, host, run } = report;
  const { tone, title, sentence } = headline(report);
  const mark = { good: '✅', unsure: '⚠️', bad: '❌' }[tone];
  const blocks = [
    `## ${mark} ${inline(provider.displayName)}: ${title.toLowerCase()}`,
    `${inline(sentence)} Exit code ${report.exitCode}.`,
    table(
      ['', ''],
      [
        ['Host', `${code(host.url)} (${inline(`${host.kind} ${host.version}`)})`],
        [
          'Provider',
          `${code(provider.id)} of pack ${code(provider.pack)}, ${report.mode}, ${plainWord(report.accessMode)}`,
        ],
        ['Keys', inline(keysText([report.summary]))],
        ['Tests', inline(testsText(report))],
        ['Gateway', inline(gatewayText(report))],
        ['Status', `provider ${report.providerStatus}, access ${plainWord(report.accessStatus)}`],
        ['Run', `${code(run.id)}, ${momentText(run.startedAt)}, ${durationText(run.durationMs)}`],
      ],
    ),
    ...leftBlocks(report),
    ...problemBlocks(problemGroups(report)),
    ...keyBlocks(keyRows(report)),
    ...connectBlocks(report),
  ];
  return `${blocks.join('\n\n')}\n`;
}

function leftBlocks({ leftovers, unsettled }: Report): string[] {
  const left = [
    ...leftovers.map((each) => ({ ...each, what: each.command === null ? 'kept' : 'left' })),
    ...unsettled.map((each) => ({ ...each, what: 'unsettled' })),
  ];
  if (left.length === 0) return [];
  const rows = left.map(({ what, kind, id, name, reason, command }) => [
    what,
    kind,
    inline(name),
    id ?? '',
    inline(reason),
    command === null ? '' : code(command),
  ]);
  return ['### Left on the host', table(['', 'Kind', 'Name', 'Id', 'Why', 'Command'], rows)];
}

function problemBlocks(groups: readonly ProblemGroup[]): string[] {
  if (groups.length === 0) return [];
  const items = groups.map(({ tone, code: word, hint, messages }) => {
    const told = messages.slice(0, maxMessages).map((message) => `  - ${inline(message)}`);
    const hidden = messages.length - told.length;
    const head = `- **${inline(word)}**${tone === 'unsure' ? ' (warning)' : ''}, ${counted(messages.length, 'time')}. ${inline(hint)}`;
    return [head, ...told, ...(hidden > 0 ? [`  - and ${formatCount(hidden)} more`] : [])].join('\n');
  });
  return ['### What happened', items.join('\n')];
}

function keyBlocks(rows: readonly KeyRow[]): string[] {
  const attention = rows.filter(({ tone }) => tone === 'bad' || tone === 'unsure');
  if (attention.length === 0) return [];
  const shown = attention
    .slice(0, maxRows)
    .map((row) => [
      String(row.line),
      inline(row.account?.name ?? ''),
      row.last4 === '' ? '' : code(`…${row.last4}`),
      plainWord(row.outcome),
      inline(row.code ?? ''),
      inline(row.message),
    ]);
  const hidden = attention.length - shown.length;
  return [
    '### Keys that need a look',
    table(['Line', 'Account', 'Key', 'Outcome', 'Code', 'Why'], shown),
    ...(hidden > 0 ? [`And ${formatCount(hidden)} more; the JSON report has all of them.`] : []),
  ];
}

function connectBlocks({ connect, exitCode }: Report): string[] {
  if (connect === null || exitCode === 6) return [];
  const models = connect.models.map(code).join(', ');
  return [
    '### Users connect with',
    `- base URL ${code(connect.baseUrl)}\n- access ${code(connect.access)}\n- models ${models}`,
  ];
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

/** Text as Markdown shows it unchanged, on one line: no markup, no HTML, no mention of a person or an issue. */
function inline(text: string): string {
  const line = text.replace(/\s+/g, ' ').trim();
  const short = line.length > maxCellLength ? `${line.slice(0, maxCellLength - 1)}…` : line;
  return short
    .replace(/[&<>]/g, (mark) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;' })[mark] ?? mark)
    .replace(/[\\`*~[\]|!#]|(?<![A-Za-z0-9])_|_(?![A-Za-z0-9])/g, String.raw`\$&`)
    .replaceAll('@', '&#64;')
    .replace(/\b(https?|www)(?=[:.])/gi, '$1&#8203;');
}

/** Text as code. A bar would end the cell of a table, and a backtick the code. */
function code(text: string): string {
  const line = text
    .replace(/\s+/g, ' ')
    .replaceAll('`', "'")
    .replaceAll('|', String.raw`\|`)
    .trim();
  return line === '' ? '' : `\`${line}\``;
}
