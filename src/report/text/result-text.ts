import { counted, enumerated, formatCount } from '../../core/counted.ts';
import { markOf, type Style } from '../../core/style.ts';
import type { Report } from '../report-schema.ts';
import { keysText } from './facts-text.ts';
import { cut, fold } from './fold.ts';
import { spokenDuration } from './format.ts';
import { idleUntested } from './footer-text.ts';
import { isIdle, outcomeSentence, plainWord, toneOf } from './headline.ts';
import { needsALook, type LookGroup } from './look-groups.ts';
import { failedTests } from './problem-groups.ts';

/** How many kinds of problems are told. */
const maxGroups = 8;

/** How many lines are told where nothing was done; a blank one and one that names the report follow. */
const maxIdleLines = 4;

export interface ResultScreen {
  style: Style;
  columns: number;
  /** Whether the host is there after the command has ended: nobody connects to one that is gone. */
  lasting: boolean;
}

/** What a person wants to know when a run has ended: how it went, what changed, what needs a look, and how users connect. */
export function resultText(report: Report, { style, columns, lasting }: ResultScreen): string {
  const groups = needsALook(report);
  const head = `${markOf(toneOf(report.exitCode), style)} ${style.bold(outcomeSentence(report))}`;
  if (isIdle(report)) return idleText(fold(head, columns), groups, { style, columns });
  const shown = groups.slice(0, maxGroups);
  const hidden = groups.length - shown.length;
  const lines = [
    head,
    `  ${style.dim(countsText([report]))}`,
    ...changeLines(report),
    ...shown.flatMap(({ tone, code, what, advice }) => [
      '',
      `${markOf(tone, style)} ${code}: ${what}`,
      `  → ${advice}`,
    ]),
    ...(hidden > 0 ? [style.dim(`  and ${counted(hidden, 'more kind of problem', 'more kinds of problems')}`)] : []),
  ];
  const text = fold(lines.join('\n'), columns);
  if (!lasting || report.connect === null || !isFirst(report)) return text;
  return `${text}\n\n${connectionText(report.connect, { style, columns })}`;
}

/** Where nothing was done: what needs a look in full as far as there is room, else a line for each, or their codes alone. */
function idleText(head: string, groups: readonly LookGroup[], screen: Pick<ResultScreen, 'style' | 'columns'>): string {
  const { style, columns } = screen;
  const lines = groups.map(({ tone, code, what }) => `${markOf(tone, style)} ${code}: ${what}`);
  const room = Math.max(1, maxIdleLines - head.split('\n').length);
  const whole = lines.length === 0 ? [] : fold(lines.join('\n'), columns).split('\n');
  if (whole.length <= room) return [head, ...whole].join('\n');
  const told = groups.slice(0, groups.length <= room ? room : room - 1);
  const others = [...new Set(groups.slice(told.length).map(({ code }) => code))].join(', ');
  const short: { tone: LookGroup['tone']; text: string }[] = told.map(({ tone, code, what }) => ({
    tone,
    text: `${code}: ${what}`,
  }));
  if (others !== '') short.push({ tone: 'unsure', text: others });
  return [head, ...short.map(({ tone, text }) => `${markOf(tone, style)} ${cut(text, columns - 2)}`)].join('\n');
}

/** Keys, tests and time of one run or several, in a line. */
export function countsText(reports: readonly Report[]): string {
  const sum = (of: (report: Report) => number) => reports.reduce((total, report) => total + of(report), 0);
  const tests = [
    [sum(({ summary }) => summary.passed), 'passed'],
    [sum(({ summary }) => summary.warning), 'with a warning'],
    [sum(failedTests), 'failed'],
    [sum(idleUntested), 'not made'],
  ] as const;
  const told = tests.flatMap(([count, word]) => (count > 0 ? [`${formatCount(count)} ${word}`] : []));
  return [
    `keys: ${keysText(reports.map(({ summary }) => summary))}`,
    ...(told.length > 0 ? [`tests: ${told.join(', ')}`] : []),
    spokenDuration(lasted(reports)),
  ].join(' · ');
}

/** From the first start to the last end: several may have run side by side. */
function lasted(reports: readonly Report[]): number {
  const [first, second] = reports;
  if (first !== undefined && second === undefined) return first.run.durationMs;
  const times = (of: (run: Report['run']) => string) => reports.map(({ run }) => Date.parse(of(run)));
  return Math.max(...times((run) => run.finishedAt)) - Math.min(...times((run) => run.startedAt));
}

/** What became of the resources and of users, where something did. */
function changeLines({ resources, grants }: Report): string[] {
  const changed = resources.filter(({ action }) => action !== 'unchanged' && action !== 'none');
  const actions = [...new Set(changed.map(({ action }) => action))];
  return [
    ...actions.map((action) => {
      const kinds = changed.filter((each) => each.action === action).map(({ kind }) => kind);
      return `  ${plainWord(action)}: ${enumerated(kinds)}`;
    }),
    ...grants.map(({ user, outcome, expiresAt }) => {
      const until = expiresAt === null ? '' : ` until ${expiresAt.slice(0, 10)}`;
      return `  access for ${user}: ${plainWord(outcome)}${until}`;
    }),
  ];
}

/** Whether the provider is there for the first time: then its users have to be told how to connect. */
function isFirst(report: Report): boolean {
  const { exitCode, connect, resources, summary } = report;
  if (isIdle(report) || connect === null || (exitCode !== 0 && exitCode !== 5)) return false;
  return resources.length === 0
    ? summary.unchanged + summary.updated === 0
    : resources.some(({ action }) => action === 'created');
}

/** How users connect. The command stands whole, over several lines as a shell takes it, so that it can be copied. */
export function connectionText(
  connect: NonNullable<Report['connect']>,
  { style, columns }: { style: Style; columns: number },
): string {
  const facts = [
    'Users connect with',
    `  base URL  ${connect.baseUrl}`,
    `  access    ${connect.access}`,
    `  models    ${connect.models.join(', ')}`,
  ];
  const command = connect.example.split(/ (?=-[A-Za-z] )/).join(' \\\n              ');
  return `${fold(facts.join('\n'), columns)}\n  try       ${style.dim(command)}`;
}
