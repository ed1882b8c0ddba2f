import { counted, formatCount } from '../../core/counted.ts';
import { durationText, momentText } from '../text/format.ts';
import { keyRows, type KeyRow } from './key-rows.ts';
import { code, inline, table } from './markdown.ts';
import { headline, plainWord } from '../text/headline.ts';
import { problemGroups, type ProblemGroup } from '../text/problem-groups.ts';
import type { Report } from '../report-schema.ts';
import { gatewayText, keysText, testsText } from '../text/facts-text.ts';

/** So many rows and messages are listed before the rest is only counted. */
const maxRows = 100;
const maxMessages = 5;

/** How an outcome is marked. */
export const marks = { good: '✅', unsure: '⚠️', bad: '❌' } as const;

/**
 * What is told of one import, as blocks of Markdown: the outcome under a heading with its name, what needs a look, and
 * what to do. `level` is how deep that heading stands.
 */
export function importBlocks(report: Report, name: string, level: number): string[] {
  const { provider, host, run } = report;
  const { tone, title, sentence } = headline(report);
  const under = '#'.repeat(level + 1);
  return [
    `${'#'.repeat(level)} ${marks[tone]} ${inline(name)}: ${title.toLowerCase()}`,
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
    ...leftBlocks(report, under),
    ...problemBlocks(problemGroups(report), under),
    ...keyBlocks(keyRows(report), under),
    ...connectBlocks(report, under),
  ];
}

function leftBlocks({ leftovers, unsettled }: Report, under: string): string[] {
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
  return [`${under} Left on the host`, table(['', 'Kind', 'Name', 'Id', 'Why', 'Command'], rows)];
}

function problemBlocks(groups: readonly ProblemGroup[], under: string): string[] {
  if (groups.length === 0) return [];
  const items = groups.map(({ tone, code: word, hint, messages }) => {
    const told = messages.slice(0, maxMessages).map((message) => `  - ${inline(message)}`);
    const hidden = messages.length - told.length;
    const head = `- **${inline(word)}**${tone === 'unsure' ? ' (warning)' : ''}, ${counted(messages.length, 'time')}. ${inline(hint)}`;
    return [head, ...told, ...(hidden > 0 ? [`  - and ${formatCount(hidden)} more`] : [])].join('\n');
  });
  return [`${under} What happened`, items.join('\n')];
}

function keyBlocks(rows: readonly KeyRow[], under: string): string[] {
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
    `${under} Keys that need a look`,
    table(['Line', 'Account', 'Key', 'Outcome', 'Code', 'Why'], shown),
    ...(hidden > 0 ? [`And ${formatCount(hidden)} more; the JSON report has all of them.`] : []),
  ];
}

function connectBlocks({ connect, exitCode }: Report, under: string): string[] {
  if (connect === null || exitCode === 6) return [];
  const models = connect.models.map(code).join(', ');
  return [
    `${under} Users connect with`,
    `- base URL ${code(connect.baseUrl)}\n- access ${code(connect.access)}\n- models ${models}`,
  ];
}
