import type { Tone } from '../text/headline.ts';
import { shorten } from '../text/shorten.ts';
import type { Report } from '../report-schema.ts';

type Account = Report['accounts'][number];
type Key = Report['keys'][number];

/** All that is told of one line of the key file. */
export interface KeyRow {
  line: number;
  fingerprint: string | null;
  last4: string;
  account: { name: string; id: string | null } | null;
  outcome: Key['outcome'];
  /** `null` where the line has no test of its own: it is malformed, or its key stands on an earlier line. */
  verdict: Account['validation'] | null;
  tone: Tone;
  code: string | null;
  /** Why, in words; empty where there is nothing to say. */
  message: string;
  attempts: number;
  ms: number;
}

/** A row for each line of the key file that is not blank, in the order of the file. */
export function keyRows(report: Report): KeyRow[] {
  const accounts = new Map(report.accounts.map((account) => [account.fingerprint, account]));
  return report.keys.map((key): KeyRow => {
    const account = key.fingerprint === null ? undefined : accounts.get(key.fingerprint);
    const tested = key.outcome === 'duplicate' ? undefined : account;
    const verdict = tested?.validation ?? null;
    return {
      line: key.line,
      fingerprint: key.fingerprint,
      last4: key.last4,
      account: key.account === null ? null : { name: key.account, id: account?.id ?? null },
      outcome: key.outcome,
      verdict,
      tone: toneOfKey(key.outcome, verdict),
      ...reason(key, tested, report),
      attempts: tested?.probe?.attempts ?? 0,
      ms: tested?.probe?.ms ?? 0,
    };
  });
}

/** A key that failed its test needs a look also when all of the run was undone. */
function toneOfKey(outcome: Key['outcome'], verdict: KeyRow['verdict']): Tone {
  if (outcome === 'failed' || outcome === 'malformed' || outcome === 'unsettled' || verdict === 'failed') return 'bad';
  if (verdict === 'warning') return 'unsure';
  return outcome === 'duplicate' || outcome === 'not_tried' || outcome === 'rolled_back' ? 'none' : 'good';
}

function reason(key: Key, account: Account | undefined, { run }: Report): Pick<KeyRow, 'code' | 'message'> {
  const code = account?.code ?? null;
  if (code !== null) return { code, message: shorten(account?.probe?.message ?? '') };
  switch (key.outcome) {
    case 'malformed':
      return { code: 'KEYS_MALFORMED', message: 'The line cannot be a key.' };
    case 'duplicate':
      return { code, message: `The same key as line ${key.duplicateOf}.` };
    case 'not_tried':
      return { code, message: run.dryRun ? 'A dry run tries nothing.' : 'The run ended before its turn.' };
    case 'rolled_back':
      return { code, message: 'Undone with the run.' };
    case 'unsettled':
      return { code: 'WRITE_UNSETTLED', message: 'It could not be found out whether the host made the change.' };
    case 'failed':
      return { code, message: 'What was to be done with its account was not done.' };
    case 'added':
    case 'updated':
    case 'unchanged':
      return { code, message: '' };
  }
}
