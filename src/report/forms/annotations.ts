import { bucketsOf } from '../../core/buckets.ts';
import { counted, firstOf } from '../../core/counted.ts';
import type { Missing, ShownReport } from '../outputs/imports-schema.ts';
import { problemGroups, type ProblemGroup } from '../text/problem-groups.ts';
import type { Report } from '../report-schema.ts';
import { missingText, onlyReport, unitName } from '../units.ts';
import { workflowCommand } from './workflow-command.ts';

/** A service that reads them shows no more of one step. */
const maxAnnotations = 10;

/** How many messages one annotation holds. */
const maxMessages = 5;

interface Annotation {
  tone: ProblemGroup['tone'];
  code: string;
  title: string;
  lines: string[];
}

/**
 * Workflow commands that annotate a run of GitHub Actions: at most ten over all reports, one for each code, errors first.
 * Of several reports each tells how often its code came, and in which imports.
 */
export function annotations(reports: readonly ShownReport[], missing: Missing = []): string[] {
  const only = onlyReport(reports);
  const absent: Annotation[] =
    missing.length === 0
      ? []
      : [{ tone: 'bad', code: 'SHARDS_MISSING', title: 'SHARDS_MISSING', lines: [missingText(missing)] }];
  const met = only === undefined ? ofSeveral(reports) : problemGroups(only).map((group) => ofOne(group, only));
  const all = [...absent, ...met];
  const fits = all.length <= maxAnnotations;
  const shown = all.slice(0, fits ? maxAnnotations : maxAnnotations - 1);
  const rest = all.slice(shown.length);
  return [
    ...shown.map(({ tone, title, lines }) => command(tone, title, lines.join('\n'))),
    ...(fits ? [] : [restAnnotation(rest)]),
  ];
}

function ofOne({ tone, code, hint, messages }: ProblemGroup, { provider }: Report): Annotation {
  const times = messages.length > 1 ? ` (${messages.length})` : '';
  return { tone, code, title: `${provider.displayName}: ${code}${times}`, lines: [...firstMessages(messages), hint] };
}

/** A code that is an error in one import and a warning in another is an error. */
function ofSeveral(reports: readonly ShownReport[]): Annotation[] {
  const found = reports.flatMap((report) => problemGroups(report).map((group) => ({ group, unit: unitName(report) })));
  const all = [...bucketsOf(found, ({ group }) => group.code)].map(([code, own]): Annotation => {
    const messages = own.flatMap(({ group }) => group.messages);
    const units = [...new Set(own.map(({ unit }) => unit))];
    return {
      tone: own.some(({ group }) => group.tone === 'bad') ? 'bad' : 'unsure',
      code,
      title: `${code}: ${counted(messages.length, 'time')} in ${units.length} of ${counted(reports.length, 'import')}`,
      lines: [`In ${firstOf(units)}:`, ...firstMessages([...new Set(messages)]), own[0]?.group.hint ?? ''],
    };
  });
  return [...all.filter(({ tone }) => tone === 'bad'), ...all.filter(({ tone }) => tone === 'unsure')];
}

function firstMessages(messages: readonly string[]): string[] {
  const hidden = messages.length - maxMessages;
  return [...messages.slice(0, maxMessages), ...(hidden > 0 ? [`and ${hidden} more`] : [])];
}

function restAnnotation(rest: readonly Annotation[]): string {
  const codes = rest.map(({ code }) => code).join(', ');
  const tone = rest.some((each) => each.tone === 'bad') ? 'bad' : 'unsure';
  return command(tone, `${counted(rest.length, 'more kind')} of problems`, `${codes}. The report has all of them.`);
}

function command(tone: ProblemGroup['tone'], title: string, text: string): string {
  return workflowCommand(tone === 'bad' ? 'error' : 'warning', { title }, text);
}
