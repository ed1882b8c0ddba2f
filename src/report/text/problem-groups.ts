import { bucketsOf } from '../../core/buckets.ts';
import { shorten } from './shorten.ts';
import type { Report } from '../report-schema.ts';

/** Problems that have the code, and so the hint, in common. */
export interface ProblemGroup {
  tone: 'bad' | 'unsure';
  code: string;
  hint: string;
  /** What each says, in the order of the report. */
  messages: string[];
}

/** What went wrong and what was warned about, by code: errors first, each kind in the order in which it first came. */
export function problemGroups(report: Report): ProblemGroup[] {
  return [...groupsOf(report.errors, 'bad'), ...groupsOf(report.warnings, 'unsure')];
}

/** Some of the problems of a report, by code. */
export function groupsOf(problems: Report['errors'], tone: ProblemGroup['tone']): ProblemGroup[] {
  return [...bucketsOf(problems, ({ code }) => code)].map(([code, all]) => ({
    tone,
    code,
    hint: all[0]?.hint ?? '',
    messages: all.map(({ message }) => shorten(message)),
  }));
}

/** Problems but for those that are the verdict of an account, which its own line tells. */
export function besidesVerdicts(problems: Report['errors'], { accounts }: Report): Report['errors'] {
  const verdicts = new Set(accounts.map(({ code, name, probe }) => `${code} ${name}: ${probe?.message ?? ''}`));
  return problems.filter(({ code, message }) => !verdicts.has(`${code} ${message}`));
}

/** How many tests failed; what was never made or changed failed without one. */
export function failedTests({ summary, accounts }: Report): number {
  const untested = accounts.filter(({ validation, probe }) => validation === 'failed' && probe?.attempts === 0);
  return Math.max(0, summary.failedVerdict - untested.length);
}
