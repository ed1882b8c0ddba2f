import { formatCount } from '../../core/counted.ts';
import type { Report } from '../report-schema.ts';
import { besidesVerdicts } from './problem-groups.ts';
import { shorten } from './shorten.ts';

/** What needs a look, told once for all that have the code in common. */
export interface LookGroup {
  tone: 'bad' | 'unsure';
  code: string;
  what: string;
  advice: string;
}

/** How many accounts or messages of a group are named before the rest is only counted. */
const maxNamed = 5;

/** What went wrong, then what was warned about, by code; accounts by their names. */
export function needsALook(report: Report): LookGroup[] {
  return [
    ...accountGroups(report, 'failed'),
    ...problemGroups(besidesAccounts(besidesVerdicts(report.errors, report), report), 'bad'),
    ...accountGroups(report, 'warning'),
    ...problemGroups(besidesVerdicts(report.warnings, report), 'unsure'),
  ];
}

/** Errors but for one that only counts what the accounts of its code tell themselves. */
function besidesAccounts(errors: Report['errors'], { accounts }: Report): Report['errors'] {
  return errors.filter(
    ({ code, message }) =>
      !accounts.some((each) => each.code === code && each.probe !== null && message.includes(each.probe.message)),
  );
}

function accountGroups(report: Report, validation: 'failed' | 'warning'): LookGroup[] {
  const groups = grouped(
    report.accounts.filter((account) => account.validation === validation),
    ({ code }) => code ?? 'TEST_FAILED',
  );
  return [...groups].map(([code, accounts]) => {
    const [first] = accounts;
    const says = shorten(first?.probe?.message ?? '');
    const names = accounts.map(({ name, line }) => `${name} (line ${line})`);
    return {
      tone: validation === 'failed' ? 'bad' : 'unsure',
      code,
      what: `${named(names)}${says === '' ? '' : `: ${says}`}`,
      advice: adviceOn(code, report),
    };
  });
}

/** The hint of a code stands with its errors and warnings. */
function adviceOn(code: string, { errors, warnings }: Report): string {
  return [...errors, ...warnings].find((each) => each.code === code)?.hint ?? `See \`relay explain ${code}\`.`;
}

function problemGroups(problems: Report['errors'], tone: LookGroup['tone']): LookGroup[] {
  const groups = grouped(problems, ({ code }) => code);
  return [...groups].map(([code, all]) => ({
    tone,
    code,
    what: named(
      all.map(({ message }) => shorten(message)),
      ' ',
    ),
    advice: all[0]?.hint ?? '',
  }));
}

function named(names: readonly string[], separator = ', '): string {
  const shown = names.slice(0, maxNamed).join(separator);
  const hidden = names.length - maxNamed;
  return hidden > 0 ? `${shown}${separator === ', ' ? '' : ' …'} and ${formatCount(hidden)} more` : shown;
}

function grouped<T>(list: readonly T[], codeOf: (each: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const each of list) groups.set(codeOf(each), [...(groups.get(codeOf(each)) ?? []), each]);
  return groups;
}
