import { counted } from '../../core/counted.ts';
import { problemGroups, type ProblemGroup } from '../text/problem-groups.ts';
import type { Report } from '../report-schema.ts';
import { workflowCommand } from './workflow-command.ts';

/** A service that reads them shows no more of one step. */
const maxAnnotations = 10;

/** How many messages one annotation holds. */
const maxMessages = 5;

/** Workflow commands that annotate a run of GitHub Actions: at most ten, one for each code, errors first. */
export function annotations(report: Report): string[] {
  const groups = problemGroups(report);
  const fits = groups.length <= maxAnnotations;
  const shown = groups.slice(0, fits ? maxAnnotations : maxAnnotations - 1);
  const rest = groups.slice(shown.length);
  return [...shown.map((group) => annotation(group, report)), ...(fits ? [] : [restAnnotation(rest)])];
}

function annotation({ tone, code, hint, messages }: ProblemGroup, { provider }: Report): string {
  const told = messages.slice(0, maxMessages);
  const hidden = messages.length - told.length;
  const lines = [...told, ...(hidden > 0 ? [`and ${hidden} more`] : []), hint];
  const times = messages.length > 1 ? ` (${messages.length})` : '';
  return command(tone, `${provider.displayName}: ${code}${times}`, lines.join('\n'));
}

function restAnnotation(rest: readonly ProblemGroup[]): string {
  const codes = rest.map(({ code }) => code).join(', ');
  const tone = rest.some((group) => group.tone === 'bad') ? 'bad' : 'unsure';
  return command(tone, `${counted(rest.length, 'more kind')} of problems`, `${codes}. The report has all of them.`);
}

function command(tone: ProblemGroup['tone'], title: string, text: string): string {
  return workflowCommand(tone === 'bad' ? 'error' : 'warning', { title }, text);
}
