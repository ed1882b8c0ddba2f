import { firstOf, formatCount, maxListed } from '../../core/counted.ts';
import { bucketsOf } from '../../core/buckets.ts';
import type { Report } from '../report-schema.ts';
import { besidesVerdicts, groupsOf } from './problem-groups.ts';
import { shorten } from './shorten.ts';

/** What needs a look, told once for all that have the code in common. */
export interface LookGroup {
  tone: 'bad' | 'unsure';
  code: string;
  what: string;
  advice: string;
}

/** What went wrong, then what was warned about, by code; accounts by their names. */
export function needsALook(report: Report): LookGroup[] {
  return [
    ...accountGroups(report, 'failed'),
    ...problemLooks(besidesAccounts(besidesVerdicts(report.errors, report), report), 'bad'),
    ...accountGroups(report, 'warning'),
    ...problemLooks(besidesVerdicts(report.warnings, report), 'unsure'),
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
  const looks = report.accounts
    .filter((account) => account.validation === validation)
    .map(({ name, line, code, probe }) => ({
      name: `${name} (line ${line})`,
      code: code ?? 'TEST_FAILED',
      says: shorten(probe?.message ?? ''),
    }));
  // What one account was told is not said of another.
  const groups = bucketsOf(looks, ({ code, says }) => `${code} ${says}`);
  return [...groups.values()].flatMap((alike) => {
    const [first] = alike;
    if (first === undefined) return [];
    const { code, says } = first;
    const names = firstOf(alike.map(({ name }) => name));
    const tone = validation === 'failed' ? 'bad' : 'unsure';
    return [{ tone, code, what: `${names}${says === '' ? '' : `: ${says}`}`, advice: adviceOn(code, report) }];
  });
}

/** The hint of a code stands with its errors and warnings. */
function adviceOn(code: string, { errors, warnings }: Report): string {
  return [...errors, ...warnings].find((each) => each.code === code)?.hint ?? `See \`relay explain ${code}\`.`;
}

function problemLooks(problems: Report['errors'], tone: LookGroup['tone']): LookGroup[] {
  return groupsOf(problems, tone).map(({ code, hint, messages }) => {
    const hidden = messages.length - maxListed;
    const shown = messages.slice(0, maxListed).join(' ');
    return { tone, code, what: hidden > 0 ? `${shown} … and ${formatCount(hidden)} more` : shown, advice: hint };
  });
}
